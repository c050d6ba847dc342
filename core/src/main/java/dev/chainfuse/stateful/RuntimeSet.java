package dev.chainfuse.stateful;

import dev.chainfuse.packet.Skb;
import java.util.ArrayList;
import java.util.List;

/**
 * A set at work: what ip_set_test, ip_set_add and ip_set_del (net/netfilter/ipset/ip_set_core.c)
 * and the types' kadt functions do with a packet. Mutable, one thread; nothing here allocates but
 * the growth of the table.
 */
public final class RuntimeSet {
  /** {@code timeout} of {@link Shape}: the set has none; of an element: the set's own. */
  public static final long NO_TIMEOUT = 0xffff_ffffL;

  private static final long NANOS_PER_JIFFY = 4_000_000;
  private static final long JIFFIES_PER_SECOND = 250;

  /** IPSET_MAX_TIMEOUT: as many seconds fit into milliseconds of 32 bits. */
  public static final long MOST_TIMEOUT = 0xffff_ffffL / 1000;

  private static final int WHOLE = 32;
  private static final int DIFFERS = 0;
  private static final int IN = 1;
  private static final int EXCEPTED = -1;

  /**
   * What does not change.
   *
   * @param timeout seconds that elements live, 0 for ever; {@link #NO_TIMEOUT} without time-outs
   * @param counters elements have counters
   * @param netmask prefix length to which addresses are cut, 32 for none (hash:ip, bitmap:ip)
   * @param from first address or port of a bitmap, unsigned
   * @param to last address or port of a bitmap, unsigned
   * @param most how many elements a hash or list may hold, unsigned
   */
  public record Shape(
      SetType type, long timeout, boolean counters, int netmask, int from, int to, int most) {
    boolean timed() {
      return timeout != NO_TIMEOUT;
    }
  }

  private final String name;
  private final Shape shape;
  private final SetType type;
  private final ElementTable table;
  private final PrefixLengths firstLengths;
  private final PrefixLengths secondLengths;

  /** Of list:set, in order; element {@code i} of the table has address {@code i}. */
  private final List<RuntimeSet> members = new ArrayList<>();

  /** Words of the packet's element as {@link #read} found it. */
  private int address;

  private int protocol;
  private int port;
  private int secondAddress;
  private long mac;

  /** An empty set with room for so many elements. */
  public RuntimeSet(String name, Shape shape, int expected) {
    this.name = name;
    this.shape = shape;
    this.type = shape.type();
    this.table = new ElementTable(type.hasSecond(), shape.timed(), shape.counters(), expected);
    this.firstLengths = type.firstNet ? new PrefixLengths() : PrefixLengths.whole();
    this.secondLengths = type.secondNet ? new PrefixLengths() : PrefixLengths.whole();
  }

  public String name() {
    return name;
  }

  public Shape shape() {
    return shape;
  }

  /** Bytes of the elements' arrays. */
  public long memoryBytes() {
    return table.memoryBytes();
  }

  /** Elements, expired ones that were not yet found included. */
  public int size() {
    return table.size();
  }

  private static long jiffies(long nanos) {
    return Math.floorDiv(nanos, NANOS_PER_JIFFY);
  }

  /**
   * Enters an element as {@code ipset add} does, while the set is made.
   *
   * @param timeout seconds left, 0 for ever, {@link #NO_TIMEOUT} for the set's own
   * @return false if it is there already or the set is full
   */
  public boolean enter(
      long first, long second, long timeout, long packets, long bytes, long nanos) {
    if (table.find(first, second) >= 0 || full(nanos)) {
      return false;
    }
    insert(first, second, timeout, packets, bytes, jiffies(nanos));
    return true;
  }

  /** Enters a member of a list:set, behind those that it has. */
  public void enterMember(
      RuntimeSet member, long timeout, long packets, long bytes, long nanos) {
    long key = SetKey.first(members.size(), WHOLE, 0, 0);
    members.add(member);
    insert(key, 0, timeout, packets, bytes, jiffies(nanos));
  }

  private void insert(
      long first, long second, long timeout, long packets, long bytes, long jiffies) {
    int element = table.add(first, second);
    if (type.firstNet) {
      firstLengths.add(SetKey.length(first));
    }
    if (type.secondNet) {
      secondLengths.add(SetKey.length(second));
    }
    table.setCounters(element, packets, bytes);
    table.setDeadline(element, deadline(timeout, jiffies));
  }

  private long deadline(long timeout, long jiffies) {
    long seconds = timeout == NO_TIMEOUT ? shape.timeout() : Math.min(timeout, MOST_TIMEOUT);
    return seconds == 0 || !shape.timed() ? 0 : jiffies + seconds * JIFFIES_PER_SECOND;
  }

  private void remove(int element) {
    if (type.firstNet) {
      firstLengths.remove(SetKey.length(table.first(element)));
    }
    if (type.secondNet) {
      secondLengths.remove(SetKey.length(table.second(element)));
    }
    table.remove(element);
  }

  private boolean full(long nanos) {
    if (type.isBitmap() || Integer.compareUnsigned(table.size(), shape.most()) < 0) {
      return false;
    }
    if (shape.timed()) {
      expire(jiffies(nanos));
    }
    return Integer.compareUnsigned(table.size(), shape.most()) >= 0;
  }

  private void expire(long jiffies) {
    for (int slot = 0; slot < table.slots(); slot++) {
      // Another may have moved into the slot.
      while (table.first(slot) != 0 && expired(slot, jiffies)) {
        remove(slot);
      }
    }
  }

  private boolean expired(int element, long jiffies) {
    long deadline = table.deadline(element);
    return deadline != 0 && jiffies > deadline;
  }

  /** ip_set_test: whether the packet is in the set. */
  public boolean test(Skb skb, SetQuery query) {
    return test(skb, query, query.has(SetQuery.KEEP_COUNTERS), true);
  }

  private boolean test(Skb skb, SetQuery query, boolean keep, boolean compare) {
    if (query.dimensions() < type.dimension) {
      return false;
    }
    if (type == SetType.LIST_SET) {
      return testMembers(skb, query, keep);
    }
    if (!read(skb, query)) {
      return false;
    }
    int found = probe(skb, query, keep, compare);
    boolean swapped = query.has(SetQuery.RETURN_NOMATCH) && type.hasNets();
    return found == (swapped ? EXCEPTED : IN);
  }

  /** list_set_ktest: sub-counters are not compared. */
  private boolean testMembers(Skb skb, SetQuery query, boolean keep) {
    boolean keepMembers = keep || query.has(SetQuery.KEEP_SUBCOUNTERS);
    for (int i = 0; i < members.size(); i++) {
      int element = table.find(SetKey.first(i, WHOLE, 0, 0), 0);
      if (element >= 0
          && !expired(element, jiffies(skb.timeNanos))
          && members.get(i).test(skb, query, keepMembers, false)
          && extensionsMatch(element, skb, query, keep, true)) {
        return true;
      }
    }
    return false;
  }

  /** mtype_test_cidrs: the longest prefixes first, until an element decides. */
  private int probe(Skb skb, SetQuery query, boolean keep, boolean compare) {
    if (type == SetType.HASH_MAC) {
      return decide(table.find(SetKey.mac(mac), 0), skb, query, keep, compare);
    }
    for (int i = 0; i < firstLengths.used; i++) {
      int firstLength = firstLengths.lengths[i];
      long first =
          SetKey.first(address & SetKey.mask(firstLength), firstLength, protocol, port);
      for (int j = 0; j < secondLengths.used; j++) {
        int secondLength = secondLengths.lengths[j];
        int element = table.find(first, secondWord(secondLength));
        int decision = decide(element, skb, query, keep, compare);
        if (decision != DIFFERS) {
          return decision;
        }
      }
    }
    return DIFFERS;
  }

  private long secondWord(int length) {
    return type.hasSecond() ? SetKey.second(secondAddress & SetKey.mask(length), length) : 0;
  }

  private int decide(int element, Skb skb, SetQuery query, boolean keep, boolean compare) {
    if (element < 0 || !extensionsMatch(element, skb, query, keep, compare)) {
      return DIFFERS;
    }
    return (table.first(element) & SetKey.NOMATCH) != 0 ? EXCEPTED : IN;
  }

  /** ip_set_match_extensions: counts first, then compares. */
  private boolean extensionsMatch(
      int element, Skb skb, SetQuery query, boolean keep, boolean compare) {
    if (expired(element, jiffies(skb.timeNanos))) {
      return false;
    }
    if (!shape.counters()) {
      return true;
    }
    if (!keep) {
      table.setCounters(
          element, table.packets(element) + 1, table.bytes(element) + skb.totalLength);
    }
    return !compare
        || query.packets().holds(table.packets(element))
            && query.bytes().holds(table.bytes(element));
  }

  /** Reads from the packet what the type looks at; false if it has none. */
  private boolean read(Skb skb, SetQuery query) {
    address = query.source(0) ? skb.source : skb.destination;
    protocol = 0;
    port = 0;
    switch (type) {
      case HASH_IP -> {
        address &= SetKey.mask(shape.netmask());
        return address != 0;
      }
      case HASH_IP_PORT, HASH_NET_PORT -> {
        return readPort(skb, query.source(1));
      }
      case HASH_IP_PORT_IP, HASH_IP_PORT_NET -> {
        secondAddress = query.source(2) ? skb.source : skb.destination;
        return readPort(skb, query.source(1));
      }
      case HASH_NET_NET -> secondAddress = query.source(1) ? skb.source : skb.destination;
      case HASH_MAC -> {
        mac = query.source(0) ? skb.sourceMac : skb.destinationMac;
        return mac != 0 && !skb.local;
      }
      case BITMAP_IP -> {
        int whole = address;
        address &= SetKey.mask(shape.netmask());
        return inRange(whole);
      }
      case BITMAP_PORT -> {
        boolean ported = readPort(skb, query.source(0)) && (protocol == 6 || protocol == 17);
        protocol = 0;
        address = 0;
        return ported && inRange(port);
      }
      default -> {}
    }
    return true;
  }

  private boolean inRange(int value) {
    return Integer.compareUnsigned(value, shape.from()) >= 0
        && Integer.compareUnsigned(value, shape.to()) <= 0;
  }

  private boolean readPort(Skb skb, boolean source) {
    int found = PacketPort.read(skb, source);
    protocol = skb.protocol;
    port = found;
    return found >= 0;
  }

  /**
   * ip_set_add: enters the packet's element.
   *
   * @param timeout seconds, 0 for ever, {@link #NO_TIMEOUT} for the set's own
   * @return whether it was entered, or was there and {@code --exist} allows it
   */
  public boolean add(Skb skb, SetQuery query, long timeout) {
    if (query.dimensions() < type.dimension) {
      return false;
    }
    if (type == SetType.LIST_SET) {
      for (int i = 0; i < members.size(); i++) {
        if (alive(i, skb) && members.get(i).add(skb, query, timeout)) {
          return true;
        }
      }
      return false;
    }
    if (!read(skb, query)) {
      return false;
    }
    long first = newFirst();
    long second = secondWord(secondLengths.ofNew());
    long jiffies = jiffies(skb.timeNanos);
    int element = table.find(first, second);
    if (element < 0) {
      if (full(skb.timeNanos)) {
        return false;
      }
      insert(first, second, timeout, 1, skb.totalLength, jiffies);
      return true;
    }
    if (!expired(element, jiffies) && !query.has(SetQuery.EXIST)) {
      return false;
    }
    table.setNomatch(element, false);
    table.setCounters(element, 1, skb.totalLength);
    table.setDeadline(element, deadline(timeout, jiffies));
    return true;
  }

  private long newFirst() {
    if (type == SetType.HASH_MAC) {
      return SetKey.mac(mac);
    }
    int length = firstLengths.ofNew();
    return SetKey.first(address & SetKey.mask(length), length, protocol, port);
  }

  private boolean alive(int member, Skb skb) {
    int element = table.find(SetKey.first(member, WHOLE, 0, 0), 0);
    return element >= 0 && !expired(element, jiffies(skb.timeNanos));
  }

  /** ip_set_del: removes the packet's element; whether it was there. */
  public boolean remove(Skb skb, SetQuery query) {
    if (query.dimensions() < type.dimension) {
      return false;
    }
    if (type == SetType.LIST_SET) {
      for (int i = 0; i < members.size(); i++) {
        if (alive(i, skb) && members.get(i).remove(skb, query)) {
          return true;
        }
      }
      return false;
    }
    if (!read(skb, query)) {
      return false;
    }
    int element = table.find(newFirst(), secondWord(secondLengths.ofNew()));
    if (element < 0) {
      return false;
    }
    boolean there = !expired(element, jiffies(skb.timeNanos));
    remove(element);
    return there;
  }

  /** Receives the elements of a set. */
  public interface Visitor {
    /**
     * An element that has not expired.
     *
     * @param timeout seconds left, at least 1; 0 if it stays
     */
    void element(long first, long second, long timeout, long packets, long bytes);
  }

  /** Shows all elements that live at {@code nanos}, in the order of their keys. */
  public void visit(long nanos, Visitor visitor) {
    long now = jiffies(nanos);
    for (int element : table.sorted()) {
      if (!expired(element, now)) {
        long deadline = table.deadline(element);
        long left = deadline == 0 ? 0 : Math.max(1, (deadline - now) / JIFFIES_PER_SECOND);
        visitor.element(
            table.first(element),
            table.second(element),
            left,
            table.packets(element),
            table.bytes(element));
      }
    }
  }

  /** The name of a list's member, by the address in its element's first word. */
  public String member(int number) {
    return members.get(number).name;
  }
}

package dev.chainfuse.stateful;

import dev.chainfuse.packet.Skb;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A set at work: what ip_set_test, ip_set_add and ip_set_del (net/netfilter/ipset/ip_set_core.c)
 * and the types' kadt functions do with a packet. Mutable, one thread; nothing here allocates but
 * the growth of the table.
 */
public final class IpSet {
  /** {@code timeout} of {@link SetHeader}: the set has none; of an element: the set's own. */
  public static final long NO_TIMEOUT = 0xffff_ffffL;

  /** IPSET_MAX_TIMEOUT: as many seconds as fit into milliseconds of 31 bits. */
  public static final long MOST_TIMEOUT = (0xffff_ffffL >> 1) / 1000;

  private static final int WHOLE = 32;
  private static final int DIFFERS = 0;
  private static final int IN = 1;
  private static final int EXCEPTED = -1;

  private final String name;
  private final SetHeader header;
  private final SetType type;
  private final SetElements elements;

  /** Of {@link #elements}. */
  private final ElementTable table;

  private final SetChanges changes;

  /** Of list:set, in order; element {@code i} of the table has address {@code i}. */
  private final List<IpSet> members = new ArrayList<>();

  /** Words of the packet's element as {@link #read} found it. */
  private int address;

  private int protocol;
  private int port;
  private int secondAddress;
  private long mac;

  /** An empty set. */
  public IpSet(String name, SetHeader header) {
    this(name, header, new SetElements(header), new SetChanges());
  }

  private IpSet(String name, SetHeader header, SetElements elements, SetChanges changes) {
    this.name = name;
    this.header = header;
    this.type = header.type();
    this.elements = elements;
    this.table = elements.table;
    this.changes = changes;
  }

  /** The same set for {@code registry}, with the members of that name; time begins anew. */
  IpSet copy(Map<String, IpSet> membersByName, SetRegistry registry, long startNanos) {
    IpSet copy = new IpSet(name, header, elements.copy(startNanos), registry.changes());
    for (IpSet member : members) {
      copy.members.add(Objects.requireNonNull(membersByName.get(member.name)));
    }
    return copy;
  }

  public String name() {
    return name;
  }

  public SetHeader header() {
    return header;
  }

  /** Bytes of the elements' arrays. */
  public long memoryBytes() {
    return table.memoryBytes();
  }

  /** Elements, expired ones that were not yet found included. */
  public int size() {
    return table.size();
  }

  /**
   * Whether the answer to a packet stays the same until some set changes, and asking changes
   * nothing: there are neither time-outs nor counters.
   */
  public boolean steady() {
    if (header.timed() || header.counters()) {
      return false;
    }
    for (int i = 0; i < members.size(); i++) {
      if (!members.get(i).steady()) {
        return false;
      }
    }
    return true;
  }

  private void changed() {
    if (!header.timed() && !header.counters()) {
      changes.count++;
    }
  }

  /** What {@link #enter} says. */
  public enum Entered {
    YES,
    THERE_ALREADY,
    FULL
  }

  /**
   * Enters an element as {@code ipset add} does, while the set is made, at time 0.
   *
   * @param timeout seconds left, 0 for ever, {@link #NO_TIMEOUT} for the set's own
   * @param exist an element that is there already takes the new extensions
   */
  public Entered enter(
      long first,
      long second,
      long timeout,
      long packets,
      long bytes,
      ElementNote note,
      boolean exist) {
    return elements.enter(first, second, timeout, packets, bytes, note, exist);
  }

  /** Takes an element out, while the set is made; false if it is not there. */
  public boolean takeOut(long first, long second) {
    int element = table.find(first, second);
    if (element >= 0) {
      elements.remove(element);
    }
    return element >= 0;
  }

  /** Enters a member of a list:set, behind those that it has. */
  public void enterMember(IpSet member, long timeout, long packets, long bytes, ElementNote note) {
    int element = elements.insert(SetKey.first(members.size(), WHOLE, 0, 0), 0);
    members.add(member);
    elements.extend(element, timeout, packets, bytes, 0);
    table.setNote(element, note);
  }

  /**
   * ip_set_test: whether the packet is in the set.
   *
   * @param answer receives the note of the element
   */
  public boolean test(Skb skb, SetQuery query, SetAnswer answer) {
    answer.note = ElementNote.NONE;
    return test(skb, query, query.has(SetQuery.KEEP_COUNTERS), true, answer);
  }

  private boolean test(Skb skb, SetQuery query, boolean keep, boolean compare, SetAnswer answer) {
    if (query.dimensions() < type.dimension) {
      return false;
    }
    if (type == SetType.LIST_SET) {
      return testMembers(skb, query, keep, compare, answer);
    }
    if (!read(skb, query)) {
      return false;
    }
    int found = probe(skb, query, keep, compare, answer);
    boolean swapped = query.has(SetQuery.RETURN_NOMATCH) && type.hasNets();
    return found == (swapped ? EXCEPTED : IN);
  }

  /** list_set_ktest: sub-counters are not compared. */
  private boolean testMembers(
      Skb skb, SetQuery query, boolean keep, boolean compare, SetAnswer answer) {
    boolean keepMembers = keep || query.has(SetQuery.KEEP_SUBCOUNTERS);
    for (int i = 0; i < members.size(); i++) {
      int element = table.find(SetKey.first(i, WHOLE, 0, 0), 0);
      if (element >= 0
          && !elements.expired(element, SetElements.jiffies(skb.timeNanos))
          && members.get(i).test(skb, query, keepMembers, false, answer)
          && extensionsMatch(element, skb, query, keep, compare, answer)) {
        return true;
      }
    }
    return false;
  }

  /** mtype_test_cidrs: the longest prefixes first, until an element decides. */
  private int probe(Skb skb, SetQuery query, boolean keep, boolean compare, SetAnswer answer) {
    if (type == SetType.HASH_MAC) {
      return decide(table.find(SetKey.mac(mac), 0), skb, query, keep, compare, answer);
    }
    for (int i = 0; i < elements.firstLengths.used; i++) {
      int firstLength = elements.firstLengths.lengths[i];
      long first = SetKey.first(address & SetKey.mask(firstLength), firstLength, protocol, port);
      for (int j = 0; j < elements.secondLengths.used; j++) {
        int secondLength = elements.secondLengths.lengths[j];
        int element = table.find(first, secondWord(secondLength));
        int decision = decide(element, skb, query, keep, compare, answer);
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

  private int decide(
      int element, Skb skb, SetQuery query, boolean keep, boolean compare, SetAnswer answer) {
    if (element < 0 || !extensionsMatch(element, skb, query, keep, compare, answer)) {
      return DIFFERS;
    }
    return (table.first(element) & SetKey.NOMATCH) != 0 ? EXCEPTED : IN;
  }

  /** ip_set_match_extensions: counts first, then compares. */
  private boolean extensionsMatch(
      int element, Skb skb, SetQuery query, boolean keep, boolean compare, SetAnswer answer) {
    if (elements.expired(element, SetElements.jiffies(skb.timeNanos))) {
      return false;
    }
    if (header.counters() && !counted(element, skb, query, keep, compare)) {
      return false;
    }
    if (header.skbInfo()) {
      answer.note = table.note(element);
    }
    return true;
  }

  private boolean counted(int element, Skb skb, SetQuery query, boolean keep, boolean compare) {
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
        address &= header.mask();
        return address != 0;
      }
      case HASH_IP_PORT -> {
        address &= header.mask();
        return readPort(skb, query.source(1)) && address != 0;
      }
      case HASH_NET_PORT -> {
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
        address &= header.mask();
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
    return Integer.compareUnsigned(value, header.from()) >= 0
        && Integer.compareUnsigned(value, header.to()) <= 0;
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
    elements.collect(skb.timeNanos);
    long first = newFirst();
    long second = secondWord(elements.secondLengths.ofNew());
    long jiffies = SetElements.jiffies(skb.timeNanos);
    int element = table.find(first, second);
    if (element < 0) {
      if (elements.full(skb.timeNanos) && !elements.makeRoom()) {
        return false;
      }
      element = elements.insert(first, second);
      changed();
    } else if (!elements.expired(element, jiffies) && !query.has(SetQuery.EXIST)) {
      return false;
    } else if ((table.first(element) & SetKey.NOMATCH) != 0) {
      table.setNomatch(element, false);
      changed();
    }
    // Of an element that is there, a hash keeps the comment, a bitmap does not (6.18 does so).
    table.setNote(element, type.isHash() ? table.note(element).commentOnly() : ElementNote.NONE);
    elements.extend(element, timeout, 1, skb.totalLength, jiffies);
    return true;
  }

  private long newFirst() {
    if (type == SetType.HASH_MAC) {
      return SetKey.mac(mac);
    }
    int length = elements.firstLengths.ofNew();
    return SetKey.first(address & SetKey.mask(length), length, protocol, port);
  }

  private boolean alive(int member, Skb skb) {
    int element = table.find(SetKey.first(member, WHOLE, 0, 0), 0);
    return element >= 0 && !elements.expired(element, SetElements.jiffies(skb.timeNanos));
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
    elements.collect(skb.timeNanos);
    int element = table.find(newFirst(), secondWord(elements.secondLengths.ofNew()));
    if (element < 0) {
      return false;
    }
    if (elements.expired(element, SetElements.jiffies(skb.timeNanos))) {
      return false;
    }
    elements.remove(element);
    changed();
    return true;
  }

  /** Receives the elements of a set. */
  public interface Visitor {
    /**
     * An element that has not expired.
     *
     * @param timeout seconds left, at least 1; 0 if it stays
     */
    void element(long first, long second, long timeout, long packets, long bytes, ElementNote note);
  }

  /**
   * Shows all elements that live at {@code nanos}: of a bitmap in ascending order, as the kernel
   * lists them; of others in the order in which they came.
   */
  public void visit(long nanos, Visitor visitor) {
    elements.visit(nanos, visitor);
  }

  /** The name of a list's member, by the address in its element's first word. */
  public String member(int number) {
    return members.get(number).name;
  }
}

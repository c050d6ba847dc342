package dev.chainfuse.stateful;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.chainfuse.Seeds;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Sets hold what a plain list of elements holds, which is searched from end to end: of the elements
 * that cover the packet the one with the longest prefixes decides, the first one first.
 */
class IpSetModelTest {
  private static final long SECOND = 1_000_000_000L;
  private static final SetAnswer ANSWER = new SetAnswer();

  /** An element, spelt out. */
  private static final class Element {
    int address;
    int length;
    int protocol;
    int port;
    int second;
    int secondLength;
    boolean nomatch;
    long expires;
    long packets;

    boolean covers(int first, int proto, int ports, int other) {
      return (first & Ipv4.mask(length)) == address
          && protocol == proto
          && port == ports
          && (other & Ipv4.mask(secondLength)) == second;
    }

    boolean isBefore(Element other) {
      return length != other.length ? length > other.length : secondLength > other.secondLength;
    }
  }

  private final List<Element> model = new ArrayList<>();
  private SetType type = SetType.HASH_IP;
  private long now;

  @Test
  void holdsWhatAPlainListHolds() {
    Seeds.each(200, this::run);
  }

  private void run(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    SetType[] types = {
      SetType.HASH_IP,
      SetType.HASH_NET,
      SetType.HASH_IP_PORT,
      SetType.HASH_NET_PORT,
      SetType.HASH_IP_PORT_IP,
      SetType.HASH_IP_PORT_NET,
      SetType.HASH_NET_NET
    };
    type = types[random.nextInt(types.length)];
    model.clear();
    now = 0;
    IpSet made = new IpSet("s", SetHeader.of(type).withTimeout(0).withCounters());
    for (int i = random.nextInt(60); i > 0; i--) {
      enter(made, random);
    }
    IpSet set = SavedSets.of(List.of(made)).open(0).get("s");
    for (int i = 0; i < 500; i++) {
      now += random.nextLong(SECOND / 10);
      ask(set, random, "seed " + seed + ", packet " + i);
    }
  }

  private static int address(SplittableRandom random) {
    return 0x0a000000 | random.nextInt(16) << random.nextInt(3) * 4 | 1;
  }

  private static int port(SplittableRandom random) {
    return 80 + random.nextInt(2);
  }

  private static int protocol(SplittableRandom random) {
    return random.nextBoolean() ? Ipv4.TCP : Ipv4.UDP;
  }

  private void enter(IpSet set, SplittableRandom random) {
    Element e = new Element();
    e.length = type.firstNet ? 20 + random.nextInt(13) : 32;
    e.address = address(random) & Ipv4.mask(e.length);
    e.protocol = type.hasPort() ? protocol(random) : 0;
    e.port = type.hasPort() ? port(random) : 0;
    e.secondLength = !type.hasSecond() ? 0 : type.secondNet ? 20 + random.nextInt(13) : 32;
    e.second = type.hasSecond() ? address(random) & Ipv4.mask(e.secondLength) : 0;
    e.nomatch = type.hasNets() && random.nextInt(3) == 0;
    int timeout = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(30);
    e.expires = timeout == 0 ? Long.MAX_VALUE : timeout * SECOND;
    long first = SetKey.first(e.address, e.length, e.protocol, e.port);
    long second = type.hasSecond() ? SetKey.second(e.second, e.secondLength) : 0;
    IpSet.Entered entered =
        set.enter(
            first | (e.nomatch ? SetKey.NOMATCH : 0),
            second,
            timeout,
            0,
            0,
            ElementNote.NONE,
            false);
    boolean there =
        model.stream()
            .anyMatch(
                o ->
                    o.length == e.length
                        && o.secondLength == e.secondLength
                        && o.covers(e.address, e.protocol, e.port, e.second));
    assertEquals(there, entered == IpSet.Entered.THERE_ALREADY);
    if (!there) {
      model.add(e);
    }
  }

  private void ask(IpSet set, SplittableRandom random, String message) {
    Skb skb = new Skb();
    skb.source = address(random);
    skb.destination = address(random);
    skb.protocol = protocol(random);
    skb.sourcePort = port(random);
    skb.destinationPort = port(random);
    skb.end = 20;
    skb.totalLength = 100;
    skb.timeNanos = now;
    int sources = random.nextInt(8);
    SetQuery query = SetQuery.plain(3, sources);
    int first = query.source(0) ? skb.source : skb.destination;
    boolean ports = type.hasPort();
    int port = !ports ? 0 : query.source(1) ? skb.sourcePort : skb.destinationPort;
    int protocol = ports ? skb.protocol : 0;
    int other = query.source(ports ? 2 : 1) ? skb.source : skb.destination;
    other = type.hasSecond() ? other : 0;
    Element found = null;
    for (Element e : model) {
      // A jiffy is 4 ms.
      boolean lives = now / 4_000_000 <= e.expires / 4_000_000;
      if (lives && e.covers(first, protocol, port, other)) {
        found = found == null || e.isBefore(found) ? e : found;
      }
    }
    assertEquals(found != null && !found.nomatch, set.test(skb, query, ANSWER), message);
    if (found != null) {
      found.packets++;
    }
    if (random.nextInt(20) == 0) {
      long counted = model.stream().filter(this::lives).mapToLong(e -> e.packets).sum();
      long[] sum = new long[1];
      set.visit(now, (a, b, left, packets, bytes, note) -> sum[0] += packets);
      assertEquals(counted, sum[0], message);
    }
  }

  private boolean lives(Element e) {
    return now / 4_000_000 <= e.expires / 4_000_000;
  }
}

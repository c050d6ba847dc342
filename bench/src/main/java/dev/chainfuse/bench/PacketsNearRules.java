package dev.chainfuse.bench;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Packets as rules want them, one to three drawn rules a packet, some of them just beside: the
 * fields that rules of a hook can read, packet after packet in one array, and the headers' bytes in
 * another, a cache line each, for engines that read those.
 */
final class PacketsNearRules {
  private static final List<Field> FIELDS =
      List.of(
          Field.SOURCE,
          Field.DESTINATION,
          Field.PROTOCOL,
          Field.SOURCE_PORT,
          Field.DESTINATION_PORT,
          Field.TCP_FLAGS,
          Field.ICMP_TYPE_CODE,
          Field.IN_INTERFACE,
          Field.OUT_INTERFACE,
          Field.LENGTH,
          Field.TTL,
          Field.TOS,
          Field.MARK,
          Field.CT_STATE);

  private static final int COLUMNS = FIELDS.size();
  private static final int SHORTEST = 40;
  private static final int LONGEST = 1500;
  private static final int MOST_DEPTH = 3;

  private static final int LINE = 64;

  private final int[] values;
  private final byte[] headers;
  private final HostFacts host;
  private final SplittableRandom random;

  /** Draws {@code count} packets near the rules, of which there must be one at least. */
  PacketsNearRules(List<Rule> rules, HostFacts host, int count, long seed) {
    this.host = host;
    this.random = new SplittableRandom(seed);
    this.values = new int[count * COLUMNS];
    this.headers = new byte[count * LINE];
    List<Condition> conditions = new ArrayList<>();
    for (Rule rule : rules) {
      conditions.add(condition(rule));
    }
    for (int i = 0; i < count; i++) {
      draw(i * COLUMNS, conditions);
      write(i * COLUMNS, i * LINE);
    }
  }

  private Condition condition(Rule rule) {
    List<Condition> parts = new ArrayList<>();
    parts.add(rule.header().condition(host));
    for (Match match : rule.matches()) {
      parts.add(match.condition(host));
    }
    return new Condition.All(parts);
  }

  private void draw(int at, List<Condition> conditions) {
    set(at, Field.SOURCE, random.nextInt());
    set(at, Field.DESTINATION, random.nextInt());
    set(at, Field.PROTOCOL, random.nextInt(4) == 0 ? Ipv4.UDP : Ipv4.TCP);
    set(at, Field.SOURCE_PORT, random.nextInt(1 << 16));
    set(at, Field.DESTINATION_PORT, random.nextInt(1 << 16));
    set(at, Field.TCP_FLAGS, random.nextInt(4) == 0 ? Ipv4.TCP_SYN : Ipv4.TCP_ACK);
    set(at, Field.ICMP_TYPE_CODE, 8 << 8);
    set(at, Field.IN_INTERFACE, random.nextInt(host.interfaceCount() + 1));
    set(at, Field.OUT_INTERFACE, random.nextInt(host.interfaceCount() + 1));
    set(at, Field.LENGTH, random.nextInt(SHORTEST, LONGEST + 1));
    set(at, Field.TTL, random.nextInt(2, 65));
    set(at, Field.CT_STATE, random.nextBoolean() ? Skb.STATE_NEW : Skb.STATE_ESTABLISHED);
    // Rules behind jumps hold only for what the rules before them let through: lay some together.
    for (int depth = random.nextInt(MOST_DEPTH); depth >= 0; depth--) {
      meet(at, conditions.get(random.nextInt(conditions.size())));
    }
    if (random.nextInt(8) == 0) {
      int field = random.nextInt(5);
      values[at + field] += random.nextBoolean() ? 1 : -1;
    }
    cut(at);
  }

  private void meet(int at, Condition condition) {
    if (condition instanceof Condition.In in) {
      RangeSet set = in.values();
      int range = random.nextInt(set.size());
      long first = set.first(range);
      set(at, in.field(), (int) (first + random.nextLong(set.last(range) - first + 1)));
    } else if (condition instanceof Condition.Bits bits) {
      set(at, bits.field(), bits.inverted() ? bits.value() ^ bits.mask() : bits.value());
    } else if (condition instanceof Condition.All all) {
      all.parts().forEach(part -> meet(at, part));
    } else if (condition instanceof Condition.Any any && !any.parts().isEmpty()) {
      meet(at, any.parts().get(random.nextInt(any.parts().size())));
    }
  }

  private void set(int at, Field field, int value) {
    int column = FIELDS.indexOf(field);
    if (column >= 0) {
      values[at + column] = value;
    }
  }

  private int get(int at, Field field) {
    return values[at + FIELDS.indexOf(field)];
  }

  /** Fields are as wide as in a packet, and only protocols that have them have ports and flags. */
  private void cut(int at) {
    for (int column = 0; column < FIELDS.size(); column++) {
      int bits = FIELDS.get(column).bits;
      values[at + column] &= bits == 32 ? -1 : (1 << bits) - 1;
    }
    set(at, Field.LENGTH, Math.max(SHORTEST, get(at, Field.LENGTH)));
    int protocol = get(at, Field.PROTOCOL);
    if (protocol != Ipv4.TCP) {
      set(at, Field.TCP_FLAGS, 0);
    }
    if (protocol != Ipv4.ICMP) {
      set(at, Field.ICMP_TYPE_CODE, 0);
    }
    if (Skb.transportHeader(protocol) == 0 || protocol == Ipv4.ICMP) {
      set(at, Field.SOURCE_PORT, 0);
      set(at, Field.DESTINATION_PORT, 0);
    }
  }

  private void write(int at, int line) {
    int protocol = get(at, Field.PROTOCOL);
    headers[line] = 0x45;
    headers[line + Ipv4.TOS] = (byte) get(at, Field.TOS);
    Bytes.putShort(headers, line + Ipv4.TOTAL_LENGTH, get(at, Field.LENGTH));
    headers[line + Ipv4.TTL] = (byte) get(at, Field.TTL);
    headers[line + Ipv4.PROTOCOL] = (byte) protocol;
    Bytes.putInt(headers, line + Ipv4.SOURCE, get(at, Field.SOURCE));
    Bytes.putInt(headers, line + Ipv4.DESTINATION, get(at, Field.DESTINATION));
    int transport = line + Ipv4.MINIMUM_HEADER;
    if (protocol == Ipv4.ICMP) {
      Bytes.putShort(headers, transport, get(at, Field.ICMP_TYPE_CODE));
      return;
    }
    Bytes.putShort(headers, transport, get(at, Field.SOURCE_PORT));
    Bytes.putShort(headers, transport + 2, get(at, Field.DESTINATION_PORT));
    headers[transport + 12] = 0x50;
    headers[transport + 13] = (byte) get(at, Field.TCP_FLAGS);
  }

  /** Makes {@code skb} packet {@code i}; its connection must be set already. */
  void load(int i, Skb skb) {
    int[] v = values;
    int at = i * COLUMNS;
    skb.data = headers;
    skb.network = i * LINE;
    skb.headerLength = Ipv4.MINIMUM_HEADER;
    skb.transport = skb.network + Ipv4.MINIMUM_HEADER;
    skb.end = skb.network + v[at + 9];
    skb.source = v[at];
    skb.destination = v[at + 1];
    skb.protocol = v[at + 2];
    skb.sourcePort = v[at + 3];
    skb.destinationPort = v[at + 4];
    skb.tcpFlags = v[at + 5];
    skb.icmpTypeCode = v[at + 6];
    skb.inInterface = v[at + 7] - 1;
    skb.outInterface = v[at + 8] - 1;
    skb.totalLength = v[at + 9];
    skb.ttl = v[at + 10];
    skb.tos = v[at + 11];
    skb.mark = v[at + 12];
    skb.connectionInfo =
        (v[at + 13] & Skb.STATE_ESTABLISHED) != 0 ? Skb.CT_ESTABLISHED : Skb.CT_NEW;
  }
}

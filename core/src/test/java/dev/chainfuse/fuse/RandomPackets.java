package dev.chainfuse.fuse;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Chain;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.Rule;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.Table;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Packets whose fields lie at and beside the bounds of the rules' own ranges. */
final class RandomPackets {
  private static final int TRANSPORT = 40;

  private final SplittableRandom random;
  private final Map<Field, List<Integer>> edges = new EnumMap<>(Field.class);
  final TestConnection connection = new TestConnection();

  RandomPackets(RuleSet rules, HostFacts host, SplittableRandom random) {
    this.random = random;
    Map<Field, Set<Integer>> found = new EnumMap<>(Field.class);
    for (Table table : rules.tables()) {
      for (Chain chain : table.chains()) {
        for (Rule rule : chain.rules()) {
          collect(rule.header().condition(host), found);
          for (Match match : rule.matches()) {
            collect(match.condition(host), found);
          }
        }
      }
    }
    found.forEach((field, values) -> edges.put(field, List.copyOf(values)));
  }

  private static void collect(Condition condition, Map<Field, Set<Integer>> found) {
    if (condition instanceof Condition.In in) {
      Set<Integer> values = found.computeIfAbsent(in.field(), field -> new LinkedHashSet<>());
      RangeSet set = in.values();
      for (int i = 0; i < Math.min(set.size(), 32); i++) {
        for (int beside = -1; beside <= 1; beside++) {
          values.add((int) set.first(i) + beside);
          values.add((int) set.last(i) + beside);
        }
      }
    } else if (condition instanceof Condition.Bits bits) {
      Set<Integer> values = found.computeIfAbsent(bits.field(), field -> new LinkedHashSet<>());
      values.add(bits.value());
      values.add(bits.value() | ~bits.mask());
      values.add(bits.value() ^ Integer.lowestOneBit(bits.mask()));
    } else if (condition instanceof Condition.All all) {
      all.parts().forEach(part -> collect(part, found));
    } else if (condition instanceof Condition.Any any) {
      any.parts().forEach(part -> collect(part, found));
    }
  }

  private int value(Field field) {
    List<Integer> values = edges.getOrDefault(field, List.of());
    int mask = field.bits == 32 ? -1 : (1 << field.bits) - 1;
    int draw = random.nextInt(10);
    if (draw < 7 && !values.isEmpty()) {
      return values.get(random.nextInt(values.size())) & mask;
    }
    return (draw == 9 ? random.nextInt() : random.nextInt(16)) & mask;
  }

  /** Gives the packet fresh fields. */
  void draw(Skb skb) {
    skb.reset();
    skb.source = value(Field.SOURCE);
    skb.destination = value(Field.DESTINATION);
    int protocol = random.nextInt(6);
    skb.protocol = protocol < 3 ? Ipv4.TCP : protocol == 3 ? Ipv4.UDP : value(Field.PROTOCOL);
    skb.totalLength = value(Field.LENGTH);
    skb.ttl = value(Field.TTL);
    skb.tos = value(Field.TOS);
    skb.mark = value(Field.MARK);
    skb.packetType = random.nextInt(3);
    skb.inInterface = random.nextInt(6) - 1;
    skb.outInterface = random.nextInt(6) - 1;
    skb.physicalIn = random.nextInt(6) - 1;
    skb.physicalOut = random.nextInt(6) - 1;
    skb.bridged = random.nextBoolean();
    drawTransport(skb);
    drawConnection(skb);
  }

  /** As {@link #draw}, with bytes to read the fields from. */
  void drawWithBytes(Skb skb) {
    draw(skb);
    byte[] data = new byte[Ipv4.ETHERNET_HEADER + Ipv4.MINIMUM_HEADER + TRANSPORT];
    int at = Ipv4.ETHERNET_HEADER;
    int have = skb.irregular && skb.fragmentWord == 0 ? random.nextInt(8) : TRANSPORT;
    data[at] = 0x45;
    data[at + Ipv4.TOS] = (byte) skb.tos;
    Bytes.putShort(data, at + Ipv4.TOTAL_LENGTH, Ipv4.MINIMUM_HEADER + have);
    Bytes.putShort(data, at + Ipv4.FRAGMENT, skb.fragmentWord);
    data[at + Ipv4.TTL] = (byte) skb.ttl;
    data[at + Ipv4.PROTOCOL] = (byte) skb.protocol;
    Bytes.putInt(data, at + Ipv4.SOURCE, skb.source);
    Bytes.putInt(data, at + Ipv4.DESTINATION, skb.destination);
    int transport = at + Ipv4.MINIMUM_HEADER;
    if (skb.protocol == Ipv4.ICMP) {
      Bytes.putShort(data, transport, skb.icmpTypeCode);
    } else {
      Bytes.putShort(data, transport, skb.sourcePort);
      Bytes.putShort(data, transport + 2, skb.destinationPort);
      data[transport + 12] = (byte) (random.nextInt(4, 8) << 4);
      data[transport + 13] = (byte) skb.tcpFlags;
      data[transport + 20] = (byte) random.nextInt(6);
    }
    skb.data = data;
    skb.frameLength = data.length;
    skb.network = at;
    skb.parse();
  }

  private void drawTransport(Skb skb) {
    int kind = random.nextInt(12);
    skb.fragmentWord = kind == 0 ? 1 : kind == 1 ? 8 : 0;
    boolean known = Skb.transportHeader(skb.protocol) > 0;
    skb.irregular = known && kind == 2 || kind == 0 && skb.protocol == Ipv4.TCP;
    boolean read = skb.fragmentWord == 0 && !skb.irregular;
    boolean ports = read && known && skb.protocol != Ipv4.ICMP;
    skb.sourcePort = ports ? value(Field.SOURCE_PORT) : 0;
    skb.destinationPort = ports ? value(Field.DESTINATION_PORT) : 0;
    skb.tcpFlags = read && skb.protocol == Ipv4.TCP ? value(Field.TCP_FLAGS) : 0;
    skb.icmpTypeCode = read && skb.protocol == Ipv4.ICMP ? value(Field.ICMP_TYPE_CODE) : 0;
  }

  private void drawConnection(Skb skb) {
    skb.connections = connection;
    int kind = random.nextInt(8);
    if (kind == 0) {
      skb.connectionInfo = Skb.CT_UNTRACKED;
    } else if (kind > 1) {
      skb.flow = 0;
      skb.connectionInfo = random.nextInt(5);
      for (int i = 0; i < 8; i++) {
        connection.tuples[i] =
            value(Field.values()[Field.CT_ORIGINAL_SOURCE.ordinal() + random.nextInt(8)]);
      }
      connection.status = value(Field.CT_STATUS);
      connection.mark = value(Field.CT_MARK);
      connection.secondsLeft = value(Field.CT_EXPIRE);
    }
  }

  /** Some packets, for messages. */
  static String describe(Skb skb) {
    List<String> parts = new ArrayList<>();
    for (Field field : Field.values()) {
      int value = skb.field(field);
      if (value != 0) {
        parts.add(field + "=" + Integer.toUnsignedString(value));
      }
    }
    return (skb.irregular ? "irregular " : "") + String.join(" ", parts);
  }
}

package dev.chainfuse.conntrack;

import dev.chainfuse.packet.ConnectionFacts;
import dev.chainfuse.packet.Ipv4;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Fills a table from the lines of {@code conntrack -L}, also with {@code -o extended,id}. What the
 * text does not tell is taken as NAT and a mid-stream start would have it: bindings are done,
 * translated where the tuples differ; TCP windows are unknown, so that every segment fits.
 */
public final class ConnectionReader {
  private final String file;
  private final ConnectionTable table;
  private final int now;

  private ConnectionReader(String file, ConnectionTable table, long nowNanos) {
    this.file = file;
    this.table = table;
    this.now = ConnectionTable.jiffies(nowNanos);
  }

  /**
   * Enters every line as a confirmed connection. Empty lines and lines that start with {@code #} or
   * {@code conntrack} (the summary) are skipped.
   *
   * @param file name for messages
   * @return how many connections were entered
   * @throws IllegalArgumentException {@code FILE:LINE: reason}, at the first line that is not
   *     understood, contradicts an earlier one, or does not fit into the table
   */
  public static int read(List<String> lines, String file, ConnectionTable table, long nowNanos) {
    ConnectionReader reader = new ConnectionReader(file, table, nowNanos);
    int count = 0;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#") && !line.startsWith("conntrack")) {
        reader.enter(new Line(file, i + 1, line));
        count++;
      }
    }
    return count;
  }

  /** A line's words, taken one after the other. */
  private static final class Line {
    final String file;
    final int number;
    final String[] words;
    int at;

    Line(String file, int number, String text) {
      this.file = file;
      this.number = number;
      this.words = text.split("\\s+");
    }

    IllegalArgumentException wrong(String reason) {
      return new IllegalArgumentException(file + ":" + number + ": " + reason);
    }

    boolean nextIs(String prefix) {
      return at < words.length && words[at].startsWith(prefix);
    }

    String next(String what) {
      if (at == words.length) {
        throw wrong("the line ends where " + what + " is expected");
      }
      return words[at++];
    }

    String value(String key) {
      String word = next(key + "=");
      if (!word.startsWith(key + "=")) {
        throw wrong("'" + word + "' stands where " + key + "= is expected");
      }
      return word.substring(key.length() + 1);
    }

    long number(String text, String what, long maximum) {
      boolean hex = text.startsWith("0x");
      try {
        long value = Long.parseUnsignedLong(hex ? text.substring(2) : text, hex ? 16 : 10);
        if (value >= 0 && value <= maximum) {
          return value;
        }
      } catch (NumberFormatException e) {
        throw wrong("'" + text + "' is not a number (" + what + ")");
      }
      throw wrong(what + " " + text + " is not within 0 to " + maximum);
    }

    int address(String key) {
      String text = value(key);
      try {
        return Ipv4.parse(text);
      } catch (IllegalArgumentException e) {
        throw wrong(key + "=" + text + ": not an IPv4 address");
      }
    }

    int port(String key) {
      return (int) number(value(key), key, 0xffff);
    }
  }

  private void enter(Line line) {
    if (line.nextIs("ipv4")) {
      line.at += 2;
    }
    String name = line.next("a protocol");
    int protocol = (int) line.number(line.next("a protocol number"), "protocol", 255);
    String expected = ConnectionText.protocolName(protocol);
    if (!name.equals(expected)) {
      throw line.wrong(
          "protocol " + protocol + " is called '" + expected + "', not '" + name + "'");
    }
    long seconds = line.number(line.next("a timeout"), "timeout", Integer.MAX_VALUE / 250);
    int state = state(line, protocol);
    int flow = table.allocated() < table.maximum() ? table.allocate() : ConnectionTable.NONE;
    if (flow == ConnectionTable.NONE) {
      throw line.wrong("the table holds no more than " + table.maximum() + " connections");
    }
    int[] words = table.words(flow);
    int base = table.base(flow);
    words[base + FlowDescriptor.KIND] = protocol;
    FlowDescriptor.setState(words, base, state);
    words[base + FlowDescriptor.TIMEOUT] = now + (int) seconds * ConnectionTable.HZ;
    int status = ConnectionFacts.STATUS_CONFIRMED | ConnectionTable.STATUS_NAT_DONE;
    direction(line, flow, protocol, ConnectionFacts.ORIGINAL);
    if (line.nextIs("[UNREPLIED]")) {
      line.at++;
    } else {
      status |= ConnectionFacts.STATUS_SEEN_REPLY;
    }
    direction(line, flow, protocol, ConnectionFacts.REPLY);
    status |= rest(line, flow);
    words[base + FlowDescriptor.STATUS] = status | natBits(words, base, protocol);
    if (protocol == Ipv4.TCP) {
      unknownWindows(words, base);
    } else if (protocol == Ipv4.UDP) {
      words[base + FlowDescriptor.UDP_STREAM] = now;
    }
    insert(line, flow);
  }

  private static int state(Line line, int protocol) {
    String[] states = ConnectionText.states(protocol);
    if (states.length == 0) {
      return 0;
    }
    String name = line.next("a state");
    int state = Arrays.asList(states).indexOf(name);
    if (state < 0) {
      throw line.wrong(
          String.format(
              Locale.ROOT, "'%s' is no state: one of %s", name, String.join(", ", states)));
    }
    return state;
  }

  private void direction(Line line, int flow, int protocol, int direction) {
    int[] words = table.words(flow);
    int tuple = table.base(flow) + direction * FlowDescriptor.TUPLE_STRIDE;
    words[tuple] = line.address("src");
    words[tuple + 1] = line.address("dst");
    switch (protocol) {
      case Ipv4.TCP, Ipv4.UDP, Ipv4.UDPLITE, Ipv4.SCTP, Ipv4.DCCP ->
          words[tuple + 2] = line.port("sport") << 16 | line.port("dport");
      case Ipv4.ICMP -> {
        int type = (int) line.number(line.value("type"), "type", 255);
        int code = (int) line.number(line.value("code"), "code", 255);
        words[tuple + 2] = line.port("id") << 16 | type << 8 | code;
      }
      case Ipv4.GRE -> words[tuple + 2] = line.port("srckey") << 16 | line.port("dstkey");
      default -> {}
    }
    if (line.nextIs("packets=")) {
      long packets = line.number(line.value("packets"), "packets", Long.MAX_VALUE);
      long bytes = line.number(line.value("bytes"), "bytes", Long.MAX_VALUE);
      table.setCounters(flow, direction, packets, bytes);
    }
  }

  private int rest(Line line, int flow) {
    int status = 0;
    while (line.at < line.words.length) {
      String word = line.words[line.at];
      if (word.equals("[ASSURED]")) {
        status |= ConnectionFacts.STATUS_ASSURED;
        line.at++;
      } else if (word.startsWith("mark=")) {
        table.setMark(flow, (int) line.number(line.value("mark"), "mark", 0xffff_ffffL));
      } else if (word.startsWith("zone=")) {
        int zone = (int) line.number(line.value("zone"), "zone", 0xffff);
        table.words(flow)[table.base(flow) + FlowDescriptor.KIND] |= zone << 16;
      } else if (word.startsWith("use=") || word.startsWith("id=")) {
        line.at++;
      } else {
        throw line.wrong("'" + word + "' is not known here");
      }
    }
    return status;
  }

  /** A direction's tuple that is not the other's inverse was translated. */
  private static int natBits(int[] words, int base, int protocol) {
    int inverse = NatSearch.invertPorts(protocol, words[base + FlowDescriptor.REPLY_PORTS]);
    int differs = inverse ^ words[base + FlowDescriptor.ORIGINAL_PORTS];
    int bits = 0;
    if (words[base + FlowDescriptor.REPLY_DESTINATION]
            != words[base + FlowDescriptor.ORIGINAL_SOURCE]
        || differs >>> 16 != 0) {
      bits |= ConnectionFacts.STATUS_SRC_NAT;
    }
    if (words[base + FlowDescriptor.REPLY_SOURCE]
            != words[base + FlowDescriptor.ORIGINAL_DESTINATION]
        || (differs & 0xffff) != 0) {
      bits |= ConnectionFacts.STATUS_DST_NAT;
    }
    return bits;
  }

  private static void unknownWindows(int[] words, int base) {
    int flags = TcpTracker.FLAG_BE_LIBERAL | TcpTracker.FLAG_SACK_PERMITTED;
    int side = base + FlowDescriptor.TCP_END;
    TcpStates.setScaleFlags(words, side, 0, flags);
    TcpStates.setScaleFlags(words, side + FlowDescriptor.TCP_STRIDE, 0, flags);
    // A last window of 0 would shorten the timeout.
    words[base + FlowDescriptor.TCP_LAST_WINDOW] = 1 << 16;
    TcpStates.setLast(words, base, 0, TcpStates.NONE_SET, 0);
  }

  private void insert(Line line, int flow) {
    for (int direction = 0; direction < 2; direction++) {
      int taken =
          table.find(
              table.source(flow, direction),
              table.destination(flow, direction),
              table.ports(flow, direction),
              FlowDescriptor.protocolZone(table.words(flow), table.base(flow)));
      if (taken != ConnectionTable.NONE) {
        table.free(flow);
        throw line.wrong("an earlier line of " + file + " has the same tuple");
      }
    }
    table.insert(flow, false);
    table.addBySource(flow);
    table.words(flow)[table.base(flow) + FlowDescriptor.STATUS] |= ConnectionTable.STATUS_BY_SOURCE;
  }
}

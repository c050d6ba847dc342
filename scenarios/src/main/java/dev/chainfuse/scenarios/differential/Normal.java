package dev.chainfuse.scenarios.differential;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.OnesComplement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Answers in a form in which two runs of one kernel are equal. What is left out: the IP id of ICMP
 * errors that the host wrote, which is random; the order between frames of different ports; a
 * connection's {@code use} count; a second of a timeout. The host's own segments reach the host
 * with the sum over their pseudo header alone (CHECKSUM_PARTIAL); they are completed.
 */
final class Normal {
  private static final HexFormat HEX = HexFormat.of();

  /** Destination unreachable, source quench, redirect, time exceeded, parameter problem. */
  private static final long ICMP_ERRORS = 1 << 3 | 1 << 4 | 1 << 5 | 1 << 11 | 1 << 12;

  private static final Pattern RULES_TEXT = Pattern.compile("(?m)^(\\[\\d+:\\d+\\] -A \\S+) .*$");

  private Normal() {}

  /** The first difference in words, or "". */
  static String difference(LabTopology lab, Step step, Answer kernel, Answer engine) {
    for (int port = 0; port < lab.ports().size(); port++) {
      List<String> expected = frames(step, kernel, port);
      List<String> found = frames(step, engine, port);
      if (!expected.equals(found)) {
        return "frames out of " + lab.ports().get(port).name();
      }
    }
    List<String> expected = kernel.local().stream().map(p -> packet(step, p)).toList();
    List<String> found = engine.local().stream().map(p -> packet(step, p)).toList();
    return expected.equals(found) ? "" : "local delivery";
  }

  private static List<String> frames(Step step, Answer answer, int port) {
    List<String> out = new ArrayList<>();
    for (Answer.Out each : answer.out()) {
      if (each.port() == port) {
        out.add(frame(step, each.frame()));
      }
    }
    return out;
  }

  private static String frame(Step step, byte[] frame) {
    boolean ip =
        frame.length >= Ipv4.ETHERNET_HEADER + Ipv4.MINIMUM_HEADER
            && Bytes.getShort(frame, 12) == Ipv4.ETHERTYPE_IPV4;
    return HEX.formatHex(ip ? withoutId(step, frame, Ipv4.ETHERNET_HEADER) : frame);
  }

  private static String packet(Step step, byte[] packet) {
    return HEX.formatHex(completed(withoutId(step, packet, 0)));
  }

  private static byte[] completed(byte[] packet) {
    int at = (packet[0] & 15) << 2;
    int bytes = packet.length - at;
    if (packet[Ipv4.PROTOCOL] != Ipv4.TCP || bytes < 20) {
      return packet;
    }
    int source = Bytes.getInt(packet, Ipv4.SOURCE);
    int destination = Bytes.getInt(packet, Ipv4.DESTINATION);
    long pseudo = OnesComplement.pseudoHeader(source, destination, Ipv4.TCP, bytes);
    boolean partial = OnesComplement.fold(pseudo) == Bytes.getShort(packet, at + 16);
    return partial ? PacketBytes.seal(packet.clone()) : packet;
  }

  private static byte[] withoutId(Step step, byte[] data, int at) {
    boolean caused = isError(step.frame(), step.port() == Step.LOCAL ? 0 : Ipv4.ETHERNET_HEADER);
    // The host's own have precedence "internetwork control"; stations' errors here have none.
    boolean ownTos = data.length > at + Ipv4.TOS && (data[at + Ipv4.TOS] & 0xe0) == 0xc0;
    if (!isError(data, at) || (caused && !ownTos)) {
      return data;
    }
    byte[] copy = Arrays.copyOf(data, data.length);
    Bytes.putShort(copy, at + Ipv4.ID, 0);
    Bytes.putShort(copy, at + Ipv4.CHECKSUM, 0);
    int sum = OnesComplement.checksum(copy, at, (copy[at] & 15) << 2);
    Bytes.putShort(copy, at + Ipv4.CHECKSUM, sum);
    return copy;
  }

  private static boolean isError(byte[] data, int at) {
    if (data.length < at + Ipv4.MINIMUM_HEADER || data[at + Ipv4.PROTOCOL] != Ipv4.ICMP) {
      return false;
    }
    int transport = at + ((data[at] & 15) << 2);
    return data.length > transport && (ICMP_ERRORS >>> (data[transport] & 31) & 1) != 0;
  }

  /** Counters and chains of an {@code iptables-save -c} text, without what the rules say. */
  static String withoutRules(String counters) {
    return RULES_TEXT.matcher(counters).replaceAll("$1");
  }

  /** The first difference in words, or "". */
  static String difference(FinalState kernel, FinalState engine) {
    Map<String, String> expected = counters(kernel.counters());
    String found = engine.counters();
    if (withoutRules(kernel.counters()).equals(kernel.counters())) {
      found = withoutRules(found);
    }
    for (Map.Entry<String, String> each : counters(found).entrySet()) {
      String table = expected.getOrDefault(each.getKey(), "");
      if (!table.equals(each.getValue())) {
        return "counters of " + each.getKey();
      }
    }
    return connectionsDiffer(kernel.connections(), engine.connections()) ? "connections" : "";
  }

  /** Text of each table, without comments. */
  static Map<String, String> counters(String saved) {
    Map<String, String> tables = new TreeMap<>();
    String table = "";
    for (String line : saved.split("\n")) {
      if (line.startsWith("*")) {
        table = line.substring(1);
      } else if (!line.startsWith("#") && !line.equals("COMMIT") && !line.isEmpty()) {
        tables.merge(table, line + "\n", String::concat);
      }
    }
    return tables;
  }

  /** A connection's text without its timeout, and its timeout. */
  private record Connection(String text, long seconds) {}

  private static boolean connectionsDiffer(String kernel, String engine) {
    List<Connection> expected = connections(kernel);
    List<Connection> found = connections(engine);
    if (expected.size() != found.size()) {
      return true;
    }
    for (int i = 0; i < expected.size(); i++) {
      if (!expected.get(i).text.equals(found.get(i).text)
          || Math.abs(expected.get(i).seconds - found.get(i).seconds) > 1) {
        return true;
      }
    }
    return false;
  }

  private static List<Connection> connections(String text) {
    List<Connection> out = new ArrayList<>();
    for (String line : text.split("\n")) {
      String[] words = line.strip().split("\\s+");
      if (words.length > 3) {
        long seconds = Long.parseLong(words[2]);
        words[2] = "";
        words[words.length - 1] = words[words.length - 1].replaceAll("use=\\d+", "");
        // An entry in its last second may be gone on one side.
        if (seconds > 1) {
          out.add(new Connection(String.join(" ", words), seconds));
        }
      }
    }
    out.sort(java.util.Comparator.comparing(Connection::text));
    return out;
  }
}

package dev.chainfuse.scenarios.differential;

import dev.chainfuse.packet.Ipv4;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What NAT drew for a connection, as far as the kernel's table of connections shows it: a
 * connection that was dropped before it was confirmed is not there.
 *
 * @param protocol IP protocol
 * @param source of the original tuple, as {@link dev.chainfuse.conntrack.ChoiceSource} has it
 * @param destination of the original tuple
 * @param ports of the original tuple; for ICMP the id and {@code type << 8 | code}
 * @param numbers the ports or the id of the reply tuple: NAT's choice is among them
 */
record Draw(int protocol, int source, int destination, int ports, List<Integer> numbers) {
  /** Who knows what the kernel drew for the frame in hand. */
  interface Source {
    List<Integer> numbers(int protocol, int source, int destination, int ports);
  }

  private static final Pattern FIELD = Pattern.compile("(\\w+)=(\\S+)");

  Draw {
    numbers = List.copyOf(numbers);
  }

  boolean isOf(int protocol, int source, int destination, int ports) {
    return this.protocol == protocol
        && this.source == source
        && this.destination == destination
        && this.ports == ports;
  }

  /** Finds a connection in what {@code conntrack -L} prints. */
  static Draw find(String connections, int protocol, int source, int destination, int ports) {
    for (String line : connections.split("\n")) {
      String[] words = line.strip().split("\\s+");
      if (words.length > 3 && words[1].equals(Integer.toString(protocol))) {
        Draw draw = parse(line, protocol);
        if (draw.isOf(protocol, source, destination, ports)) {
          return draw;
        }
      }
    }
    return new Draw(protocol, source, destination, ports, List.of());
  }

  private static Draw parse(String line, int protocol) {
    List<Integer> addresses = new ArrayList<>();
    List<Integer> numbers = new ArrayList<>();
    Matcher field = FIELD.matcher(line);
    while (field.find()) {
      switch (field.group(1)) {
        case "src", "dst" -> addresses.add(Ipv4.parse(field.group(2)));
        case "sport", "dport", "type", "code", "id" ->
            numbers.add(Integer.parseInt(field.group(2)));
        default -> {}
      }
    }
    if (addresses.size() < 4 || numbers.size() < 4) {
      return new Draw(protocol, 0, 0, 0, List.of());
    }
    boolean icmp = protocol == Ipv4.ICMP;
    int ports =
        icmp
            ? numbers.get(2) << 16 | numbers.get(0) << 8 | numbers.get(1)
            : numbers.get(0) << 16 | numbers.get(1);
    List<Integer> reply = icmp ? numbers.subList(5, 6) : List.of(numbers.get(3), numbers.get(2));
    return new Draw(protocol, addresses.get(0), addresses.get(1), ports, reply);
  }

  /** For a recording. */
  String line() {
    StringBuilder line = new StringBuilder("drawn ");
    line.append(protocol).append(' ').append(Ipv4.format(source)).append(' ');
    line.append(Ipv4.format(destination)).append(' ').append(ports);
    numbers.forEach(n -> line.append(' ').append(n));
    return line.toString();
  }

  /** Reads what {@link #line} wrote. */
  static Draw read(String[] words) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 5; i < words.length; i++) {
      numbers.add(Integer.parseInt(words[i]));
    }
    return new Draw(
        Integer.parseInt(words[1]),
        Ipv4.parse(words[2]),
        Ipv4.parse(words[3]),
        Integer.parseInt(words[4]),
        numbers);
  }
}

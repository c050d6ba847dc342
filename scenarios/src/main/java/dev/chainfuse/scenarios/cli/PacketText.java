package dev.chainfuse.scenarios.cli;

import dev.chainfuse.Packet;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.scenarios.InputException;
import dev.chainfuse.scenarios.scenario.Nearest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads a packet of words {@code key=value}: {@code in=eno1 src=10.0.0.9 dst=10.0.0.1 proto=tcp
 * sport=40000 dport=80 flags=SYN,ACK ttl=64 tos=0 payload=100 seq=1 ack=1 id=7}. Without {@code in}
 * the host itself sends it.
 */
final class PacketText {
  private static final List<String> KEYS =
      List.of(
          "in", "src", "dst", "proto", "sport", "dport", "flags", "ttl", "tos", "payload", "seq",
          "ack", "id");
  private static final Map<String, Integer> FLAGS =
      Map.of(
          "FIN", Ipv4.TCP_FIN,
          "SYN", Ipv4.TCP_SYN,
          "RST", Ipv4.TCP_RST,
          "PSH", Ipv4.TCP_PSH,
          "ACK", Ipv4.TCP_ACK,
          "URG", Ipv4.TCP_URG,
          "ECE", Ipv4.TCP_ECE,
          "CWR", Ipv4.TCP_CWR);
  private static final int FIRST_PORT = 40_000;

  private final Map<String, String> words = new LinkedHashMap<>();

  private PacketText(String text) {
    for (String word : text.trim().split("\\s+")) {
      int equals = word.indexOf('=');
      String key = equals < 0 ? word : word.substring(0, equals);
      if (!KEYS.contains(key)) {
        throw new InputException(
            "--packet: unknown word '" + word + "'; " + Nearest.advice(key, KEYS));
      }
      if (equals < 0 || equals == word.length() - 1) {
        throw new InputException("--packet: '" + key + "' has no value; write " + key + "=...");
      }
      if (words.put(key, word.substring(equals + 1)) != null) {
        throw new InputException("--packet: '" + key + "' comes twice");
      }
    }
  }

  /**
   * The packet.
   *
   * @throws InputException if a word is wrong or missing; the message says what is possible
   */
  static Packet read(String text) {
    try {
      return new PacketText(text).packet();
    } catch (IllegalArgumentException e) {
      throw new InputException("--packet: " + e.getMessage(), e);
    }
  }

  private Packet packet() {
    String source = required("src");
    String destination = required("dst");
    Packet packet =
        switch (words.getOrDefault("proto", "tcp").toLowerCase(Locale.ROOT)) {
          case "tcp" ->
              Packet.tcp(source, number("sport", FIRST_PORT), destination, number("dport", 80))
                  .flags(flags())
                  .numbers(number("seq", 1), number("ack", 0));
          case "udp" ->
              Packet.udp(source, number("sport", FIRST_PORT), destination, number("dport", 53));
          case "icmp" -> Packet.ping(source, destination, number("id", 1));
          default -> Packet.protocol(number("proto", 0), source, destination);
        };
    packet = packet.ttl(number("ttl", 64)).tos(number("tos", 0)).payload(number("payload", 0));
    String in = words.get("in");
    return in == null ? packet : packet.in(in);
  }

  private String required(String key) {
    String value = words.get(key);
    if (value == null) {
      throw new InputException(
          "--packet: needs "
              + key
              + "=ADDRESS, as in 'in=eno1 src=10.0.0.9 dst=10.0.0.1 proto=tcp dport=80'");
    }
    return value;
  }

  private int number(String key, int otherwise) {
    String value = words.get(key);
    if (value == null) {
      return otherwise;
    }
    try {
      return Integer.decode(value);
    } catch (NumberFormatException e) {
      String form = key.equals("proto") ? "tcp, udp, icmp or a number" : "a number";
      throw new IllegalArgumentException(key + "=" + value + ": not " + form, e);
    }
  }

  private int flags() {
    int bits = 0;
    for (String name : words.getOrDefault("flags", "SYN").split(",")) {
      Integer bit = FLAGS.get(name.toUpperCase(Locale.ROOT));
      if (bit == null) {
        throw new IllegalArgumentException(
            "flags: no flag '" + name + "'; " + Nearest.advice(name, FLAGS.keySet()));
      }
      bits |= bit;
    }
    return bits;
  }
}

package dev.chainfuse.scenarios.scenario;

import dev.chainfuse.scenarios.traffic.Source.Protocol;

/**
 * A protocol and port.
 *
 * @param port 0 for ping
 */
record Service(Protocol protocol, int port) {
  /** Reads {@code tcp 80}, {@code udp 53}, {@code ping}. */
  static Service parse(String text) {
    String[] words = text.trim().split("\\s+");
    if (words.length == 1 && words[0].equals("ping")) {
      return new Service(Protocol.PING, 0);
    }
    boolean tcp = words[0].equals("tcp");
    if (words.length != 2 || !tcp && !words[0].equals("udp")) {
      throw new IllegalArgumentException("'" + text + "' is not tcp PORT, udp PORT or ping");
    }
    int port = (int) ScenarioReader.within(words[1], 1, 65_535);
    return new Service(tcp ? Protocol.TCP : Protocol.UDP, port);
  }
}

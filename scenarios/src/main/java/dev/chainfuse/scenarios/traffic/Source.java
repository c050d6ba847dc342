package dev.chainfuse.scenarios.traffic;

/**
 * Flows of one kind from one station.
 *
 * @param name of the traffic in the scenario
 * @param from the station that starts them
 * @param to address that it sends to
 * @param toName as the scenario calls it
 * @param protocol what is sent
 * @param port destination port; 0 for ping
 * @param request bytes that the client sends; for ping the payload
 * @param response bytes that the server answers
 * @param arrivals when flows start
 * @param startNanos when the first may start
 * @param flows at most so many
 */
public record Source(
    String name,
    Station from,
    int to,
    String toName,
    Protocol protocol,
    int port,
    Sizes request,
    Sizes response,
    Arrivals arrivals,
    long startNanos,
    long flows) {

  /** What is sent. */
  public enum Protocol {
    TCP,
    UDP,
    PING
  }

  /** {@code tcp 80}, {@code ping}. */
  public String what() {
    return protocol == Protocol.PING ? "ping" : (protocol == Protocol.TCP ? "tcp " : "udp ") + port;
  }
}

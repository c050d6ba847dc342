package dev.chainfuse.scenarios.differential;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What a host did with a frame.
 *
 * @param nanos when the frame was sent
 * @param out frames that left, in order for each port
 * @param local IPv4 packets delivered to the host
 * @param draws what NAT drew, of connections about which an engine asked
 * @param disturbed a tick passed while it was sent, so that {@code nanos} may be wrong
 */
record Answer(long nanos, List<Out> out, List<byte[]> local, List<Draw> draws, boolean disturbed) {
  /** A frame that left by a port. */
  record Out(int port, byte[] frame) {}

  Answer {
    out = List.copyOf(out);
    local = List.copyOf(local);
    draws = List.copyOf(draws);
  }

  Answer(long nanos, List<Out> out, List<byte[]> local) {
    this(nanos, out, local, List.of(), false);
  }

  Answer withDraws(List<Draw> known) {
    return new Answer(nanos, out, local, known, disturbed);
  }

  Answer asDisturbed() {
    return new Answer(nanos, out, local, draws, true);
  }

  /** For people. */
  List<String> lines(LabTopology lab) {
    List<String> lines = new ArrayList<>();
    for (Out o : out) {
      lines.add(
          "out " + lab.ports().get(o.port()).name() + " " + HexFormat.of().formatHex(o.frame()));
    }
    local.forEach(packet -> lines.add("local " + HexFormat.of().formatHex(packet)));
    draws.forEach(draw -> lines.add(draw.line()));
    return lines;
  }
}

package dev.chainfuse.scenarios.differential;

import dev.chainfuse.conntrack.ChoiceSource;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import java.util.ArrayList;
import java.util.List;

/**
 * NAT's random choices as the kernel made them: of its connections, or else of the packets that
 * came out. A choice that nobody sees, because the packet went no further, is the first that is
 * allowed. One thread.
 */
final class KernelChoices implements ChoiceSource {
  private final List<Integer> seen = new ArrayList<>();
  private Draw.Source draws = (protocol, source, destination, ports) -> List.of();
  private final List<String> notes = new ArrayList<>();

  /** Takes what the kernel did with the next frame. */
  void learn(Answer kernel, Draw.Source source) {
    draws = source;
    seen.clear();
    for (Answer.Out out : kernel.out()) {
      if (out.frame().length > Ipv4.ETHERNET_HEADER
          && Bytes.getShort(out.frame(), 12) == Ipv4.ETHERTYPE_IPV4) {
        read(out.frame(), Ipv4.ETHERNET_HEADER);
      }
    }
    kernel.local().forEach(packet -> read(packet, 0));
  }

  private void read(byte[] data, int at) {
    if (data.length < at + Ipv4.MINIMUM_HEADER) {
      return;
    }
    int transport = at + ((data[at] & 15) << 2);
    boolean icmp = data[at + Ipv4.PROTOCOL] == Ipv4.ICMP;
    int field = transport + (icmp ? 4 : 0);
    if (data.length >= field + 2) {
      seen.add(Bytes.getShort(data, field));
    }
    if (!icmp && data.length >= field + 4) {
      seen.add(Bytes.getShort(data, field + 2));
    }
  }

  @Override
  public int port(int protocol, int source, int destination, int ports, int minimum, int range) {
    for (int each : draws.numbers(protocol, source, destination, ports)) {
      if (each >= minimum && each < minimum + range) {
        return each;
      }
    }
    for (int each : seen) {
      if (each >= minimum && each < minimum + range) {
        return each;
      }
    }
    return minimum;
  }

  @Override
  public void settled(int protocol, int source, int destination, int ports, int drawn, int chosen) {
    if (drawn != chosen && seen.contains(drawn)) {
      notes.add("the kernel's choice " + drawn + " was not free: took " + chosen);
    }
  }

  List<String> notes() {
    return notes;
  }
}

package dev.chainfuse.conntrack;

import static dev.chainfuse.conntrack.ConnectionTable.NONE;

import dev.chainfuse.packet.ConnectionFacts;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.rules.NatRange;

/** The fused engine's search for NAT tuples; allocates nothing. */
public final class TupleSearch extends NatSearch {
  private static final int USES_NAT =
      ConnectionTable.STATUS_NAT | ConnectionFacts.STATUS_SEQ_ADJUST;

  // The question, kept while it is answered.
  private int flow;
  private int protocolZone;
  private int protocol;
  private boolean manipulateSource;
  private int flags;
  private int minAddress;
  private int maxAddress;
  private int minPort;
  private int maxPort;
  private int now;

  public TupleSearch(ConnectionTable table, ChoiceSource choices) {
    super(table, choices);
  }

  @Override
  public void search(
      int flowNumber,
      boolean sourceBinding,
      int rangeFlags,
      int rangeMinAddress,
      int rangeMaxAddress,
      int rangeMinPort,
      int rangeMaxPort,
      int nowJiffies) {
    flow = flowNumber;
    protocolZone = FlowDescriptor.protocolZone(table.words(flow), table.base(flow));
    protocol = protocolZone & 0xff;
    manipulateSource = sourceBinding;
    flags = rangeFlags;
    minAddress = rangeMinAddress;
    maxAddress = rangeMaxAddress;
    minPort = rangeMinPort;
    maxPort = rangeMaxPort;
    now = nowJiffies;
    int oldSource = source;
    int oldPorts = ports;
    if (sourceBinding && (flags & RANDOM_ALL) == 0) {
      if (inRange(source, ports)) {
        if (!takenNew()) {
          return;
        }
      } else if (takeExistingMapping() && !taken()) {
        return;
      }
      source = oldSource;
      ports = oldPorts;
    }
    chooseAddress();
    if ((flags & RANDOM_ALL) == 0 && keepsPort()) {
      return;
    }
    choosePort();
  }

  private boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** Whether the inverse of the tuple in the fields belongs to another flow (nf_nat_used_tuple). */
  private boolean taken() {
    int handle = find(destination, source, invertPorts(protocol, ports), protocolZone, now);
    if (handle == NONE || sameOriginal(handle >>> 1)) {
      return false;
    }
    countTaken();
    return true;
  }

  /** Two flows with one original tuple are one flow: their clash is resolved at confirmation. */
  private boolean sameOriginal(int other) {
    return table.source(other, ConnectionFacts.ORIGINAL)
            == table.source(flow, ConnectionFacts.ORIGINAL)
        && table.destination(other, ConnectionFacts.ORIGINAL)
            == table.destination(flow, ConnectionFacts.ORIGINAL)
        && table.ports(other, ConnectionFacts.ORIGINAL)
            == table.ports(flow, ConnectionFacts.ORIGINAL);
  }

  /** As {@link #taken}, but not by a flow that is this one seen from the other end. */
  private boolean takenNew() {
    if (!taken()) {
      return false;
    }
    if (!allowsClash(protocol) || (table.status(flow) & USES_NAT) != 0) {
      return true;
    }
    int handle = find(source, destination, ports, protocolZone, now);
    if (handle == NONE) {
      handle = find(destination, source, invertPorts(protocol, ports), protocolZone, now);
      if (handle == NONE) {
        return false;
      }
    }
    int other = handle >>> 1;
    return (table.status(other) & USES_NAT) != 0
        || table.source(other, ConnectionFacts.ORIGINAL)
            != table.source(flow, ConnectionFacts.REPLY)
        || table.destination(other, ConnectionFacts.ORIGINAL)
            != table.destination(flow, ConnectionFacts.REPLY)
        || table.ports(other, ConnectionFacts.ORIGINAL) != table.ports(flow, ConnectionFacts.REPLY);
  }

  private boolean addressInRange(int address) {
    return Integer.compareUnsigned(address, minAddress) >= 0
        && Integer.compareUnsigned(address, maxAddress) <= 0;
  }

  private boolean inRange(int address, int tuplePorts) {
    return (!has(NatRange.MAP_ADDRESSES) || addressInRange(address))
        && (!has(NatRange.PORTS_SPECIFIED) || portInRange(tuplePorts, true));
  }

  /** l4proto_in_range; a protocol without ports is always in range. */
  private boolean portInRange(int tuplePorts, boolean ofSource) {
    int port;
    switch (protocol) {
      case Ipv4.ICMP:
        port = tuplePorts >>> 16;
        break;
      case Ipv4.GRE:
      case Ipv4.TCP:
      case Ipv4.UDP:
      case Ipv4.UDPLITE:
      case Ipv4.SCTP:
        port = ofSource ? tuplePorts >>> 16 : tuplePorts & 0xffff;
        break;
      default:
        return true;
    }
    return port >= minPort && port <= maxPort;
  }

  /** Takes the source that another flow of the same source got (find_appropriate_src). */
  private boolean takeExistingMapping() {
    for (int other = table.firstBySource(source, ports >>> 16, protocolZone);
        other != NONE;
        other = table.nextBySource(other)) {
      if (table.confirmed(other) && table.expired(other, now)) {
        continue;
      }
      int reply = invertPorts(protocol, table.ports(other, ConnectionFacts.REPLY));
      int candidate = (reply & 0xffff_0000) | (ports & 0xffff);
      int address = table.destination(other, ConnectionFacts.REPLY);
      if (inRange(address, candidate)) {
        source = address;
        ports = candidate;
        return true;
      }
    }
    return false;
  }

  /** find_best_ips_proto. */
  private void chooseAddress() {
    if (!has(NatRange.MAP_ADDRESSES)) {
      return;
    }
    int address = minAddress;
    if (minAddress != maxAddress) {
      int hash = addressHash(source, destination, protocolZone >>> 16, has(NatRange.PERSISTENT));
      long size = (maxAddress & 0xffff_ffffL) - (minAddress & 0xffff_ffffL) + 1 & 0xffff_ffffL;
      address += (int) (((hash & 0xffff_ffffL) * size) >>> 32);
    }
    if (manipulateSource) {
      source = address;
    } else {
      destination = address;
    }
  }

  private boolean keepsPort() {
    if (!has(NatRange.PORTS_SPECIFIED)) {
      return !taken();
    }
    return !has(NatRange.PORT_OFFSET)
        && portInRange(ports, manipulateSource)
        && (minPort == maxPort || !taken());
  }

  /** nf_nat_l4proto_unique_tuple: which ports there are to choose from. */
  private void choosePort() {
    switch (protocol) {
      case Ipv4.ICMP:
        if (has(NatRange.PORTS_SPECIFIED)) {
          tryPorts(minPort, maxPort - minPort + 1);
        } else {
          tryPorts(0, 65_536);
        }
        break;
      case Ipv4.TCP:
      case Ipv4.UDP:
      case Ipv4.UDPLITE:
      case Ipv4.SCTP:
        if (has(NatRange.PORTS_SPECIFIED)) {
          tryPorts(Math.min(minPort, maxPort), Math.abs(maxPort - minPort) + 1);
        } else if (manipulateSource) {
          tryPortsOfClass(ports >>> 16);
        }
        break;
      default:
        // GRE without PPTP's helper and all others: no port to choose.
        break;
    }
  }

  private void tryPortsOfClass(int port) {
    if (port < 512) {
      tryPorts(1, 511);
    } else if (port < 1024) {
      tryPorts(600, 424);
    } else {
      tryPorts(1024, 64_512);
    }
  }

  private void setPort(int port) {
    ports =
        manipulateSource || protocol == Ipv4.ICMP
            ? (ports & 0xffff) | port << 16
            : (ports & 0xffff_0000) | port;
  }

  private int port() {
    return manipulateSource || protocol == Ipv4.ICMP ? ports >>> 16 : ports & 0xffff;
  }

  /** The ports from the packet's distance to the base port on; the kernel counts in 16 bits. */
  private boolean tryShifted(int minimum, int range, int attempts) {
    int distance = port() - basePort;
    for (int i = 0; i < attempts; i++) {
      setPort(minimum + (distance + i & 0xffff) % range);
      if (!takenHarder(attempts - i)) {
        return true;
      }
    }
    return false;
  }

  private void tryPorts(int minimum, int range) {
    boolean random = manipulateSource || (flags & RANDOM_ALL) != 0;
    int attempts = Math.min(range, MAX_ATTEMPTS);
    if (has(NatRange.PORT_OFFSET)) {
      if (tryShifted(minimum, range, attempts) || attempts >= range || attempts < 16) {
        return;
      }
      attempts /= 2;
      random = true;
    }
    while (true) {
      int drawn = random ? draw(minimum, range) : minimum;
      int offset = Math.floorMod(drawn - minimum, range);
      int chosen = tryRound(minimum, range, offset, attempts);
      if (random) {
        settle(drawn, chosen);
      }
      if (chosen >= 0 || attempts >= range || attempts < 16) {
        return;
      }
      attempts /= 2;
      random = true;
    }
  }

  private int tryRound(int minimum, int range, int offset, int attempts) {
    for (int i = 0; i < attempts; i++) {
      int port = minimum + (offset + i) % range;
      setPort(port);
      if (!takenHarder(attempts - i)) {
        return port;
      }
    }
    return -1;
  }

  private int draw(int minimum, int range) {
    return choices.port(
        protocol,
        table.source(flow, ConnectionFacts.ORIGINAL),
        table.destination(flow, ConnectionFacts.ORIGINAL),
        table.ports(flow, ConnectionFacts.ORIGINAL),
        minimum,
        range);
  }

  private void settle(int drawn, int chosen) {
    choices.settled(
        protocol,
        table.source(flow, ConnectionFacts.ORIGINAL),
        table.destination(flow, ConnectionFacts.ORIGINAL),
        table.ports(flow, ConnectionFacts.ORIGINAL),
        drawn,
        chosen);
  }

  /** nf_nat_used_tuple_harder: toward the end of a round, a closing connection gives way. */
  private boolean takenHarder(int attemptsLeft) {
    if (attemptsLeft > HARDER_THRESHOLD
        || protocol != Ipv4.TCP
        || FlowDescriptor.state(table.words(flow), table.base(flow)) != TcpTracker.SYN_SENT) {
      return taken();
    }
    int handle = find(destination, source, invertPorts(protocol, ports), protocolZone, now);
    if (handle == NONE) {
      return false;
    }
    if ((handle & 1) == ConnectionFacts.ORIGINAL || !mayEvict(handle >>> 1, flow)) {
      return true;
    }
    evict(handle >>> 1);
    return false;
  }
}

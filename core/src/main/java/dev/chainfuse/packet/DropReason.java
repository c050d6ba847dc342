package dev.chainfuse.packet;

/** Why a packet ended other than by leaving or by delivery. */
public enum DropReason {
  /** It did not end early. */
  NONE("none"),
  /** A rule dropped or rejected it. */
  RULE("rule"),
  /** A built-in chain's policy dropped it. */
  POLICY("policy"),
  /** A match could not read a header that it needs ("hotdrop"). */
  HOT_DROP("hotdrop"),
  /** It needs something that this engine does not model; nothing was guessed. */
  NOT_MODELLED("not modelled"),
  /** The frame or its headers cannot be read. */
  INVALID_FRAME("invalid frame"),
  /** Interface down or without carrier. */
  INTERFACE_DOWN("interface down"),
  /** Frame for another station. */
  OTHER_HOST("other host"),
  /** Neither IPv4 nor ARP. */
  OTHER_PROTOCOL("other protocol"),
  /** Bad version, header length, total length or header checksum. */
  IP_HEADER("ip header"),
  /** Source or destination that must not occur here. */
  MARTIAN("martian"),
  /** Reverse path filter. */
  REVERSE_PATH("reverse path"),
  /** Unicast address in a broadcast frame. */
  UNICAST_IN_BROADCAST("unicast in broadcast"),
  /** Multicast group that the host has not joined. */
  MULTICAST_NOT_JOINED("multicast not joined"),
  /** No route, or an unreachable or prohibit route. */
  NO_ROUTE("no route"),
  /** A blackhole route. */
  BLACKHOLE("blackhole"),
  /** Forwarding is off. */
  FORWARDING_OFF("forwarding off"),
  /** Time to live used up. */
  TTL("ttl"),
  /** Larger than the egress MTU and not to be fragmented. */
  TOO_BIG("too big"),
  /** A fragment that overlaps others or repeats one, or whose packet was not complete in time. */
  FRAGMENT("fragment"),
  /** Too much memory is taken by fragments that wait. */
  FRAGMENT_MEMORY("fragment memory"),
  /** The neighbour did not answer. */
  NEIGHBOUR_FAILED("neighbour failed"),
  /** Too many packets wait for that neighbour. */
  NEIGHBOUR_QUEUE_FULL("neighbour queue full"),
  /** Bridge: no port to leave by. */
  NO_PORT("no port"),
  /** Bridge: the port does not forward. */
  PORT_STATE("port state"),
  /** Bridge: the frame would leave by the port that it came by. */
  HAIRPIN_OFF("hairpin off"),
  /** The connection table is full. */
  CONNECTION_TABLE_FULL("connection table full"),
  /** NAT found no free port. */
  NO_FREE_PORT("no free port"),
  /** Another packet's connection with the same tuple was first. */
  CONNECTION_CLASH("connection clash");

  private final String text;

  DropReason(String text) {
    this.text = text;
  }

  /** The reason in words, as results print it. */
  public String text() {
    return text;
  }

  private static final DropReason[] ALL = values();

  /** The constant with that ordinal. */
  public static DropReason of(int ordinal) {
    return ALL[ordinal];
  }
}

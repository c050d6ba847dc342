package dev.chainfuse.rules;

/**
 * A range that NAT may choose from (struct nf_nat_range2, include/uapi/linux/netfilter/nf_nat.h).
 * Addresses and ports are inclusive; they count only if the flag says so.
 */
public record NatRange(int flags, int minAddress, int maxAddress, int minPort, int maxPort) {
  public static final int MAP_ADDRESSES = 1;
  public static final int PORTS_SPECIFIED = 1 << 1;
  public static final int RANDOM = 1 << 2;
  public static final int PERSISTENT = 1 << 3;
  public static final int RANDOM_FULLY = 1 << 4;
  public static final int PORT_OFFSET = 1 << 5;
  public static final int NETMAP = 1 << 6;

  public boolean has(int flag) {
    return (flags & flag) != 0;
  }
}

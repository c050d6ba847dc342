package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.stateful.HashLimit;
import java.util.Objects;

/**
 * {@code -m hashlimit}: so many packets or bytes a second for each address, port or combination
 * (net/netfilter/xt_hashlimit.c, hashlimit_mt). Rules that name the same table share it, and the
 * first decides its rate.
 *
 * @param above holds over the rate, else up to it
 * @param mode {@link #SOURCE_ADDRESS} and the others
 * @param sourceMask prefix length, 0 to 32
 */
public record HashlimitMatch(
    String table,
    boolean above,
    int mode,
    int sourceMask,
    int destinationMask,
    HashLimit.Config config)
    implements Match {
  static final int SOURCE_ADDRESS = 1;
  static final int SOURCE_PORT = 2;
  static final int DESTINATION_ADDRESS = 4;
  static final int DESTINATION_PORT = 8;

  private static final int AH = 51;
  private static final int ESP = 50;
  private static final int AH_SPI = 4;

  public static final MatchModule MODULE =
      Module.of("hashlimit", HashlimitText::parse, HashlimitText.OPTIONS);

  @Override
  public String name() {
    return "hashlimit";
  }

  @Override
  public void save(StringBuilder out) {
    HashlimitText.save(this, out);
  }

  @Override
  public void list(StringBuilder out) {
    HashlimitText.list(this, out);
  }

  @Override
  public boolean matches(MatchContext context) {
    Skb skb = context.skb;
    int ports = 0;
    if ((mode & (SOURCE_PORT | DESTINATION_PORT)) != 0) {
      int at = portsOffset(skb.protocol);
      if (at >= 0) {
        if (skb.end - skb.transport < at + 4) {
          context.hotDrop = true;
          return false;
        }
        ports = Bytes.getInt(skb.data, skb.transport + at);
      }
      ports &= (mode & SOURCE_PORT) == 0 ? 0xffff : -1;
      ports &= (mode & DESTINATION_PORT) == 0 ? 0xffff_0000 : -1;
    }
    HashLimit limits = (HashLimit) Objects.requireNonNull(context.state);
    int result =
        limits.take(
            (mode & SOURCE_ADDRESS) == 0 ? 0 : skb.source & Ipv4.mask(sourceMask),
            (mode & DESTINATION_ADDRESS) == 0 ? 0 : skb.destination & Ipv4.mask(destinationMask),
            ports,
            skb.totalLength,
            config.bytes(),
            config.rateMatch(),
            skb.timeNanos);
    context.hotDrop |= result == HashLimit.FULL;
    return result != HashLimit.FULL && (result == HashLimit.OVER) == above;
  }

  /** proto_ports_offset (include/linux/in.h); -1 without ports. Fragments are not told apart. */
  private static int portsOffset(int protocol) {
    return switch (protocol) {
      case Ipv4.TCP, Ipv4.UDP, Ipv4.DCCP, ESP, Ipv4.SCTP, Ipv4.UDPLITE -> 0;
      case AH -> AH_SPI;
      default -> -1;
    };
  }

  @Override
  public Condition condition(HostFacts host) {
    return new Condition.Ask(this);
  }

  @Override
  public Object newState(MatchContext context) {
    return context.hashLimits.table(table, config);
  }
}

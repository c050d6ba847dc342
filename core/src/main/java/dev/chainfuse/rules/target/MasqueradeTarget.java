package dev.chainfuse.rules.target;

import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.NatRange;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import java.util.List;
import java.util.Set;

/**
 * {@code -j MASQUERADE}: gives the connection the outgoing interface's address as its source
 * (net/netfilter/nf_nat_masquerade.c, nf_nat_masquerade_ipv4).
 *
 * @param range flags and ports; its addresses mean nothing
 */
public record MasqueradeTarget(NatRange range) implements Target {
  @Override
  public Kind kind() {
    return Kind.EXTENSION;
  }

  @Override
  public String targetName() {
    return "MASQUERADE";
  }

  @Override
  public void save(StringBuilder out) {
    if (range.has(NatRange.PORTS_SPECIFIED)) {
      out.append(" --to-ports ");
      new NatText(range, 0).appendPorts(out);
    }
    NatText.appendFlags(out, range, " --");
  }

  @Override
  public void list(StringBuilder out) {
    if (range.has(NatRange.PORTS_SPECIFIED)) {
      out.append(" masq ports: ");
      new NatText(range, 0).appendPorts(out);
    }
    NatText.appendFlags(out, range, " ");
  }

  @Override
  public int apply(TargetContext context) {
    if (context.skb.source == 0) {
      // A host that has no address yet, as in DHCP.
      return ACCEPT;
    }
    int address = context.masqueradeAddress();
    if (address == 0) {
      return DROP;
    }
    int flags = range.flags() | NatRange.MAP_ADDRESSES;
    return context.bind(true, flags, address, address, range.minPort(), range.maxPort());
  }

  @Override
  public boolean terminal() {
    return true;
  }

  /** How {@code -j MASQUERADE} is written. */
  public static final class Module implements TargetModule {
    private static final List<Option> OPTIONS =
        List.of(Option.value("to-ports"), Option.flag("random"), Option.flag("random-fully"));

    @Override
    public String name() {
      return "MASQUERADE";
    }

    @Override
    public List<Option> options() {
      return OPTIONS;
    }

    @Override
    public Set<TableName> tables() {
      return Set.of(TableName.NAT);
    }

    @Override
    public Set<Hook> hooks() {
      return Set.of(Hook.POSTROUTING);
    }

    @Override
    public Target parse(OptionValues values) {
      NatRange range = new NatRange(NatText.flags(values), 0, 0, 0, 0);
      String ports = values.value("to-ports");
      if (ports == null) {
        return new MasqueradeTarget(range);
      }
      if (ports.indexOf('/') >= 0) {
        throw values.error("to-ports", "'" + ports + "' has a '/'", "a port, or 1024-65535");
      }
      return new MasqueradeTarget(NatText.ports(values, "to-ports", ports, range).range());
    }
  }
}

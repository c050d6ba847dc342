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
 * {@code -j REDIRECT}: sends the connection to the host itself (net/netfilter/nf_nat_redirect.c,
 * nf_nat_redirect_ipv4).
 *
 * @param range flags and ports; its addresses mean nothing
 */
public record RedirectTarget(NatRange range) implements Target {
  @Override
  public Kind kind() {
    return Kind.EXTENSION;
  }

  @Override
  public String targetName() {
    return "REDIRECT";
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
      out.append(" redir ports ");
      new NatText(range, 0).appendPorts(out);
    }
    NatText.appendFlags(out, range, " ");
  }

  @Override
  public int apply(TargetContext context) {
    int address = context.redirectAddress();
    if (address == 0) {
      return DROP;
    }
    int flags = range.flags() | NatRange.MAP_ADDRESSES;
    return context.bind(false, flags, address, address, range.minPort(), range.maxPort());
  }

  @Override
  public boolean terminal() {
    return true;
  }

  /** How {@code -j REDIRECT} is written. */
  public static final class Module implements TargetModule {
    private static final List<Option> OPTIONS =
        List.of(Option.value("to-ports"), Option.flag("random"));

    @Override
    public String name() {
      return "REDIRECT";
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
      return Set.of(Hook.PREROUTING, Hook.OUTPUT);
    }

    @Override
    public Target parse(OptionValues values) {
      NatRange range = new NatRange(NatText.flags(values), 0, 0, 0, 0);
      String ports = values.value("to-ports");
      if (ports == null) {
        return new RedirectTarget(range);
      }
      if (ports.indexOf('/') >= 0) {
        throw values.error("to-ports", "'" + ports + "' has a '/'", "a port, or 1024-65535");
      }
      return new RedirectTarget(NatText.ports(values, "to-ports", ports, range).range());
    }
  }
}

package dev.chainfuse.rules.target;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.rules.HeaderMatch;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.NumberText;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import dev.chainfuse.rules.match.ServiceNames;

/**
 * {@code -j TPROXY}: hands the packet to a local socket without changing it
 * (net/netfilter/xt_TPROXY.c, tproxy_tg4). No program listens here, and without a socket the kernel
 * drops.
 */
public record TproxyTarget(int port, int address, int mark, int markMask)
    implements ExtensionTarget {
  static final TargetModule MODULE =
      PlainModule.of(
              "TPROXY",
              TproxyTarget::parse,
              Option.value("on-port"),
              Option.value("on-ip"),
              Option.value("tproxy-mark"))
          .inTables(TableName.MANGLE)
          .atHooks(Hook.PREROUTING);

  private static Target parse(OptionValues values) {
    String port = Values.required(values, "TPROXY", "on-port");
    HeaderMatch header = values.header();
    boolean known = header.protocol() == Ipv4.TCP || header.protocol() == Ipv4.UDP;
    if (!known || header.protocolInverted()) {
      throw new RuleSyntaxException(
          "", "TPROXY works on TCP and UDP only", "add -p tcp or -p udp to the rule");
    }
    String address = values.value("on-ip");
    String mark = values.value("tproxy-mark");
    int slash = mark == null ? -1 : mark.indexOf('/');
    return new TproxyTarget(
        port(values, port),
        address == null ? 0 : Values.address(values, "on-ip", address),
        mark == null ? 0 : mark(values, slash < 0 ? mark : mark.substring(0, slash)),
        mark == null ? 0 : slash < 0 ? -1 : mark(values, mark.substring(slash + 1)));
  }

  /** iptables takes numbers that are too great, and keeps their lower 16 bits. */
  private static int port(OptionValues values, String text) {
    long number = NumberText.parse(text, Values.MAX_32);
    long port = number >= 0 ? number : ServiceNames.port(text);
    if (port < 0) {
      throw values.error(
          "on-port", "'" + text + "' is not a port", "a number, or a service's name");
    }
    return (int) (port & 0xffff);
  }

  private static int mark(OptionValues values, String text) {
    long mark = NumberText.parse(text, Values.MAX_32);
    if (mark < 0) {
      throw values.error(
          "tproxy-mark", "'" + text + "' is not a 32-bit number", "VALUE or VALUE/MASK");
    }
    return (int) mark;
  }

  @Override
  public String targetName() {
    return "TPROXY";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(" --on-port ").append(port).append(" --on-ip ").append(Ipv4.format(address));
    out.append(" --tproxy-mark ");
    appendMark(out);
  }

  private void appendMark(StringBuilder out) {
    out.append(NumberText.hex(mark)).append('/').append(NumberText.hex(markMask));
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" TPROXY redirect ").append(Ipv4.format(address)).append(':').append(port);
    out.append(" mark ");
    appendMark(out);
  }

  @Override
  public String note() {
    return "no program listens on the port: its packets are dropped";
  }

  @Override
  public int apply(TargetContext context) {
    return DROP;
  }

  @Override
  public boolean terminal() {
    return true;
  }
}

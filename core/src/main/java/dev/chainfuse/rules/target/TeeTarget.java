package dev.chainfuse.rules.target;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;

/**
 * {@code -j TEE}: sends a copy of the packet to a gateway and goes on (net/netfilter/xt_TEE.c,
 * tee_tg4; net/ipv4/netfilter/nf_dup_ipv4.c).
 *
 * @param device by which the copy must leave; empty for any
 */
public record TeeTarget(int gateway, String device) implements ExtensionTarget {
  private static final int LONGEST_INTERFACE = 15;

  static final TargetModule MODULE =
      PlainModule.of("TEE", TeeTarget::parse, Option.value("gateway"), Option.value("oif"));

  private static Target parse(OptionValues values) {
    String text = Values.required(values, "TEE", "gateway");
    int gateway = Values.address(values, "gateway", text);
    if (gateway == 0) {
      throw values.error("gateway", "0.0.0.0 is no gateway", "write the gateway's address");
    }
    String device = values.has("oif") ? String.valueOf(values.value("oif")) : "";
    return new TeeTarget(
        gateway, device.substring(0, Math.min(device.length(), LONGEST_INTERFACE)));
  }

  @Override
  public String targetName() {
    return "TEE";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(" --gateway ").append(Ipv4.format(gateway));
    if (!device.isEmpty()) {
      out.append(" --oif ").append(device);
    }
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" TEE gw:").append(Ipv4.format(gateway));
    if (!device.isEmpty()) {
      out.append(" oif=").append(device);
    }
  }

  @Override
  public int apply(TargetContext context) {
    context.duplicate(gateway, device);
    return CONTINUE;
  }

  @Override
  public boolean everyPacket() {
    return true;
  }
}

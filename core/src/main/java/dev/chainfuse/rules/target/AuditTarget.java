package dev.chainfuse.rules.target;

import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import java.util.List;
import java.util.Locale;

/**
 * {@code -j AUDIT}: writes an audit record and goes on (net/netfilter/xt_AUDIT.c). Records are not
 * modelled.
 *
 * @param type {@code accept}, {@code drop} or {@code reject}: what the record says
 */
public record AuditTarget(String type) implements ExtensionTarget {
  private static final List<String> TYPES = List.of("accept", "drop", "reject");

  static final TargetModule MODULE =
      PlainModule.of("AUDIT", AuditTarget::parse, Option.value("type"));

  private static Target parse(OptionValues values) {
    String text = Values.required(values, "AUDIT", "type");
    String type = text.toLowerCase(Locale.ROOT);
    if (!TYPES.contains(type)) {
      throw values.error("type", "unknown type '" + text + "'", "accept, drop or reject");
    }
    return new AuditTarget(type);
  }

  @Override
  public String targetName() {
    return "AUDIT";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(" --type ").append(type);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" AUDIT ").append(type);
  }

  @Override
  public String note() {
    return "audit records are not modelled: the rule only counts";
  }

  @Override
  public int apply(TargetContext context) {
    return CONTINUE;
  }
}

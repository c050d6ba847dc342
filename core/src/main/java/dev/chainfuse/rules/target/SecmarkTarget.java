package dev.chainfuse.rules.target;

import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;

/**
 * {@code -j SECMARK}: gives the packet a security context (net/netfilter/xt_SECMARK.c). Contexts
 * are not modelled.
 */
public record SecmarkTarget(String securityContext) implements ExtensionTarget {
  static final TargetModule MODULE =
      PlainModule.of("SECMARK", SecmarkTarget::parse, Option.value("selctx"))
          .inTables(TableName.MANGLE, TableName.SECURITY);

  private static Target parse(OptionValues values) {
    String text = Values.required(values, "SECMARK", "selctx");
    if (text.isEmpty()) {
      throw values.error("selctx", "the security context is empty", "");
    }
    return new SecmarkTarget(text);
  }

  @Override
  public String targetName() {
    return "SECMARK";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(" --selctx ").append(securityContext);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" SECMARK selctx ").append(securityContext);
  }

  @Override
  public String note() {
    return "security contexts are not modelled: the rule only counts, and loads only where SELinux"
        + " knows the context";
  }

  @Override
  public int apply(TargetContext context) {
    return CONTINUE;
  }
}

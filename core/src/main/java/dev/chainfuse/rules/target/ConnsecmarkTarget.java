package dev.chainfuse.rules.target;

import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;

/**
 * {@code -j CONNSECMARK}: copies a security context between packet and connection
 * (net/netfilter/xt_CONNSECMARK.c). Contexts are not modelled.
 *
 * @param save from the packet to the connection; else the other way
 */
public record ConnsecmarkTarget(boolean save) implements ExtensionTarget {
  static final TargetModule MODULE =
      PlainModule.of(
              "CONNSECMARK", ConnsecmarkTarget::parse, Option.flag("save"), Option.flag("restore"))
          .inTables(TableName.MANGLE, TableName.SECURITY);

  private static Target parse(OptionValues values) {
    Values.atLeastOne(values, "CONNSECMARK", "save", "restore");
    Values.atMostOne(values, "save", "restore");
    return new ConnsecmarkTarget(values.has("save"));
  }

  @Override
  public String targetName() {
    return "CONNSECMARK";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(save ? " --save" : " --restore");
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" CONNSECMARK ").append(save ? "save" : "restore");
  }

  @Override
  public String note() {
    return "security contexts are not modelled: the rule only counts";
  }

  @Override
  public int apply(TargetContext context) {
    return CONTINUE;
  }
}

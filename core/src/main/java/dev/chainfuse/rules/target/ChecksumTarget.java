package dev.chainfuse.rules.target;

import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;

/**
 * {@code -j CHECKSUM}: fills in a checksum that was left to the network card
 * (net/netfilter/xt_CHECKSUM.c, checksum_tg). Frames here come with their checksums, so nothing is
 * left to do.
 */
public record ChecksumTarget() implements ExtensionTarget {
  static final TargetModule MODULE =
      PlainModule.of("CHECKSUM", ChecksumTarget::parse, Option.flag("checksum-fill"))
          .inTables(TableName.MANGLE);

  private static Target parse(OptionValues values) {
    Values.atLeastOne(values, "CHECKSUM", "checksum-fill");
    return new ChecksumTarget();
  }

  @Override
  public String targetName() {
    return "CHECKSUM";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(" --checksum-fill");
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" CHECKSUM fill");
  }

  @Override
  public int apply(TargetContext context) {
    return CONTINUE;
  }
}

package dev.chainfuse.scenarios.show;

import dev.chainfuse.fuse.FusedRules;
import dev.chainfuse.fuse.SegmentStatistics;
import dev.chainfuse.scenarios.report.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What the rules were compiled to: a line a segment. */
public final class SegmentText {
  private SegmentText() {}

  /** All segments, and the size of everything. */
  public static List<String> lines(FusedRules fused) {
    TextTable table =
        new TextTable(
            "table", "chain", "rules", "structure", "hit lists", "bytes", "depth", "fields");
    for (SegmentStatistics segment : fused.segments()) {
      int last = segment.firstRule() + segment.rules() - 1;
      table.row(
          segment.table().text(),
          segment.chain(),
          segment.rules() == 0 ? "none" : segment.firstRule() + "-" + last,
          segment.structure(),
          segment.hitLists(),
          segment.bytes(),
          segment.depth(),
          segment.fields().stream()
              .map(field -> field.name().toLowerCase(Locale.ROOT))
              .collect(Collectors.joining(",")));
    }
    List<String> lines = new ArrayList<>(table.lines());
    lines.add(
        String.format(
            Locale.ROOT,
            "  %,d segments, %,d bytes in all",
            fused.segments().size(),
            fused.memoryBytes()));
    return lines;
  }
}

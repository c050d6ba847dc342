package dev.chainfuse.scenarios.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportHtmlTest {
  private static final String HOSTILE = "</script><script>alert(1)</script>";

  private static Report report() {
    return new Report(
        HOSTILE,
        HOSTILE,
        "host",
        "fused",
        1L,
        List.of(HOSTILE),
        2_000_000_000L,
        12,
        34,
        List.of(
            new Report.Reach(HOSTILE, "a", "b", "tcp 80", 2, 1, 5_000, Map.of("no answer", 1L))),
        List.of(new Report.Checked("s.yaml:3", "a reaches b", false, "1 of 2 reached")),
        List.of(new Report.Drop("filter FORWARD rule 1", HOSTILE, 7, Map.of("10.0.0.1", 7L))),
        List.of(new Report.RuleCount("filter", "FORWARD", "-A FORWARD", "rules.v4:3", 7, 420)),
        Map.of("dropped", 7L),
        Map.of("not modelled", 0L),
        Map.of("entries", 5L),
        Map.of(),
        new Report.Latency("means", 12, 3, 80.5, 90, Map.of("50", 79L)),
        new Report.Timeline(1_000_000, Map.of("dropped", List.of(3L, 4L))),
        List.of(HOSTILE));
  }

  @Test
  void nothingThatARunNamesBecomesMarkup() {
    String page = ReportHtml.write(report());
    assertFalse(page.contains(HOSTILE));
    assertTrue(page.contains("\\u003c/script>\\u003cscript>alert(1)"));
    assertTrue(page.contains("&lt;/script&gt;&lt;script&gt;alert(1)"));
  }

  @Test
  void thePageIsOneFileThatShowsEveryFigure() {
    String page = ReportHtml.write(report());
    assertFalse(page.matches("(?s).*(src|href)=[\"'](https?:|//).*"));
    for (String figure : List.of("1 of 2 reached", "no answer", "rules.v4:3", "10.0.0.1", "420")) {
      assertTrue(page.contains(figure), figure);
    }
  }

  @Test
  void textPrintsUnmetExpectationsAndNotes() {
    List<String> lines = ReportText.lines(report());
    assertTrue(lines.contains("  NOT MET: a reaches b (s.yaml:3): 1 of 2 reached"));
    assertTrue(lines.contains("  note: " + HOSTILE));
  }

  @Test
  void columnsAreAlignedNumbersToTheRight() {
    TextTable table = new TextTable("name", "count");
    table.row("a", 5);
    table.row("longer", 12_345);
    assertEquals(List.of("  name    count", "  a           5", "  longer  12345"), table.lines());
  }
}

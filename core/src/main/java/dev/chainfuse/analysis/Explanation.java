package dev.chainfuse.analysis;

import dev.chainfuse.ChainRun;
import dev.chainfuse.Verdict;
import java.util.List;

/**
 * The way of one packet through a host. Immutable.
 *
 * @param steps every built-in chain that it, or a packet that the host made because of it, ran
 *     through, in order
 * @param verdict what became of it
 * @param emitted frames that left besides it: copies and answers, {@code eno1: 74 bytes}
 */
public record Explanation(List<ChainRun> steps, Verdict verdict, List<String> emitted) {
  public Explanation {
    steps = List.copyOf(steps);
    emitted = List.copyOf(emitted);
  }

  /** In lines: each hook, the rules that counted, translations, the route, the end. */
  public String toText() {
    StringBuilder out = new StringBuilder();
    String packet = "";
    for (ChainRun step : steps) {
      if (!step.before().equals(packet)) {
        out.append(packet.isEmpty() ? "packet      " : "changed to  ").append(step.before());
        out.append('\n');
        packet = step.before();
      }
      step(out, step);
    }
    end(out);
    return out.toString();
  }

  private static void step(StringBuilder out, ChainRun step) {
    String place = step.hook() + " " + step.table().text();
    out.append(String.format("%-22s", place));
    out.append(step.inInterface().isEmpty() ? "" : "in " + step.inInterface() + "  ");
    out.append(step.outInterface().isEmpty() ? "" : "out " + step.outInterface() + "  ");
    out.append(step.connection());
    if (step.mark() != 0) {
      out.append("  mark 0x").append(Integer.toHexString(step.mark()));
    }
    if (step.local()) {
      out.append("  (made by the host)");
    }
    out.append('\n');
    step.matched().forEach(rule -> out.append("    ").append(rule).append('\n'));
    if (!step.accepted()) {
      out.append("    ends here\n");
    }
  }

  private void end(StringBuilder out) {
    out.append("verdict     ").append(verdict.action().name().toLowerCase(java.util.Locale.ROOT));
    if (!verdict.egress().isEmpty()) {
      out.append(" by ").append(verdict.egress()).append(", ").append(verdict.translated());
    }
    out.append('\n');
    out.append("decided by  ").append(verdict.decidedBy()).append('\n');
    emitted.forEach(frame -> out.append("also left   ").append(frame).append('\n'));
  }
}

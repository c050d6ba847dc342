package dev.chainfuse.scenarios.differential;

import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.DropReason;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the cases had in them, by match, target and option, and how often it was hit. */
final class Coverage {
  private static final Pattern RULE = Pattern.compile("\\[(\\d+):\\d+\\] -A \\S+ ?(.*)");

  /** Counts of one feature. */
  static final class Row {
    long cases;
    long rules;
    long rulesHit;
    long hits;
    long disagreements;
  }

  private final Map<String, Row> features = new TreeMap<>();
  private final Map<String, Long> ends = new TreeMap<>();
  private long cases;
  private long packets;
  private long notModelled;
  private long disturbed;
  private long refused;
  private long disagreements;
  private long notRepeated;
  private long rulesHit;

  synchronized void refused() {
    refused++;
  }

  synchronized void notRepeated() {
    notRepeated++;
  }

  synchronized void add(Trial trial, String rules, boolean disagrees) {
    cases++;
    packets += trial.steps().size();
    notModelled += trial.notModelled() ? 1 : 0;
    disturbed += trial.disturbed() ? 1 : 0;
    disagreements += disagrees ? 1 : 0;
    trial.reasons().forEach((reason, n) -> end("dropped: " + reason.text(), reason, n));
    trial.actions().forEach((action, n) -> end(name(action), DropReason.RULE, n));
    FinalState state = trial.state();
    Set<String> seen = new LinkedHashSet<>();
    String text = state != null ? state.counters() : rules.replaceAll("(?m)^-A", "[0:0] -A");
    for (String line : text.split("\n")) {
      Matcher rule = RULE.matcher(line);
      if (rule.matches()) {
        long hits = Long.parseLong(rule.group(1));
        rulesHit += hits > 0 ? 1 : 0;
        for (String feature : features(rule.group(2))) {
          Row row = features.computeIfAbsent(feature, f -> new Row());
          row.rules++;
          row.hits += hits;
          row.rulesHit += hits > 0 ? 1 : 0;
          if (seen.add(feature)) {
            row.cases++;
            row.disagreements += disagrees ? 1 : 0;
          }
        }
      }
    }
  }

  private static String name(Action action) {
    return action.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private void end(String name, DropReason reason, int n) {
    if (reason != DropReason.NONE) {
      ends.merge(name, (long) n, Long::sum);
    }
  }

  /** Words like {@code -m tcp --dport}, {@code -j REJECT}, {@code ! -s}. */
  private static Set<String> features(String rule) {
    Set<String> out = new LinkedHashSet<>();
    String module = "";
    String not = "";
    String[] words = rule.split(" ");
    for (int i = 0; i < words.length; i++) {
      String word = words[i];
      if (word.equals("!")) {
        not = "! ";
        continue;
      }
      if (word.equals("-m") && i + 1 < words.length) {
        module = "-m " + words[i + 1] + " ";
      } else if ((word.equals("-j") || word.equals("-g")) && i + 1 < words.length) {
        boolean jump = words[i + 1].startsWith("user");
        module = word + (jump ? " CHAIN" : " " + words[i + 1]) + " ";
        out.add(module.strip());
      } else if (word.startsWith("--")) {
        out.add(module + not + word);
      } else if (word.matches("-[sdiopf]")) {
        out.add(not + word);
      }
      not = "";
    }
    return out;
  }

  synchronized Map<String, Row> features() {
    return new TreeMap<>(features);
  }

  synchronized Map<String, Long> ends() {
    return new TreeMap<>(ends);
  }

  synchronized Totals totals() {
    return new Totals(
        cases, packets, disagreements, notRepeated, notModelled, disturbed, refused, rulesHit);
  }

  /**
   * @param notRepeated disagreements that did not show when the case ran again
   * @param notModelled cases that ended early at a frame that needs what is not modelled
   * @param disturbed cases that ended early because the machine was too busy to send in time
   * @param refused rule files that iptables did not take
   */
  record Totals(
      long cases,
      long packets,
      long disagreements,
      long notRepeated,
      long notModelled,
      long disturbed,
      long refused,
      long rulesHit) {}
}

package dev.chainfuse.scenarios.record;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which decision dropped how many packets, and of which sources. */
public final class DropTally {
  /** No more sources are told apart for one decision; further ones count as {@link #OTHERS}. */
  public static final int MAX_SOURCES = 1_000;

  /** Stands for all further sources. */
  public static final int OTHERS = 0;

  /**
   * A decision and what it dropped.
   *
   * @param ruleId {@link dev.chainfuse.PacketBatch#ruleId}
   * @param sources packets by source address, most first; of equals in order of appearance
   */
  public record Dropped(int ruleId, long packets, List<Map.Entry<Integer, Long>> sources) {}

  private final Map<Integer, Map<Integer, Long>> byDecision = new HashMap<>();

  void count(int ruleId, int source) {
    Map<Integer, Long> sources = byDecision.computeIfAbsent(ruleId, id -> new LinkedHashMap<>());
    boolean room = sources.size() < MAX_SOURCES || sources.containsKey(source);
    sources.merge(room ? source : OTHERS, 1L, Long::sum);
  }

  /** All that dropped anything, most first. */
  public List<Dropped> all() {
    List<Dropped> all = new ArrayList<>();
    byDecision.forEach(
        (id, sources) -> {
          List<Map.Entry<Integer, Long>> sorted = new ArrayList<>(sources.entrySet());
          sorted.sort((a, b) -> Long.compare(b.getValue(), a.getValue()));
          long packets = sources.values().stream().mapToLong(Long::longValue).sum();
          all.add(new Dropped(id, packets, List.copyOf(sorted)));
        });
    all.sort(
        (a, b) ->
            a.packets != b.packets
                ? Long.compare(b.packets, a.packets)
                : Integer.compare(a.ruleId, b.ruleId));
    return all;
  }
}

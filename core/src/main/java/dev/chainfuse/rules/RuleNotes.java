package dev.chainfuse.rules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What rules do in the kernel and not here. */
public final class RuleNotes {
  private RuleNotes() {}

  /**
   * One sentence for each {@link Target#note}, in the order of the rules, with the first place and
   * the number of the others: {@code filter FORWARD rule 3 and 2 more: ...}.
   */
  public static List<String> of(RuleSet rules) {
    RuleNumbers numbers = new RuleNumbers(rules);
    Map<String, List<RuleNumbers.Place>> places = new LinkedHashMap<>();
    for (int i = 0; i < numbers.ruleCount(); i++) {
      RuleNumbers.Place place = numbers.rule(i);
      String note = place.rule().target().note();
      if (!note.isEmpty()) {
        places.computeIfAbsent(note, key -> new ArrayList<>()).add(place);
      }
    }
    List<String> notes = new ArrayList<>();
    places.forEach((note, of) -> notes.add(where(of) + ": " + note));
    return List.copyOf(notes);
  }

  private static String where(List<RuleNumbers.Place> places) {
    RuleNumbers.Place first = places.get(0);
    String text = first.table().text() + " " + first.chain().name() + " rule " + first.index();
    return places.size() == 1 ? text : text + " and " + (places.size() - 1) + " more";
  }
}

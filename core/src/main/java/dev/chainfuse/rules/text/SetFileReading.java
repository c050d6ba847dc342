package dev.chainfuse.rules.text;

import dev.chainfuse.stateful.ElementNote;
import dev.chainfuse.stateful.IpSet;
import dev.chainfuse.stateful.SavedSets;
import dev.chainfuse.stateful.SetHeader;
import dev.chainfuse.stateful.SetKey;
import dev.chainfuse.stateful.SetType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One reading of one text, line by line as {@code ipset restore} does. */
final class SetFileReading {
  private static final int MOST_PROBLEMS = 1_000;

  /** IP_SET_MAX without growth is 256; the kernel grows to as many as an id can tell. */
  private static final int MOST_SETS = 65_534;

  private final String name;
  private final String text;
  private final boolean strict;
  private final SetWords words = new SetWords();
  private final SetElement element = new SetElement();
  private final SetExtensions extensions = new SetExtensions();
  private final Map<String, IpSet> sets = new LinkedHashMap<>();
  private final Map<String, SetMembers> lists = new LinkedHashMap<>();

  /** Sets that were refused, whose elements are passed over. */
  private final Set<String> refused = new HashSet<>();

  private final List<Problem> problems = new ArrayList<>();

  // Of the line in hand, for single() of a range.
  private IpSet current = new IpSet("", SetHeader.of(SetType.HASH_IP));
  private boolean exist;

  SetFileReading(String name, String text, boolean strict) {
    this.name = name;
    this.text = text;
    this.strict = strict;
  }

  SetReader.Result run() {
    int number = 0;
    int start = 0;
    while (start < text.length() && problems.size() < MOST_PROBLEMS) {
      int end = text.indexOf('\n', start);
      end = end < 0 ? text.length() : end;
      String line = text.substring(start, end);
      number++;
      try {
        take(line);
      } catch (LineException e) {
        problems.add(e.at(name, number, line));
      }
      start = end + 1;
    }
    if (!problems.isEmpty() && (strict || problems.size() >= MOST_PROBLEMS)) {
      throw new RuleFileException(problems);
    }
    lists.forEach((list, members) -> members.enter(sets));
    return new SetReader.Result(SavedSets.of(sets.values()), problems);
  }

  private void take(String line) {
    if (line.isEmpty() || line.charAt(0) == '#') {
      return;
    }
    words.split(line);
    if (words.count() == 0) {
      return;
    }
    exist = false;
    for (int i = words.count() - 1; i >= 0; i--) {
      if (words.is(i, "-exist") || words.is(i, "-!")) {
        exist = true;
        words.remove(i);
      }
    }
    switch (words.count() == 0 ? "" : words.text(0)) {
      case "add", "a", "-A", "--add" -> add();
      case "create", "n", "-N", "--create" -> create();
      case "del", "d", "-D", "--del" -> delete();
      case "COMMIT", "quit", "exit" -> {}
      default ->
          throw new LineException(
              words.column(0),
              "'" + line.substring(words.column(0) - 1).split("\\s", 2)[0] + "' is not a command",
              "a file of sets has lines with create, add and del");
    }
  }

  private void create() {
    String set = SetCreation.name(words);
    boolean taken = sets.containsKey(set);
    try {
      SetHeader header = SetCreation.read(words);
      if (!taken) {
        create(set, header);
        return;
      }
    } catch (LineException e) {
      refused.add(set);
      throw e;
    }
    if (!exist) {
      throw new LineException(
          words.column(1), "set '" + set + "' exists already", "give it another name");
    }
  }

  private void create(String set, SetHeader header) {
    if (sets.size() == MOST_SETS) {
      throw new LineException(words.column(1), "there are too many sets", "at most 65,534");
    }
    sets.put(set, new IpSet(set, header));
    if (header.type() == SetType.LIST_SET) {
      lists.put(set, new SetMembers(set));
    }
  }

  private IpSet named() {
    if (words.count() < 3) {
      throw new LineException(
          words.column(words.count()), "a set and an element are missing", "add NAME ELEMENT");
    }
    if (words.is(1, current.name())) {
      return current;
    }
    String set = words.text(1);
    IpSet found = sets.get(set);
    if (found == null) {
      throw new LineException(
          words.column(1),
          "set '" + set + "' does not exist",
          "create it above, with: create " + set + " hash:ip");
    }
    current = found;
    return found;
  }

  /** Whether the line is about a set that was refused: then it is passed over. */
  private boolean passed() {
    return !refused.isEmpty() && words.count() > 1 && refused.contains(words.text(1));
  }

  private void add() {
    if (passed()) {
      return;
    }
    IpSet set = named();
    extensions.read(words, set.header());
    if (set.header().type() == SetType.LIST_SET) {
      members(set).add(words, extensions, exist, sets);
      return;
    }
    element.parse(set.header(), words.text(2), words.column(2));
    element.each(this::enter);
  }

  private void enter(long first, long second) {
    long flags = extensions.nomatch ? SetKey.NOMATCH : 0;
    IpSet.Entered entered =
        current.enter(
            first | flags,
            second,
            extensions.timeout,
            extensions.packets,
            extensions.bytes,
            extensions.note,
            exist);
    switch (entered) {
      case YES -> {}
      case THERE_ALREADY ->
          throw new LineException(
              words.column(2),
              "Element cannot be added to the set: it's already added",
              "leave it out, or write -exist");
      case FULL ->
          throw new LineException(
              words.column(2),
              "Hash is full, cannot add more elements",
              "create it with a greater maxelem");
    }
  }

  private void delete() {
    if (passed()) {
      return;
    }
    IpSet set = named();
    if (set.header().type() == SetType.LIST_SET) {
      members(set).delete(words, exist);
      return;
    }
    element.parse(set.header(), words.text(2), words.column(2));
    element.each(this::takeOut);
  }

  private void takeOut(long first, long second) {
    if (!current.takeOut(first, second) && !exist) {
      throw new LineException(
          words.column(2),
          "Element cannot be deleted from the set: it's not added",
          "leave it out");
    }
  }

  private SetMembers members(IpSet list) {
    SetMembers members = lists.get(list.name());
    if (members == null) {
      throw new IllegalStateException(list.name());
    }
    return members;
  }

  /** The options behind an element. */
  static final class SetExtensions {
    long timeout;
    long packets;
    long bytes;
    boolean nomatch;
    ElementNote note = ElementNote.NONE;
    String before = "";
    String after = "";

    void read(SetWords words, SetHeader header) {
      timeout = IpSet.NO_TIMEOUT;
      packets = 0;
      bytes = 0;
      nomatch = false;
      note = ElementNote.NONE;
      before = "";
      after = "";
      if (words.count() > 3) {
        new SetOptions(words, header, this).read();
      }
    }
  }
}

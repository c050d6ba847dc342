package dev.chainfuse.rules.text;

import dev.chainfuse.rules.text.SetFileReading.SetExtensions;
import dev.chainfuse.stateful.ElementNote;
import dev.chainfuse.stateful.SetHeader;
import dev.chainfuse.stateful.SetType;
import org.jspecify.annotations.Nullable;

/** Reads the options behind an element. Used once. */
final class SetOptions {
  private static final int LONGEST_COMMENT = 255;
  private static final long MOST_TIMEOUT = 2_147_483;

  private final SetWords words;
  private final SetHeader header;
  private final SetExtensions into;

  private String comment = "";
  private int mark;
  private int markMask;
  private int priority;
  private int queue;

  SetOptions(SetWords words, SetHeader header, SetExtensions into) {
    this.words = words;
    this.header = header;
    this.into = into;
  }

  void read() {
    for (int i = 3; i < words.count(); i++) {
      String option = words.text(i);
      if (option.equals("nomatch") && header.type().hasNets()) {
        into.nomatch = true;
        continue;
      }
      check(option, i);
      value(option, words.argument(i), words.column(i + 1));
      i++;
    }
    into.note =
        comment.isEmpty() && mark == 0 && markMask == 0 && priority == 0 && queue == 0
            ? ElementNote.NONE
            : new ElementNote(comment, mark, markMask, priority, queue);
  }

  private void check(String option, int at) {
    @Nullable String missing =
        switch (option) {
          case "timeout" -> header.timed() ? "" : "timeout";
          case "packets", "bytes" -> header.counters() ? "" : "counters";
          case "comment" -> header.comments() ? "" : "comment";
          case "skbmark", "skbprio", "skbqueue" -> header.skbInfo() ? "" : "skbinfo";
          case "before", "after" -> header.type() == SetType.LIST_SET ? "" : null;
          default -> null;
        };
    if (missing == null) {
      throw new LineException(
          words.column(at),
          "Unknown argument: '" + option + "'",
          "elements of type " + header.type().text() + " have no such option");
    }
    if (!missing.isEmpty()) {
      throw new LineException(
          words.column(at),
          "'" + option + "' cannot be used: the set was created without " + missing,
          "create the set with " + missing);
    }
  }

  private void value(String option, String text, int column) {
    switch (option) {
      case "timeout" -> into.timeout = SetNumbers.number(text, column, 0, MOST_TIMEOUT);
      case "packets" -> into.packets = SetNumbers.counter(text, column);
      case "bytes" -> into.bytes = SetNumbers.counter(text, column);
      case "comment" -> comment = comment(text, column);
      case "skbmark" -> mark(text, column);
      case "skbprio" -> priority = priority(text, column);
      case "skbqueue" -> queue = (int) SetNumbers.number(text, column, 0, 65_535);
      case "before" -> into.before = text;
      default -> into.after = text;
    }
  }

  private static String comment(String text, int column) {
    if (text.indexOf('"') >= 0 || text.length() > LONGEST_COMMENT) {
      throw new LineException(
          column, "the comment has a quote or more than 255 characters", "shorten it");
    }
    return text;
  }

  /** {@code 0xMARK} or {@code 0xMARK/0xMASK}. */
  private void mark(String text, int column) {
    int slash = text.indexOf('/');
    String first = slash < 0 ? text : text.substring(0, slash);
    long value = hex(first);
    long mask = slash < 0 ? 0xffff_ffffL : hex(text.substring(slash + 1));
    if (value < 0 || mask < 0) {
      throw new LineException(
          column, "'" + text + "' is not a mark", "write 0xMARK/0xMASK or 0xMARK");
    }
    mark = (int) value;
    markMask = (int) mask;
  }

  private static long hex(String text) {
    if (!text.startsWith("0x") || text.length() < 3 || text.length() > 10) {
      return -1;
    }
    return digits(text, 2, text.length());
  }

  private static long digits(String text, int from, int to) {
    long value = from == to ? -1 : 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        return -1;
      }
      value = value * 16 + digit;
    }
    return value;
  }

  /** {@code MAJOR:MINOR}, hexadecimal. */
  private static int priority(String text, int column) {
    int colon = text.indexOf(':');
    boolean sized = colon > 0 && colon <= 4 && text.length() - colon <= 5;
    long major = sized ? digits(text, 0, colon) : -1;
    long minor = sized ? digits(text, colon + 1, text.length()) : -1;
    if (major < 0 || minor < 0) {
      throw new LineException(
          column, "'" + text + "' is not a priority", "write MAJOR:MINOR, such as 1:10");
    }
    return (int) (major << 16 | minor);
  }
}

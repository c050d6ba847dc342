package dev.chainfuse.rules.match;

import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;
import dev.chainfuse.rules.match.U32Match.Operator;
import dev.chainfuse.rules.match.U32Match.Range;
import dev.chainfuse.rules.match.U32Match.Step;
import dev.chainfuse.rules.match.U32Match.Test;
import java.util.ArrayList;
import java.util.List;

/** Reads the tests of {@code --u32}: {@code 0>>22&0x3C@4=1:2,5&&...}. */
final class U32Reader {
  private static final int MOST = 10;

  private final OptionValues values;
  private final String text;
  private int at;

  U32Reader(OptionValues values, String text) {
    this.values = values;
    this.text = text;
  }

  List<Test> tests() {
    List<Test> tests = new ArrayList<>();
    do {
      tests.add(test());
    } while (take("&&"));
    skipBlanks();
    if (at < text.length()) {
      throw wrong("something else than '&&', ',' or ':'");
    }
    return limited(tests, "tests");
  }

  private Test test() {
    int start = number();
    List<Step> steps = new ArrayList<>();
    while (!take("=")) {
      Operator operator = operator();
      int number = number();
      boolean shift = operator == Operator.SHIFT_LEFT || operator == Operator.SHIFT_RIGHT;
      if (shift && Integer.compareUnsigned(number, Integer.SIZE) >= 0) {
        throw wrong("a shift by more than 31 bits");
      }
      steps.add(new Step(operator, number));
    }
    List<Range> ranges = new ArrayList<>();
    do {
      int first = number();
      ranges.add(new Range(first, take(":") ? number() : first));
    } while (take(","));
    if (steps.size() >= MOST) {
      throw wrong("more than 10 numbers in a place");
    }
    return new Test(start, steps, limited(ranges, "values"));
  }

  private <T> List<T> limited(List<T> list, String what) {
    if (list.size() > MOST) {
      throw wrong("more than 10 " + what);
    }
    return list;
  }

  private Operator operator() {
    for (Operator operator : Operator.values()) {
      if (take(operator.text)) {
        return operator;
      }
    }
    throw wrong("neither an operator nor '='");
  }

  private void skipBlanks() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private boolean take(String token) {
    skipBlanks();
    if (!text.startsWith(token, at)) {
      return false;
    }
    at += token.length();
    return true;
  }

  private int number() {
    skipBlanks();
    int start = at;
    boolean hex = text.startsWith("0x", at) || text.startsWith("0X", at);
    at += hex ? 2 : 0;
    while (at < text.length() && Character.digit(text.charAt(at), hex ? 16 : 10) >= 0) {
      at++;
    }
    long value = Numbers.parse(text.substring(start, at), Numbers.MAX_32);
    if (value < 0) {
      at = start;
      throw wrong("no number of 32 bits");
    }
    return (int) value;
  }

  private RuleSyntaxException wrong(String what) {
    return values.error(
        "u32",
        "at character " + (at + 1) + " of '" + text + "': " + what,
        "write it as \"0>>22&0x3C@4=1:2,5\", several tests with && between them");
  }
}

package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import java.util.List;

/**
 * {@code -m u32}: words of the packet that are masked, shifted, followed as offsets and compared
 * (net/netfilter/xt_u32.c, u32_match_it). All tests must hold.
 */
public record U32Match(List<Test> tests, boolean inverted) implements Match {
  /** What is done with a number: the first of a test is where to read. */
  public enum Operator {
    AND("&"),
    SHIFT_LEFT("<<"),
    SHIFT_RIGHT(">>"),
    AT("@");

    final String text;

    Operator(String text) {
      this.text = text;
    }
  }

  /** An operator and its number. */
  public record Step(Operator operator, int number) {}

  /** Values from {@code first} to {@code last}, unsigned. */
  public record Range(int first, int last) {}

  /** The word at {@code start}, changed step by step, lies within one of the ranges. */
  public record Test(int start, List<Step> steps, List<Range> ranges) {
    public Test {
      steps = List.copyOf(steps);
      ranges = List.copyOf(ranges);
    }
  }

  public U32Match {
    tests = List.copyOf(tests);
  }

  public static final MatchModule MODULE =
      Module.of("u32", U32Match::parse, Option.invertibleValue("u32"));

  private static U32Match parse(OptionValues values) {
    String text = Module.required(values, "u32");
    return new U32Match(new U32Reader(values, text).tests(), values.inverted("u32"));
  }

  @Override
  public String name() {
    return "u32";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(inverted ? " ! --u32" : " --u32");
    appendTests(out);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(inverted ? " u32 !" : " u32");
    appendTests(out);
  }

  private void appendTests(StringBuilder out) {
    out.append(" \"");
    for (int i = 0; i < tests.size(); i++) {
      Test test = tests.get(i);
      append(out.append(i == 0 ? "" : "&&"), test.start);
      for (Step step : test.steps) {
        append(out.append(step.operator.text), step.number);
      }
      char separator = '=';
      for (Range range : test.ranges) {
        append(out.append(separator), range.first);
        if (range.first != range.last) {
          append(out.append(':'), range.last);
        }
        separator = ',';
      }
    }
    out.append('"');
  }

  private static void append(StringBuilder out, int number) {
    out.append("0x").append(Integer.toHexString(number));
  }

  @Override
  public boolean matches(MatchContext context) {
    return holds(context.skb) != inverted;
  }

  private boolean holds(Skb skb) {
    for (int i = 0; i < tests.size(); i++) {
      if (!holds(tests.get(i), skb)) {
        return false;
      }
    }
    return true;
  }

  private static boolean holds(Test test, Skb skb) {
    long length = (long) skb.end - skb.network;
    long base = 0;
    long at = test.start & 0xffff_ffffL;
    if (at + 4 > length) {
      return false;
    }
    int value = Bytes.getInt(skb.data, skb.network + (int) at);
    for (int i = 0; i < test.steps.size(); i++) {
      Step step = test.steps.get(i);
      int number = step.number;
      switch (step.operator) {
        case AND -> value &= number;
        case SHIFT_LEFT -> value <<= number;
        case SHIFT_RIGHT -> value >>>= number;
        case AT -> {
          base += value & 0xffff_ffffL;
          at = number & 0xffff_ffffL;
          if (base + at + 4 > length) {
            return false;
          }
          value = Bytes.getInt(skb.data, skb.network + (int) (base + at));
        }
      }
    }
    return within(test, value);
  }

  private static boolean within(Test test, int value) {
    for (int i = 0; i < test.ranges.size(); i++) {
      Range range = test.ranges.get(i);
      if (Integer.compareUnsigned(range.first, value) <= 0
          && Integer.compareUnsigned(value, range.last) <= 0) {
        return true;
      }
    }
    return false;
  }

  @Override
  public Condition condition(HostFacts host) {
    return new Condition.Ask(this);
  }
}

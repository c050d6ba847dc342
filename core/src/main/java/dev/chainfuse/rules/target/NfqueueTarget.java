package dev.chainfuse.rules.target;

import dev.chainfuse.rules.NumberText;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;

/**
 * {@code -j NFQUEUE}: leaves the packet to a program (net/netfilter/xt_NFQUEUE.c, and nf_queue in
 * net/netfilter/nf_queue.c). No program listens here: the packet is dropped, or accepted in its
 * table with {@code --queue-bypass}.
 *
 * @param queues how many, from {@code first}, with {@code --queue-balance}; else 1
 */
public record NfqueueTarget(int first, int queues, boolean bypass, boolean cpuFanout)
    implements ExtensionTarget {
  private static final int MAX_QUEUE = 0xffff;

  static final TargetModule MODULE =
      PlainModule.of(
          "NFQUEUE",
          NfqueueTarget::parse,
          Option.value("queue-num"),
          Option.value("queue-balance"),
          Option.flag("queue-bypass"),
          Option.flag("queue-cpu-fanout"));

  private static Target parse(OptionValues values) {
    Values.atMostOne(values, "queue-num", "queue-balance");
    boolean bypass = values.has("queue-bypass");
    boolean fanout = values.has("queue-cpu-fanout");
    if (values.has("queue-balance")) {
      return balanced(values, bypass, fanout);
    }
    if (fanout) {
      throw values.error(
          "queue-cpu-fanout", "--queue-cpu-fanout needs --queue-balance", "give a range of queues");
    }
    int queue =
        values.has("queue-num") ? (int) Values.number(values, "queue-num", 0, MAX_QUEUE) : 0;
    return new NfqueueTarget(queue, 1, bypass, false);
  }

  private static NfqueueTarget balanced(OptionValues values, boolean bypass, boolean fanout) {
    String text = String.valueOf(values.value("queue-balance"));
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw noRange(values, text);
    }
    String low = text.substring(0, colon);
    String high = text.substring(colon + 1);
    long from = low.isEmpty() ? 0 : NumberText.parse(low, MAX_QUEUE);
    long to = high.isEmpty() ? MAX_QUEUE : NumberText.parse(high, MAX_QUEUE);
    if (from < 0 || to <= from || to - from == MAX_QUEUE) {
      throw noRange(values, text);
    }
    return new NfqueueTarget((int) from, (int) (to - from) + 1, bypass, fanout);
  }

  private static RuleSyntaxException noRange(OptionValues values, String text) {
    return values.error(
        "queue-balance",
        "'" + text + "' is not a range of queues",
        "FIRST:LAST, with 0 <= FIRST < LAST <= 65535 and fewer than 65536 queues");
  }

  @Override
  public String targetName() {
    return "NFQUEUE";
  }

  @Override
  public void save(StringBuilder out) {
    if (queues > 1) {
      out.append(" --queue-balance ").append(first).append(':').append(first + queues - 1);
    } else {
      out.append(" --queue-num ").append(first);
    }
    out.append(bypass ? " --queue-bypass" : "").append(cpuFanout ? " --queue-cpu-fanout" : "");
  }

  @Override
  public void list(StringBuilder out) {
    if (queues > 1) {
      out.append(" NFQUEUE balance ").append(first).append(':').append(first + queues - 1);
    } else {
      out.append(" NFQUEUE num ").append(first);
    }
    out.append(bypass ? " bypass" : "").append(cpuFanout ? " cpu-fanout" : "");
  }

  @Override
  public String note() {
    return bypass
        ? "no program listens on the queue: its packets are accepted in this table"
        : "no program listens on the queue: its packets are dropped";
  }

  @Override
  public int apply(TargetContext context) {
    return bypass ? context.bypassQueue() : DROP;
  }

  @Override
  public boolean terminal() {
    return true;
  }

  /** {@code -j QUEUE}, the old name of queue 0. */
  record Old() implements ExtensionTarget {
    static final TargetModule MODULE = PlainModule.of("QUEUE", values -> new Old());

    @Override
    public String targetName() {
      return "QUEUE";
    }

    @Override
    public void save(StringBuilder out) {}

    @Override
    public void list(StringBuilder out) {}

    @Override
    public String note() {
      return "no program listens on the queue: its packets are dropped";
    }

    @Override
    public int apply(TargetContext context) {
      return DROP;
    }

    @Override
    public boolean terminal() {
      return true;
    }
  }
}

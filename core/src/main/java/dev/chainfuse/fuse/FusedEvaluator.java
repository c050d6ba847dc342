package dev.chainfuse.fuse;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.RuleEvaluator;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.stateful.SetRegistry;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Walks compiled rules: segment by segment, from hit to hit. Has the counters and the match states
 * of one session. Allocates nothing per packet. One thread; a target may start another walk, such
 * as that of a packet that it makes.
 */
public final class FusedEvaluator extends RuleEvaluator {
  /** Hits beyond so many are not recorded: such a packet is not {@link #cacheable()}. */
  public static final int MOST_HITS = 1024;

  private static final Field[] FIELDS = Field.values();
  private static final long EXPIRE = FieldMask.of(Field.CT_EXPIRE);
  private static final int NO_SEGMENT = -1;
  private static final int NO_RULE = -1;

  private final FusedRules.Entries entries;
  private final FusedRules.Chains chains;
  private final SegmentArrays segments;
  private final RuleArrays rules;
  private final Tracing tracing;
  private final int ruleCount;

  private final long[] rulePackets;
  private final long[] ruleBytes;
  private final long[] policyPackets;
  private final long[] policyBytes;
  private final @Nullable Object[][] states;
  private final MatchContext asked;

  /** Values of the current packet's fields by ordinal; only those in {@link #known} hold. */
  private final int[] values = new int[FIELDS.length];

  private long known;

  /** The values that a classifier wants, in its order. */
  private final int[] point = new int[FIELDS.length];

  /** Where callers go on: segment, position, segment, position, ... */
  private int[] stack;

  /** Index behind the last entry of all walks that wait for a target. */
  private int top;

  private long walks;
  private int decidedBy;

  private boolean recording;
  private boolean cacheable;
  private final int[] hits = new int[MOST_HITS];
  private int hitCount;

  /**
   * Starts with zero counters and fresh match states.
   *
   * @param seed of the draws of matches that are random by nature
   */
  public FusedEvaluator(FusedRules fused, long seed) {
    this.entries = fused.entries;
    this.chains = fused.chains;
    this.segments = fused.segments;
    this.rules = fused.rules;
    this.tracing = fused.tracing;
    this.ruleCount = fused.numbers().ruleCount();
    int policies = fused.numbers().policyCount();
    this.rulePackets = new long[ruleCount];
    this.ruleBytes = new long[ruleCount];
    this.policyPackets = new long[policies];
    this.policyBytes = new long[policies];
    this.asked = new MatchContext(new Skb(), fused.host, new SplittableRandom(seed));
    this.states = new Object[ruleCount][];
    for (int rule = 0; rule < ruleCount; rule++) {
      Match[] matches = rules.matches()[rule];
      states[rule] = new Object[matches.length];
      for (int i = 0; i < matches.length; i++) {
        states[rule][i] = matches[i].newState(asked);
      }
    }
    this.stack = new int[2 * (chains.depth() + 1)];
  }

  @Override
  public void useSets(SetRegistry sets) {
    asked.sets = sets;
  }

  @Override
  public boolean loaded(TableName table, Hook hook) {
    return entries.chain()[FusedRules.entry(table, hook)] >= 0;
  }

  @Override
  public int run(TableName table, TargetContext context) {
    context.table = table;
    int entry = FusedRules.entry(table, context.hook);
    int chain = entries.chain()[entry];
    if (chain < 0) {
      throw new IllegalArgumentException(table.text() + " is not loaded at " + context.hook);
    }
    Skb skb = context.skb;
    asked.skb = skb;
    asked.hotDrop = false;
    known = 0;
    walks++;
    int depth = 2 * chains.depth();
    if (top + depth > stack.length) {
      stack = Arrays.copyOf(stack, 2 * (top + depth));
    }
    if (skb.irregular) {
      cacheable = false;
    }
    boolean interpreted = skb.irregular || skb.traced || tracing.begins(table);
    return walk(entry, chain, interpreted, context);
  }

  private int walk(int entry, int chain, boolean interpreted, TargetContext context) {
    Skb skb = context.skb;
    int[] entrance = interpreted ? chains.interpreted() : chains.segment();
    byte[] kinds = segments.kind();
    byte[] actions = rules.action();
    int floor = top;
    int depth = floor;
    int segment = entrance[chain];
    int position = enter(segment, skb);
    while (true) {
      int rule = nextHit(segment, position, skb);
      if (rule < 0) {
        if (skb.traced) {
          traceEnd(segment, chain, context);
        }
        segment = segment < 0 ? NO_SEGMENT : segments.next()[segment];
        if (segment < 0) {
          if (depth == floor) {
            return policy(entry, chain, context);
          }
          depth -= 2;
          segment = stack[depth];
          position = stack[depth + 1];
        } else {
          position = enter(segment, skb);
        }
        continue;
      }
      position = kinds[segment] == Segment.TABLE ? position + 1 : rule + 1;
      int askFrom = interpreted ? CompiledRule.ASK_HEADER : rules.askFrom()[rule];
      if (askFrom != CompiledRule.ASK_NOTHING && !ask(rule, askFrom, skb)) {
        if (asked.hotDrop) {
          decidedBy = HOT_DROP;
          return Target.DROP;
        }
        continue;
      }
      count(rule, skb.totalLength);
      if (skb.traced) {
        tracing.rule(context, rule);
      }
      switch (actions[rule]) {
        case RuleArrays.CONTINUE -> {}
        case RuleArrays.ACCEPT -> {
          decidedBy = rule;
          return Target.ACCEPT;
        }
        case RuleArrays.DROP -> {
          decidedBy = rule;
          return Target.DROP;
        }
        case RuleArrays.RETURN -> segment = NO_SEGMENT;
        case RuleArrays.JUMP -> {
          stack[depth] = segment;
          stack[depth + 1] = position;
          depth += 2;
          segment = entrance[rules.toChain()[rule]];
          position = enter(segment, skb);
        }
        // Nothing is pushed: the end of that chain goes on behind the jump that led here.
        case RuleArrays.GOTO -> {
          segment = entrance[rules.toChain()[rule]];
          position = enter(segment, skb);
        }
        default -> {
          int result = apply(rule, depth, floor, context);
          if (result != Target.CONTINUE) {
            decidedBy = rule;
            return result;
          }
        }
      }
    }
  }

  /** Applies an extension, which may start walks of its own. */
  private int apply(int rule, int depth, int floor, TargetContext context) {
    long before = walks;
    Skb skb = asked.skb;
    if (rules.everyPacket()[rule]) {
      cacheable = false;
    }
    top = depth;
    int result = rules.targets()[rule].apply(context);
    top = floor;
    if (walks != before) {
      asked.skb = skb;
      asked.hotDrop = false;
      known = 0;
    }
    known &= ~rules.writes()[rule];
    return result;
  }

  /** Where to start in a segment. */
  private int enter(int segment, Skb skb) {
    if (segment < 0) {
      return 0;
    }
    if (segments.kind()[segment] != Segment.TABLE) {
      return segments.firstRule()[segment];
    }
    gather(segment, skb);
    int list = segments.tables()[segment].classify(point, 0);
    return segments.listStart()[segments.firstList()[segment] + list];
  }

  /** The next rule of a segment whose formula holds, or NO_RULE. */
  private int nextHit(int segment, int position, Skb skb) {
    if (segment < 0) {
      return NO_RULE;
    }
    return switch (segments.kind()[segment]) {
      case Segment.TABLE -> segments.hits()[position];
      case Segment.DIRECT -> scan(segment, position, skb);
      case Segment.SEARCH -> search(segment, position, skb);
      default -> position < segments.endRule()[segment] ? position : NO_RULE;
    };
  }

  private int scan(int segment, int from, Skb skb) {
    load(segments.fields()[segment], skb);
    int[] code = segments.code();
    int[] starts = segments.codeStart();
    int end = segments.endRule()[segment];
    for (int rule = from; rule < end; rule++) {
      if (DirectCode.holds(code, starts[rule], values)) {
        return rule;
      }
    }
    return NO_RULE;
  }

  private int search(int segment, int from, Skb skb) {
    int first = segments.firstRule()[segment];
    if (from == segments.endRule()[segment]) {
      return NO_RULE;
    }
    gather(segment, skb);
    int found = segments.searches()[segment].firstMatch(point, 0, from - first);
    return found < 0 ? NO_RULE : first + found;
  }

  private void gather(int segment, Skb skb) {
    load(segments.fields()[segment], skb);
    byte[] order = segments.fieldOrder()[segment];
    for (int i = 0; i < order.length; i++) {
      point[i] = values[order[i]];
    }
  }

  private void load(long wanted, Skb skb) {
    long missing = wanted & ~known;
    if (missing == 0) {
      return;
    }
    known |= missing;
    if ((missing & EXPIRE) != 0) {
      cacheable = false;
    }
    do {
      int field = Long.numberOfTrailingZeros(missing);
      values[field] = skb.field(FIELDS[field]);
      missing &= missing - 1;
    } while (missing != 0);
  }

  /** Asks what no formula says, in order. */
  private boolean ask(int rule, int from, Skb skb) {
    int match = from;
    if (from == CompiledRule.ASK_HEADER) {
      if (!rules.headers()[rule].matches(skb, asked.host)) {
        return false;
      }
      match = 0;
    }
    if (rules.stateful()[rule]) {
      cacheable = false;
    }
    boolean holds = askFrom(rule, match);
    if (asked.unsteady) {
      asked.unsteady = false;
      cacheable = false;
    }
    return holds;
  }

  private boolean askFrom(int rule, int from) {
    Match[] matches = rules.matches()[rule];
    for (int match = from; match < matches.length; match++) {
      asked.state = states[rule][match];
      if (!matches[match].matches(asked) || asked.hotDrop) {
        return false;
      }
    }
    return true;
  }

  private void count(int rule, int length) {
    rulePackets[rule]++;
    ruleBytes[rule] += length;
    if (recording) {
      record(rule);
    }
  }

  /** A traced packet has come to the end of a chain, unless a RETURN led here. */
  private void traceEnd(int segment, int builtIn, TargetContext context) {
    int ended = segment - chains.interpreted()[0];
    if (segment >= 0 && ended != builtIn) {
      tracing.end(context, ended);
    }
  }

  private int policy(int entry, int chain, TargetContext context) {
    Skb skb = context.skb;
    if (skb.traced) {
      tracing.end(context, chain);
    }
    int policy = entries.policy()[entry];
    policyPackets[policy]++;
    policyBytes[policy] += skb.totalLength;
    if (recording) {
      record(ruleCount + policy);
    }
    decidedBy = -1 - policy;
    return entries.verdict()[entry];
  }

  private void record(int counter) {
    if (hitCount == MOST_HITS) {
      cacheable = false;
      return;
    }
    hits[hitCount++] = counter;
  }

  /** Starts to record what counts, for a flow cache; forgets what was recorded before. */
  public void startRecording() {
    recording = true;
    cacheable = true;
    hitCount = 0;
  }

  /** Ends recording; {@link #hits} and {@link #cacheable} stay. */
  public void stopRecording() {
    recording = false;
  }

  /**
   * What counted since {@link #startRecording}, in order: a rule's number, or the number of rules
   * plus a policy's number. Only the first {@link #hitCount} entries hold; to be read only.
   */
  public int[] hits() {
    return hits;
  }

  /** How many {@link #hits} there are. */
  public int hitCount() {
    return hitCount;
  }

  /**
   * Whether another packet with the same fields would have gone the same way since {@link
   * #startRecording}: no match with state was asked, no target must act on every packet, nothing
   * was read that changes by itself, and no packet was irregular.
   */
  public boolean cacheable() {
    return cacheable;
  }

  /** Adds packets and bytes to each of the counters {@code counters[from]} to before {@code to}. */
  public void addHits(int[] counters, int from, int to, long packets, long bytes) {
    for (int i = from; i < to; i++) {
      int counter = counters[i];
      if (counter < ruleCount) {
        rulePackets[counter] += packets;
        ruleBytes[counter] += bytes;
      } else {
        policyPackets[counter - ruleCount] += packets;
        policyBytes[counter - ruleCount] += bytes;
      }
    }
  }

  @Override
  public int decidedBy() {
    return decidedBy;
  }

  @Override
  public long rulePackets(int rule) {
    return rulePackets[rule];
  }

  @Override
  public long ruleBytes(int rule) {
    return ruleBytes[rule];
  }

  @Override
  public long policyPackets(int policy) {
    return policyPackets[policy];
  }

  @Override
  public long policyBytes(int policy) {
    return policyBytes[policy];
  }

  @Override
  public void setCounters(
      long[] newRulePackets, long[] newRuleBytes, long[] newPolicyPackets, long[] newPolicyBytes) {
    System.arraycopy(newRulePackets, 0, rulePackets, 0, rulePackets.length);
    System.arraycopy(newRuleBytes, 0, ruleBytes, 0, ruleBytes.length);
    System.arraycopy(newPolicyPackets, 0, policyPackets, 0, policyPackets.length);
    System.arraycopy(newPolicyBytes, 0, policyBytes, 0, policyBytes.length);
  }

  @Override
  public MatchContext matchContext() {
    return asked;
  }
}

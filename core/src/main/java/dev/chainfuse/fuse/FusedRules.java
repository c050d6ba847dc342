package dev.chainfuse.fuse;

import dev.chainfuse.packet.Field;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.RuleNumbers;
import dev.chainfuse.rules.TableName;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The compiled rules of a host: segments over classifiers, and what happens where a rule matches.
 * Immutable, shared freely between threads. Made by {@link ChainFuser}, walked by {@link
 * FusedEvaluator}.
 */
public final class FusedRules {
  private static final int HOOKS = Hook.values().length;
  static final int ENTRIES = TableName.values().length * HOOKS;

  /**
   * Where each hook of each table starts, by {@link #entry}.
   *
   * @param chain the built-in chain; -1 if the table is not loaded
   * @param policy number of its policy
   * @param verdict what the policy says
   */
  record Entries(int[] chain, int[] policy, int[] verdict) {}

  /**
   * The chains of all tables.
   *
   * @param segment the first segment; -1 of an empty chain
   * @param interpreted the segment that interprets the chain
   * @param depth the most jumps that are open at once
   */
  record Chains(int[] segment, int[] interpreted, int depth) {}

  final Entries entries;
  final Chains chains;
  final SegmentArrays segments;
  final RuleArrays rules;
  final HostFacts host;
  final Tracing tracing;
  private final RuleNumbers numbers;
  private final List<SegmentStatistics> statistics;
  private final Set<Field> perPacketFields;
  private final Map<Field, char[]> classTables = new EnumMap<>(Field.class);
  private final long memoryBytes;

  FusedRules(
      Entries entries,
      Chains chains,
      SegmentArrays segments,
      RuleArrays rules,
      HostFacts host,
      Tracing tracing,
      RuleNumbers numbers,
      List<SegmentStatistics> statistics,
      ClassTables read) {
    this.entries = entries;
    this.chains = chains;
    this.segments = segments;
    this.rules = rules;
    this.host = host;
    this.tracing = tracing;
    this.numbers = numbers;
    this.statistics = List.copyOf(statistics);
    this.perPacketFields = PerPacket.of(read.fields());
    long bytes = segments.memoryBytes() + rules.memoryBytes() + 8L * chains.segment.length;
    for (Field field : ClassTables.CLASSED) {
      char[] classes = read.classes(field);
      classTables.put(field, classes);
      bytes += 2L * classes.length;
    }
    this.memoryBytes = bytes;
  }

  static int entry(TableName table, Hook hook) {
    return table.ordinal() * HOOKS + hook.ordinal();
  }

  /** The numbers of its rules and policies. */
  public RuleNumbers numbers() {
    return numbers;
  }

  /** What each segment became, table by table, chain by chain. */
  public List<SegmentStatistics> segments() {
    return statistics;
  }

  /** The size of all arrays in bytes, without the rule objects that they were made from. */
  public long memoryBytes() {
    return memoryBytes;
  }

  /**
   * The fields that some rule of the host reads and that may differ between packets of one
   * direction of one flow: what a flow cache has to compare, or to see change.
   */
  public Set<Field> perPacketFields() {
    return perPacketFields;
  }

  /**
   * The class of each value of LENGTH, TTL, TOS or TCP_FLAGS: two values of equal class are not
   * told apart by any rule, be it before or after TTL has been lowered by one. All classes are 0 if
   * no rule reads the field. To be read only.
   *
   * @throws IllegalArgumentException of another field
   */
  public char[] classTable(Field field) {
    char[] classes = classTables.get(field);
    if (classes == null) {
      throw new IllegalArgumentException("no classes of " + field);
    }
    return classes;
  }
}

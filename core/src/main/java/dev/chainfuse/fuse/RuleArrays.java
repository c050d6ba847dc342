package dev.chainfuse.fuse;

import dev.chainfuse.rules.HeaderMatch;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.Target;

/**
 * What happens where a rule's formula holds, by rule number.
 *
 * @param action one of the constants
 * @param toChain the chain of a jump or goto
 * @param writes the fields that the target may change, as {@link FieldMask}
 * @param everyPacket whether the target's effect must not be left out
 * @param askFrom see {@link CompiledRule#askFrom}
 * @param stateful whether an answer holds for this packet only
 * @param headers header matches, for rules that are interpreted
 * @param matches matches, likewise
 * @param targets targets
 */
record RuleArrays(
    byte[] action,
    int[] toChain,
    long[] writes,
    boolean[] everyPacket,
    int[] askFrom,
    boolean[] stateful,
    HeaderMatch[] headers,
    Match[][] matches,
    Target[] targets) {
  static final byte CONTINUE = 0;
  static final byte ACCEPT = 1;
  static final byte DROP = 2;
  static final byte RETURN = 3;
  static final byte JUMP = 4;
  static final byte GOTO = 5;
  static final byte APPLY = 6;

  static RuleArrays of(int rules) {
    return new RuleArrays(
        new byte[rules],
        new int[rules],
        new long[rules],
        new boolean[rules],
        new int[rules],
        new boolean[rules],
        new HeaderMatch[rules],
        new Match[rules][],
        new Target[rules]);
  }

  void set(int number, CompiledRule compiled) {
    Target target = compiled.target();
    action[number] =
        switch (target.kind()) {
          case NONE -> CONTINUE;
          case ACCEPT -> ACCEPT;
          case DROP -> DROP;
          case RETURN -> RETURN;
          case JUMP -> JUMP;
          case GOTO -> GOTO;
          case EXTENSION -> APPLY;
        };
    writes[number] = FieldMask.of(target.writes());
    everyPacket[number] = target.everyPacket();
    askFrom[number] = compiled.askFrom();
    stateful[number] = compiled.stateful();
    headers[number] = compiled.rule().header();
    matches[number] = compiled.rule().matches().toArray(new Match[0]);
    targets[number] = target;
  }

  long memoryBytes() {
    return action.length * (1L + 4 + 8 + 1 + 4 + 1 + 3 * 4);
  }
}

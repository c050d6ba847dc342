package dev.chainfuse.classify;

import java.util.Arrays;

/**
 * Distinct hit lists in flat arrays: list n is {@code rules[start[n]]} to {@code rules[start[n +
 * 1]]}, exclusive.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record HitLists(int[] start, int[] rules) {
  int[] rulesOf(int list) {
    return Arrays.copyOfRange(rules, start[list], start[list + 1]);
  }

  /** For each list its first rule, or -1 if it is empty. */
  int[] firstRules() {
    int[] first = new int[start.length - 1];
    for (int list = 0; list < first.length; list++) {
      first[list] = start[list] == start[list + 1] ? -1 : rules[start[list]];
    }
    return first;
  }
}

package dev.chainfuse.rules.match;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.RuleSyntaxException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Matches are read, saved and listed as iptables 1.8.9 does: the tables in the test resources. */
class MatchTextTest {
  static Stream<String> modules() {
    return MatchModules.ALL.stream().map(MatchModule::name);
  }

  @ParameterizedTest
  @MethodSource("modules")
  void readsSavesAndListsAsIptables(String name) {
    assertAll(RuleTable.of(name).stream().map(MatchTextTest::check));
  }

  private static Executable check(RuleTable.Row row) {
    return () -> {
      if (row.refused()) {
        RuleSyntaxException e =
            assertThrows(
                RuleSyntaxException.class, () -> RuleText.read(row.options()), row.options());
        assertFalse(String.valueOf(e.getMessage()).isEmpty());
        return;
      }
      RuleText rule = RuleText.read(row.options());
      assertEquals(row.saved(), rule.saved(), row.options());
      assertEquals(row.listed(), rule.listed(), row.options());
    };
  }

  /** Saving forgets what iptables forgets, and nothing more. */
  @ParameterizedTest
  @MethodSource("modules")
  void savedTextReadsToTheSameText(String name) {
    assertAll(
        RuleTable.of(name).stream()
            .filter(row -> !row.refused() && !row.lossy())
            .map(
                row ->
                    () ->
                        assertEquals(
                            row.saved(), RuleText.read(row.saved()).saved(), row.saved())));
  }

  @Test
  void everyTableHasRowsOfBothKinds() {
    for (MatchModule module : MatchModules.ALL) {
      List<RuleTable.Row> rows = RuleTable.of(module.name());
      assertFalse(rows.stream().allMatch(RuleTable.Row::refused), module.name());
      assertFalse(rows.stream().noneMatch(RuleTable.Row::refused), module.name());
    }
  }

  @Test
  void physdevOutIsRefusedWhereTheExitIsNotKnown() {
    Set<Hook> output = Set.of(Hook.OUTPUT);
    for (String options :
        List.of(
            "-m physdev --physdev-out lo",
            "-m physdev --physdev-is-out",
            "-m physdev --physdev-is-out ! --physdev-is-bridged")) {
      assertThrows(RuleSyntaxException.class, () -> RuleText.read(options, output), options);
      RuleText.read(options, Set.of(Hook.INPUT));
    }
    RuleText.read("-m physdev --physdev-is-in", output);
    RuleText.read("-m physdev --physdev-is-out --physdev-is-bridged", output);
  }

  @Test
  void addrtypeLimitIsRefusedWhereThereIsNoSuchInterface() {
    String in = "-m addrtype --dst-type LOCAL --limit-iface-in";
    String out = "-m addrtype --dst-type LOCAL --limit-iface-out";
    for (Hook hook : List.of(Hook.OUTPUT, Hook.POSTROUTING)) {
      assertThrows(RuleSyntaxException.class, () -> RuleText.read(in, Set.of(hook)));
      RuleText.read(out, Set.of(hook));
    }
    for (Hook hook : List.of(Hook.PREROUTING, Hook.INPUT)) {
      assertThrows(RuleSyntaxException.class, () -> RuleText.read(out, Set.of(hook)));
      RuleText.read(in, Set.of(hook));
    }
  }
}

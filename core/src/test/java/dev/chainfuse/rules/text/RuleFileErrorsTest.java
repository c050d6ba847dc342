package dev.chainfuse.rules.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What is refused is refused with its place, what is wrong and what to do; all at once. */
class RuleFileErrorsTest {
  private static List<Problem> problems(String text) {
    return assertThrows(RuleFileException.class, () -> RuleReader.read("rules.v4", text))
        .problems();
  }

  private static String filter(String... lines) {
    return "*filter\n:U - [0:0]\n" + String.join("\n", lines) + "\nCOMMIT\n";
  }

  @Test
  void theMessageShowsPlaceTextCaretAndMend() {
    assertEquals(
        """
        rules.v4:3:15: unknown match 'comentt'
            -A INPUT -m   comentt
                          ^
            did you mean 'comment'?""",
        problems(filter("-A INPUT -m   comentt")).get(0).toString());
  }

  @Test
  void severalErrorsInOneGo() {
    List<Problem> problems =
        problems(filter("-A INPUT -s 10.0.0.300", "-A INPUT -j ACCEPT", "-A NOWHERE", "-A U -z"));
    assertEquals(List.of(3, 5, 6), problems.stream().map(Problem::line).toList());
    assertEquals(List.of(13, 4, 6), problems.stream().map(Problem::column).toList());
  }

  @Test
  void hostNamesAreNotLookedUp() {
    Problem problem = problems(filter("-A INPUT -s www.example.net -j DROP")).get(0);
    assertEquals("'www.example.net' is not an IPv4 address", problem.problem());
    assertTrue(problem.mend().startsWith("host names are not looked up"), problem.mend());
  }

  @Test
  void tableNamesAreLowerCase() {
    Problem problem = problems("*NAT\n-A FOO -j BAR\nCOMMIT\n").get(0);
    assertEquals("there is no table 'NAT': names of tables are lower-case", problem.problem());
    assertEquals("write nat", problem.mend());
  }

  @Test
  void loopsAndForbiddenHooksAreFoundAtTheirRule() {
    List<Problem> loop = problems(filter(":V - [0:0]", "-A INPUT -j U", "-A U -j V", "-A V -g U"));
    assertEquals(List.of(6), loop.stream().map(Problem::line).toList());
    String nat =
        "*nat\n:U - [0:0]\n-A POSTROUTING -j U\n-A U -j DNAT --to-destination 1.1.1.1\nCOMMIT\n";
    Problem hook = problems(nat).get(0);
    assertEquals(4, hook.line());
    assertEquals(9, hook.column());
    assertEquals("target DNAT cannot be reached from POSTROUTING", hook.problem());
  }

  @Test
  void whatIptablesHasAndWeNotIsNamed() {
    assertEquals(
        "match 'osf' is not supported yet",
        problems(filter("-A U -p tcp -m osf --genre Linux")).get(0).problem());
    assertEquals(
        "target 'CLUSTERIP' is not supported yet",
        problems(filter("-A U -j CLUSTERIP --x 1")).get(0).problem());
  }

  @Test
  void lenientlySkipsAndLists() {
    ReadResult result =
        RuleReader.readLeniently(
            "t",
            filter(
                "-A INPUT -p tcp -m osf --genre Linux",
                "-A INPUT -j U",
                "-A U -j U",
                "-A U -j DROP"));
    assertEquals(List.of(3, 5), result.skipped().stream().map(Problem::line).toList());
    assertTrue(SaveWriter.PLAIN.write(result.rules()).contains("-A INPUT -j U\n-A U -j DROP\n"));
  }

  @Test
  void negationMayStandBehindItsOption() {
    ReadResult result = RuleReader.read("t", filter("-A U -s ! 10.0.0.0/8 -p tcp --dport ! 22"));
    assertTrue(
        SaveWriter.PLAIN
            .write(result.rules())
            .contains("-A U ! -s 10.0.0.0/8 -p tcp -m tcp ! --dport 22\n"));
  }

  @Test
  void rulesForIpv6AreLeftOutAndListed() {
    ReadResult result = RuleReader.read("t", filter("-A U -6 -j ACCEPT"));
    assertEquals("the rule is for IPv6", result.skipped().get(0).problem());
  }

  @Test
  void whatEndsTooEarlyOrIsNoRuleFile() {
    assertEquals("the table is not committed", problems("*filter\n").get(0).problem());
    assertEquals("the line is in no table", problems("hello\n").get(0).problem());
    assertEquals(
        "the quote is not closed",
        problems(filter("-A U -m comment --comment \"x")).get(0).problem());
    assertEquals(
        "the line ends with a carriage return", problems("*filter\r\nCOMMIT\r\n").get(0).problem());
  }

  @Test
  void aDeepChainOfJumpsIsNoLoopAndNoStackOverflow() {
    StringBuilder text = new StringBuilder("*filter\n");
    for (int i = 0; i <= 20_000; i++) {
      text.append(":U").append(i).append(" - [0:0]\n");
    }
    text.append("-A INPUT -j U0\n");
    for (int i = 0; i < 20_000; i++) {
      text.append("-A U").append(i).append(" -j U").append(i + 1).append('\n');
    }
    ReadResult result = RuleReader.read("t", text + "COMMIT\n");
    assertEquals(20_004, result.rules().tables().get(0).chains().size());
  }
}

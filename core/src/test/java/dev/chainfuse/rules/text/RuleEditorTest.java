package dev.chainfuse.rules.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.rules.RuleSet;
import org.junit.jupiter.api.Test;

/** Commands edit rules as iptables does. */
class RuleEditorTest {
  private static final RuleSet RULES =
      RuleReader.read(
              "t",
              """
              *filter
              :FORWARD DROP [5:300]
              :DOCKER-USER - [0:0]
              [7:420] -A FORWARD -j DOCKER-USER
              -A DOCKER-USER -j RETURN
              COMMIT
              """)
          .rules();

  private static String after(String... commands) {
    RuleSet rules = RULES;
    for (String command : commands) {
      rules = RuleEditor.apply(rules, command);
    }
    return String.join(
        "\n", SaveWriter.PLAIN.write(rules).lines().filter(line -> line.startsWith("-A")).toList());
  }

  private static String refusal(String command) {
    return assertThrows(RuleFileException.class, () -> RuleEditor.apply(RULES, command))
        .problems()
        .get(0)
        .problem();
  }

  @Test
  void insertAppendReplaceDelete() {
    assertEquals(
        """
        -A FORWARD -j DOCKER-USER
        -A DOCKER-USER ! -s 192.0.2.0/24 -i eno1 -m comment --comment "only us" -j DROP
        -A DOCKER-USER -j RETURN""",
        after(
            "iptables -I DOCKER-USER -i eno1 ! -s 192.0.2.0/24 -m comment --comment 'only us' -j DROP"));
    assertEquals(
        "-A DOCKER-USER -s 192.0.2.1/32 -j ACCEPT",
        after(
            "iptables -D FORWARD 1",
            "iptables -A DOCKER-USER -j DROP",
            "iptables -R DOCKER-USER 2 -s 192.0.2.1 -j ACCEPT",
            "/usr/sbin/iptables -D DOCKER-USER -j RETURN"));
  }

  @Test
  void aTableThatIsNotLoadedIsLoaded() {
    RuleSet rules = RuleEditor.apply(RULES, "iptables -w -t nat -A POSTROUTING -j MASQUERADE");
    assertEquals(2, rules.tables().size());
  }

  @Test
  void chainsAreMadeRenamedFlushedRemoved() {
    assertEquals("-A FORWARD -j MINE\n-A MINE -j RETURN", after("iptables -E DOCKER-USER MINE"));
    assertEquals("", after("iptables -F", "iptables -X DOCKER-USER", "iptables -N OTHER"));
  }

  @Test
  void policyAndCounters() {
    RuleSet rules = RuleEditor.apply(RULES, "iptables -Z");
    String saved = new SaveWriter(true, CounterSource.LOADED, "").write(rules);
    assertTrue(saved.contains(":FORWARD DROP [0:0]\n"));
    assertTrue(saved.contains("[0:0] -A FORWARD -j DOCKER-USER\n"));
    String accepted = SaveWriter.PLAIN.write(RuleEditor.apply(RULES, "iptables -P FORWARD ACCEPT"));
    assertTrue(accepted.contains(":FORWARD ACCEPT [0:0]\n"));
  }

  @Test
  void refusals() {
    assertEquals("chain DOCKER-USER has 1 rules, not 2", refusal("iptables -D DOCKER-USER 2"));
    assertEquals(
        "chain FORWARD has no such rule: -A FORWARD -j DROP",
        refusal("iptables -C FORWARD -j DROP"));
    assertEquals(
        "chain DOCKER-USER cannot go: it has rules: flush it first, with -F",
        refusal("iptables -X DOCKER-USER"));
    assertEquals(
        "the jump to DOCKER-USER makes a loop", refusal("iptables -I DOCKER-USER -j DOCKER-USER"));
    assertEquals("the command is not iptables", refusal("rm -rf x"));
    assertEquals("'|' is for a shell", refusal("iptables -L | cat"));
    assertEquals("-L only prints", refusal("iptables -L"));
  }
}

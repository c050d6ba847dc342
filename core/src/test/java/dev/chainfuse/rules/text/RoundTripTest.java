package dev.chainfuse.rules.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.rules.Counters;
import dev.chainfuse.rules.Policy;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.Table;
import dev.chainfuse.rules.TableName;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What is read is written again byte for byte. The texts: Docker 29's rules with a published port,
 * recorded with {@code iptables-save -c}; rules of kube-proxy's form, as saved and as handed to
 * iptables-restore; the rules and the nat listing of a blog article.
 */
class RoundTripTest {
  @Test
  void dockersRulesWithCounters() throws IOException {
    String text = TestTexts.read("docker-29-publish.v4");
    boolean counters = text.contains("] -A");
    SaveWriter writer = new SaveWriter(counters, CounterSource.LOADED, "");
    assertEquals(
        text.replaceAll("(?m)^#.*\n", ""), writer.write(RuleReader.read("t", text).rules()));
  }

  @Test
  void kubeProxysRulesAsSavedAndAsHandedOver() throws IOException {
    String saved = TestTexts.read("kube-proxy.v4");
    assertEquals(saved, SaveWriter.PLAIN.write(RuleReader.read("t", saved).rules()));
    RuleSet handedOver = RuleReader.read("t", TestTexts.read("kube-proxy.restore")).rules();
    assertEquals(tableText(saved, "nat"), tableText(SaveWriter.PLAIN.write(handedOver), "nat"));
  }

  private static String tableText(String text, String table) {
    int start = text.indexOf("*" + table);
    return text.substring(start, text.indexOf("COMMIT", start));
  }

  @Test
  void notesBetweenRulesAreNoRules() throws IOException {
    String text = TestTexts.read("article-iptables.rules");
    RuleSet rules = RuleReader.read("t", text).rules();
    assertEquals(text.replaceAll("(?m)^#.*\n", ""), SaveWriter.PLAIN.write(rules));
    Table nat = rules.tables().get(0);
    assertEquals(13, nat.chains().get(0).rules().get(0).position().line());
    assertEquals(new Counters(4, 272), nat.chains().get(2).counters());
  }

  @Test
  void theArticlesListingComesBackWithTheChainsItLacks() throws IOException {
    String text = TestTexts.read("article-nat-listing.txt");
    ReadResult result = ListingReader.read("t", text, TableName.NAT);
    ListingWriter writer =
        new ListingWriter(CounterSource.LOADED, false, false, ListingWriter.Dialect.PROTOCOL_NAMES);
    String again = writer.write(result.rules(), TableName.NAT);
    assertTrue(again.startsWith(text), again);
    List<String> notes = result.notes().stream().map(Problem::problem).toList();
    assertTrue(notes.contains("chain PREROUTING_direct is not listed, and taken as empty"));
    assertTrue(notes.contains("10 counters are rounded"), notes::toString);
  }

  @Test
  void countersInFrontOfRulesAndPolicies() {
    String text =
        """
        *filter
        :INPUT DROP [18446744073709551615:7]
        :FORWARD ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        [12:3456] -A INPUT -i lo -j ACCEPT
        COMMIT
        """;
    RuleSet rules = RuleReader.read("t", text).rules();
    assertEquals(text, new SaveWriter(true, CounterSource.LOADED, "").write(rules));
  }

  @Test
  void missingBuiltInChainsAreThereWithPolicyAccept() {
    Table table =
        RuleReader.read("t", "* nat\n:Z - [0:0]\n:A - [0:0]\nCOMMIT\n").rules().tables().get(0);
    assertEquals(
        List.of("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING", "A", "Z"),
        table.chains().stream().map(chain -> chain.name()).toList());
    assertEquals(Policy.ACCEPT, table.chains().get(0).policy());
  }

  @Test
  void aHundredThousandRulesPutOnTopOneByOne() {
    StringBuilder text = new StringBuilder("*filter\n");
    for (int i = 0; i < 100_000; i++) {
      text.append("-I INPUT -s 10.0.")
          .append(i >> 8 & 255)
          .append('.')
          .append(i & 255)
          .append('\n');
    }
    RuleSet rules = RuleReader.read("t", text.append("COMMIT\n")).rules();
    assertEquals(100_000, rules.tables().get(0).chains().get(0).rules().size());
    assertEquals(100_001, rules.tables().get(0).chains().get(0).rules().get(0).position().line());
  }
}

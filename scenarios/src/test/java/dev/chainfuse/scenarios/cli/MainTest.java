package dev.chainfuse.scenarios.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.scenarios.scenario.BuiltIn;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

class MainTest {
  private static final String ARTICLE = BuiltIn.host("article").toString();

  @TempDir Path directory;

  private record Result(int code, String out, String err) {}

  private static Result run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    int code = line.execute(args);
    return new Result(code, out.toString(), err.toString());
  }

  @Test
  void aRunPrintsWhoReachedWhomAndWhichRulesDroppedWhom() {
    Result result = run("run", "allow-as-written", "--duration", "500ms");
    assertEquals(0, result.code, result.err + result.out);
    assertTrue(result.out.contains("Who reached whom"), result.out);
    assertTrue(
        result.out.contains("-A DOCKER-USER ! -s 192.168.1.1/32 -i docker0 -j DROP"), result.out);
    assertTrue(result.out.contains("all 6 expectations were met"), result.out);
    assertTrue(
        result
            .out
            .lines()
            .anyMatch(
                line ->
                    line.matches(
                        "  client1 +192.168.252.130 +published page +reached 2/2 +failed 0/2 +reached 2/2")),
        result.out);
    assertTrue(result.out.contains("means of batches, nanoseconds per packet"), result.out);
    assertTrue(result.out.contains("not modelled 0"), result.out);
  }

  @Test
  void setsAreShownAsTheyWereSaved() throws IOException {
    String saved =
        """
        create bad hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
        add bad 203.0.113.9
        add bad 192.0.2.1
        """;
    Files.writeString(directory.resolve("ipset.save"), saved);
    Files.writeString(
        directory.resolve("rules.v4"),
        "*filter\n-A INPUT -m set --match-set bad src -j DROP\nCOMMIT\n");
    Result shown = run("show", "sets", "--host", directory.toString());
    assertEquals(0, shown.code, shown.err);
    assertEquals(saved, shown.out);
    assertTrue(shown.err.startsWith("bad: hash:ip, 2 entries, "), shown.err);
    assertTrue(shown.err.strip().endsWith("bytes an entry"), shown.err);
    String add = "iptables -A INPUT -j SET --add-set %s src";
    String host = directory.toString();
    assertEquals(
        0, run("show", "rules", "--host", host, "--apply", String.format(add, "bad")).code);
    Result refused = run("show", "rules", "--host", host, "--apply", String.format(add, "worse"));
    assertEquals(2, refused.code);
    assertTrue(refused.err.contains("Set worse doesn't exist."), refused.err);
  }

  @Test
  void unmetExpectationsGiveExitCode1() {
    Result result =
        run(
            "run",
            "article",
            "--duration",
            "300ms",
            "--apply",
            "iptables -P FORWARD DROP",
            "--apply",
            "iptables -F FORWARD");
    assertEquals(1, result.code, result.err);
    assertTrue(
        result.out.contains("NOT MET: client1 reaches 192.168.252.130 by 'published page'"),
        result.out);
    assertTrue(result.out.contains("no answer, dropped by filter FORWARD policy"), result.out);
  }

  @Test
  void badUsageAndBadInputGiveExitCode2AndOneClearMessage() {
    assertError(
        "error: no file and no built-in scenario 'artcle'; did you mean 'article'?\n",
        "run",
        "artcle");
    assertError(
        "error: --duration: '3x' is not a duration such as 10s, 250ms or 50us\n",
        "run",
        "article",
        "--duration",
        "3x");
    assertError(
        "error: say which host: --host DIR\nSee 'chainfuse show --help'.\n", "show", "bridges");
    assertError(
        "error: --packet: unknown word 'dprt=80'; did you mean 'dport'?\n",
        "explain",
        "--host",
        ARTICLE,
        "--packet",
        "src=1.2.3.4 dst=1.2.3.5 dprt=80");
    assertError(
        """
        error: --apply: command:1:13: there is no chain 'DOCKERUSER' in table filter
            iptables -I DOCKERUSER -j DROP
                        ^
            did you mean 'DOCKER-USER'?
        """,
        "run",
        "article",
        "--apply",
        "iptables -I DOCKERUSER -j DROP");
    assertError(
        """
        error: say what to do: run, replay, explain, show, scenarios, new or differential
        See 'chainfuse --help'.
        """);
  }

  private static void assertError(String message, String... args) {
    Result result = run(args);
    assertEquals(2, result.code);
    assertEquals(message, result.err.replace("\r", ""));
    assertEquals("", result.out);
  }

  @Test
  void everyCommandTeachesByExamples() {
    assertTrue(run("--help").out.contains("chainfuse run article"));
    for (String command : Main.commandLine().getSubcommands().keySet().toArray(String[]::new)) {
      Result help = run(command, "--help");
      assertEquals(0, help.code);
      assertTrue(help.out.contains("Example"), command);
      assertTrue(help.out.contains("  chainfuse " + command), command);
    }
  }

  @Test
  void aRunLeavesFilesThatShowReads() throws IOException {
    Path out = directory.resolve("results");
    Result result = run("run", "article", "--duration", "1s", "--out", out.toString());
    assertEquals(0, result.code, result.err);
    for (String file :
        new String[] {
          "verdicts.jsonl",
          "counters.v4",
          "conntrack.txt",
          "report.json",
          "report.html",
          "latency.hgrm",
          "egress-eno1.pcap",
          "egress-eth1.pcap"
        }) {
      assertTrue(Files.exists(out.resolve(file)), file);
    }
    String run = out.toString();
    assertTrue(run("show", "conntrack", "--run", run).out.contains("tcp      6 "));
    assertTrue(run("show", "rules", "--run", run).out.contains("] -A FORWARD -j DOCKER-USER"));
    assertTrue(
        run("show", "rules", "--list", "-t", "nat", "--run", run)
            .out
            .startsWith("Chain PREROUTING (policy ACCEPT "));
    String interfaces = run("show", "interfaces", "--host", ARTICLE, "--run", run).out;
    assertTrue(interfaces.contains("docker0: flags=4163"), interfaces);
    long idle = interfaces.lines().filter(line -> line.contains("RX packets 0 ")).count();
    assertEquals(5, idle, "lo, eth1, oray_vnc, virbr0-nic and vnet1 got nothing");
    String page = Files.readString(out.resolve("report.html"));
    assertTrue(page.contains("uPlot"), "the chart's script is inside");
    assertFalse(page.contains("src=\"http"), "nothing is loaded from the network");
  }

  @Test
  void explainNamesFileAndLineOfTheDecidingRule() {
    Result result =
        run(
            "explain",
            "--host",
            ARTICLE,
            "--packet",
            "in=eno1 src=203.0.113.9 dst=192.168.252.130 proto=tcp dport=8080 flags=SYN");
    assertEquals(0, result.code, result.err);
    assertTrue(result.out.contains("nat DOCKER rule 2 (rules.v4:59)"), result.out);
    assertTrue(result.out.contains("203.0.113.9:40000 > 192.168.0.3:80"), result.out);
  }

  @Test
  void jsonIsForMachines() {
    Result result = run("run", "two-bridges", "--duration", "1s", "--json");
    assertEquals(0, result.code, result.err);
    assertTrue(result.out.startsWith("[ {"), result.out);
    assertTrue(result.out.contains("\"percentilesOfBatchMeans\""), result.out);
  }
}

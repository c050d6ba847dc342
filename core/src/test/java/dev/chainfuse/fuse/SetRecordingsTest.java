package dev.chainfuse.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.reference.RuleInterpreter;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.RuleEvaluator;
import dev.chainfuse.rules.RuleNumbers;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.text.RuleReader;
import dev.chainfuse.rules.text.SaveWriter;
import dev.chainfuse.rules.text.SetReader;
import dev.chainfuse.rules.text.SetWriter;
import dev.chainfuse.stateful.SavedSets;
import dev.chainfuse.stateful.SetRegistry;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Recordings of Linux 6.18 with ipset 7.17: packets that a program of the host sent through
 * mangle's OUTPUT chain, what every rule counted, and what the sets held afterwards. {@code
 * -Dsets.recordings=DIR} takes more of them.
 */
class SetRecordingsTest {
  private static final Pattern COUNTED = Pattern.compile("\\[(\\d+):(\\d+)\\] -A .*");
  private static final Pattern TIMEOUT = Pattern.compile("^(add .* timeout )(\\d+)(.*)$");
  private static final int NO_TIMEOUT = -1;

  @TestFactory
  Stream<DynamicTest> countsAndSetsAreTheKernels() throws IOException, URISyntaxException {
    URL stored = Objects.requireNonNull(SetRecordingsTest.class.getResource("sets"));
    List<Path> all = new ArrayList<>(cases(Path.of(stored.toURI())));
    String more = System.getProperty("sets.recordings");
    if (more != null) {
      all.addAll(cases(Path.of(more)));
    }
    assertTrue(all.size() > 3);
    return all.stream()
        .flatMap(
            path ->
                Stream.of(false, true)
                    .map(
                        fused ->
                            DynamicTest.dynamicTest(
                                path.getFileName() + (fused ? " fused" : " reference"),
                                () -> replay(path, fused))));
  }

  private static List<Path> cases(Path directory) throws IOException {
    try (Stream<Path> paths = Files.list(directory)) {
      return paths.filter(path -> Files.exists(path.resolve("end.txt"))).sorted().toList();
    }
  }

  private static void replay(Path path, boolean fused) throws IOException {
    SavedSets saved = SetReader.read(path.resolve("ipset.save"));
    assertEquals(
        Files.readString(path.resolve("ipset.save")), written(saved.open(0), 0), "comes back");
    RuleSet rules = RuleReader.read(path.resolve("rules.v4")).rules();
    assertEquals(
        rulesOf(Files.readString(path.resolve("rules.v4"))),
        rulesOf(SaveWriter.PLAIN.write(rules)),
        "comes back");
    TestHost host = new TestHost();
    RuleEvaluator evaluator =
        fused
            ? new FusedEvaluator(ChainFuser.compile(rules, host), 1)
            : new RuleInterpreter(rules, host, 1);
    SetRegistry sets = saved.open(0);
    evaluator.useSets(sets);
    TestContext context = new TestContext();
    context.sets = sets;
    context.hook = Hook.OUTPUT;
    for (String line : Files.readAllLines(path.resolve("packets.txt"))) {
      int blank = line.indexOf(' ');
      context.skb = packet(line.substring(blank + 1), Long.parseLong(line.substring(0, blank)));
      evaluator.run(TableName.MANGLE, context);
    }
    assertSame(
        counted(Files.readString(path.resolve("counters.v4"))),
        counted(written(rules, evaluator)),
        path.toString());
    long end = Long.parseLong(Files.readString(path.resolve("end.txt")).strip());
    compare(Files.readString(path.resolve("ipset.after")), written(sets, end), path.toString());
  }

  private static Skb packet(String hex, long nanos) {
    byte[] ip = HexFormat.of().parseHex(hex);
    Skb skb = new Skb();
    skb.data = new byte[Ipv4.ETHERNET_HEADER + ip.length];
    System.arraycopy(ip, 0, skb.data, Ipv4.ETHERNET_HEADER, ip.length);
    // The kernel fills in the total length of what a raw socket sends.
    Bytes.putShort(skb.data, Ipv4.ETHERNET_HEADER + Ipv4.TOTAL_LENGTH, ip.length);
    skb.frameLength = skb.data.length;
    skb.network = Ipv4.ETHERNET_HEADER;
    skb.local = true;
    skb.timeNanos = nanos;
    skb.parse();
    return skb;
  }

  private static String written(SetRegistry sets, long nanos) throws IOException {
    StringBuilder out = new StringBuilder();
    SetWriter.write(sets.all(), nanos, out);
    return out.toString();
  }

  private static String written(RuleSet rules, RuleEvaluator evaluator) {
    RuleNumbers numbers = new RuleNumbers(rules);
    StringBuilder out = new StringBuilder();
    int first = numbers.firstRule(TableName.MANGLE, "OUTPUT");
    List<String> text = rulesOf(SaveWriter.PLAIN.write(rules));
    for (int i = 0; i < text.size(); i++) {
      out.append('[').append(evaluator.rulePackets(first + i)).append(':');
      out.append(evaluator.ruleBytes(first + i)).append("] ").append(text.get(i)).append('\n');
    }
    return out.toString();
  }

  private static List<String> rulesOf(String text) {
    return text.lines().filter(line -> line.startsWith("-A")).toList();
  }

  private static List<String> counted(String text) {
    return text.lines().filter(line -> COUNTED.matcher(line).matches()).toList();
  }

  /** Compares line by line; the message has those that differ. */
  private static void assertSame(List<String> expected, List<String> actual, String message) {
    List<String> missing = new ArrayList<>(expected);
    actual.forEach(missing::remove);
    List<String> added = new ArrayList<>(actual);
    expected.forEach(added::remove);
    assertEquals(String.join("\n", missing), String.join("\n", added), message);
    assertEquals(expected.size(), actual.size(), message);
  }

  /** The kernel prints in the order of a hash; time-outs may differ by a second. */
  private static void compare(String kernel, String ours, String message) {
    List<String> expected = kernel.lines().map(SetRecordingsTest::withoutTime).sorted().toList();
    List<String> actual = ours.lines().map(SetRecordingsTest::withoutTime).sorted().toList();
    assertSame(expected, actual, message);
    for (String line : kernel.lines().toList()) {
      int left = timeout(line);
      String same = withoutTime(line);
      assertTrue(
          ours.lines()
              .anyMatch(l -> withoutTime(l).equals(same) && Math.abs(timeout(l) - left) <= 1),
          () -> message + ": " + line);
    }
  }

  private static String withoutTime(String line) {
    return TIMEOUT.matcher(line).replaceFirst("$1$3");
  }

  private static int timeout(String line) {
    Matcher matcher = TIMEOUT.matcher(line);
    return matcher.matches() ? Integer.parseInt(matcher.group(2)) : NO_TIMEOUT;
  }
}

package dev.chainfuse.scenarios.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.Seeds;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.scenarios.InputException;
import dev.chainfuse.scenarios.traffic.Arrivals;
import dev.chainfuse.scenarios.traffic.LinkSpec;
import dev.chainfuse.scenarios.traffic.Sizes;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ScenarioReaderTest {
  private static final String GOOD =
      """
      host: somewhere
      duration: 250ms
      links:
        default: {rate: 10Gbit/s}
        eth0: {rate: unlimited, delay: 1ms, queue: 64KiB}
      stations:
        a: {on: eth0, address: 10.0.0.2/24, gateway: 10.0.0.1}
        b: {behind: a, address: 10.9.0.2, serves: [tcp 80, udp 53]}
      traffic:
        - name: web
          from: [a, b]
          to: b
          what: tcp 80
          arrivals: poisson 2.5/s
          request: uniform 80-100
          expect: reached
      expect:
        - {traffic: web, from: b, result: failed}
      variants:
        other:
          apply: [iptables -P FORWARD DROP]
          expect: [{traffic: web, result: failed}]
      """;

  @Test
  void aScenarioIsReadWhole() {
    Scenario scenario = ScenarioReader.parse(GOOD, "s.yaml", Path.of("/dir"));
    assertEquals(Path.of("/dir/somewhere"), scenario.host());
    assertEquals(250_000_000, scenario.durationNanos());
    assertEquals(10_000_000_000L, scenario.defaultLink().bitsPerSecond());
    assertEquals(Map.of("eth0", new LinkSpec(0, 1_000_000, 64 << 10)), scenario.links());
    assertEquals(List.of(80), scenario.stations().get(1).tcpPorts());
    Scenario.TrafficSpec web = scenario.traffic().get(0);
    assertEquals(Ipv4.parse("10.9.0.2"), web.to());
    assertEquals(new Arrivals(2.5, true), web.arrivals());
    assertEquals(new Sizes.Uniform(80, 100), web.request());
    assertEquals(
        List.of("all reach 'web'", "b fail to reach 'web'"),
        scenario.expectations().stream().map(Object::toString).toList());
    assertEquals(List.of("iptables -P FORWARD DROP"), scenario.variants().get(0).apply());
  }

  @Test
  void anUnknownKeyIsRefusedWithItsPlaceAndTheNearestKey() {
    assertError(
        GOOD.replace("duration:", "duraton:"),
        "s.yaml:2:1: unknown key 'duraton' in the scenario; did you mean 'duration'?");
    assertError(
        GOOD.replace("gateway:", "gatway:"),
        "s.yaml:7:39: unknown key 'gatway' in station 'a'; did you mean 'gateway'?");
  }

  @Test
  void wrongValuesAreRefusedWithTheirPlaceAndTheAcceptedForm() {
    assertError(
        GOOD.replace("250ms", "soon"),
        "s.yaml:2:11: duration: 'soon' is not a duration such as 10s, 250ms or 50us");
    assertError(
        GOOD.replace("10.0.0.2/24", "10.0.0.2000/24"),
        "s.yaml:7:26: address: '10.0.0.2000' is not an IPv4 address");
    assertError(
        GOOD.replace("[a, b]", "[a, c]"), "s.yaml:11:11: from: no station 'c'; did you mean 'a'?");
    assertError(
        GOOD.replace("uniform 80-100", "uniform 1-100"),
        "s.yaml:15:14: request: 'uniform 1-100' is not within 8 to 1073741824 bytes");
    assertError(
        GOOD.replace("expect: reached", "expect: perhaps"),
        "s.yaml:16:13: expect: 'perhaps' is neither reached nor failed");
  }

  @Test
  void allErrorsAreReportedAtOnce() {
    assertError(
        "seed: x\nstations: {a: {address: 1.2.3.4}}\ntraffic: 3\n",
        "s.yaml:1:1: the scenario needs the key 'host'",
        "s.yaml:2: station 'a' needs either 'on' (an interface) or 'behind' (a station)",
        "s.yaml:3:10: traffic must be a list; begin each item with '- '",
        "s.yaml:1: the scenario needs the key 'traffic' with at least one item",
        "s.yaml:1:7: seed: 'x' is not a whole number");
  }

  @Test
  void whatIsNotYamlIsRefusedWithItsPlace() {
    assertError("host: [a\n", "s.yaml:2:1: not YAML: expected ',' or ']', but got <stream end>");
    assertError("", "s.yaml: the file is empty; 'new NAME' writes one to start from");
    assertError("[".repeat(5_000), "s.yaml:1:33: more than 32 levels deep");
    assertError(GOOD + "seed: 1\nseed: 2\n", "s.yaml:24:1: key 'seed' comes twice");
  }

  @Test
  void damagedScenariosAreReadOrRefused() {
    Seeds.each(
        300,
        seed -> {
          SplittableRandom random = new SplittableRandom(seed);
          StringBuilder text = new StringBuilder(GOOD);
          for (int i = random.nextInt(1, 5); i > 0; i--) {
            int at = random.nextInt(text.length());
            text.setCharAt(at, ":-[]{}&*!|>'\"#%@`, \n\ta1".charAt(random.nextInt(23)));
          }
          try {
            ScenarioReader.parse(text.toString(), "s.yaml", Path.of("/dir"));
          } catch (InputException e) {
            assertTrue(String.valueOf(e.getMessage()).startsWith("s.yaml"), e.getMessage());
          }
        });
  }

  @Test
  void theBuiltInScenariosAreRead() {
    assertEquals(List.of("allow-as-written", "article", "two-bridges"), BuiltIn.names());
    BuiltIn.names().forEach(ScenarioReader::readBuiltIn);
  }

  private static void assertError(String text, String... lines) {
    InputException error =
        assertThrows(
            InputException.class, () -> ScenarioReader.parse(text, "s.yaml", Path.of("/dir")));
    assertEquals(String.join("\n", lines), error.getMessage());
  }
}

package dev.chainfuse.scenarios.cli;

import dev.chainfuse.scenarios.InputException;
import dev.chainfuse.scenarios.scenario.BuiltIn;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "new",
    mixinStandardHelpOptions = true,
    header = "Writes a scenario to start from: NAME.yaml, and its host in NAME-host.",
    footerHeading = "%nExample:%n",
    footer = {"  chainfuse new mine", "  chainfuse run mine.yaml"})
final class NewCommand implements Callable<Integer> {
  private static final String STARTER =
      """
      # A scenario: a host, stations around it, their traffic, and what is expected of it.
      # Run it: chainfuse run NAME.yaml
      name: NAME
      about: A client outside, a web server in a container, and a rule that decides.

      # Directory with rules.v4 (iptables-save), addr.json (ip -j -d addr), route.json
      # (ip -j route show table all), neigh.json, fdb.json, sysctl.conf; relative to this file.
      host: NAME-host

      # Commands that edit the host's rules first, in order.
      apply: []
      #  - iptables -I DOCKER-USER -i eno1 ! -s 192.168.1.1 -j DROP

      duration: 5s          # flows start until then
      seed: 1               # the same seed gives the same run

      links:                # by the host's interface; 'default' is for all others
        default: {rate: 10Gbit/s, delay: 20us}
        eno1: {rate: 1Gbit/s, delay: 200us, queue: 512KiB}

      stations:             # 'on' an interface of the host, or 'behind' another station
        router: {on: eno1, address: 192.168.252.1/24, gateway: 192.168.252.130}
        client1: {behind: router, address: 192.168.1.1}
        client2: {behind: router, address: 192.168.1.2}
        web: {on: veth5c0d7e1, address: 192.168.0.3/24, gateway: 192.168.0.1, serves: [tcp 80, udp 53]}

      traffic:              # what: tcp PORT, udp PORT or ping
        - name: published page
          from: [client1, client2]
          to: 192.168.252.130           # an address or a station
          what: tcp 8080
          arrivals: poisson 20/s        # or constant 20/s; never slowed by answers
          request: uniform 80-400       # bytes: 200, uniform 100-1400, exponential 3000
          response: exponential 3000
          expect: reached               # or failed; decides the exit code
        - name: ping the server
          from: client1
          to: web
          what: ping
          arrivals: 2/s
          flows: 5                      # at most so many from each station
          expect: reached

      # Runs with other rules, to be compared:
      # variants:
      #   only-client1:
      #     apply: [iptables -I DOCKER-USER -i eno1 ! -s 192.168.1.1 -j DROP]
      #     expect:
      #       - {traffic: published page, from: client2, result: failed}
      """;

  @Parameters(paramLabel = "NAME", description = "Letters, digits, '-', '_' and '.'.")
  String name = "";

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
      throw new InputException("'" + name + "' is not a name; use letters, digits, '-', '_', '.'");
    }
    Path file = Path.of(name + ".yaml");
    Path host = Path.of(name + "-host");
    try {
      Files.writeString(file, STARTER.replace("NAME", name), StandardOpenOption.CREATE_NEW);
      Files.createDirectory(host);
      try (Stream<Path> files = Files.list(BuiltIn.host("article"))) {
        for (Path from : files.sorted().toList()) {
          Files.copy(from, host.resolve(String.valueOf(from.getFileName())));
        }
      }
    } catch (FileAlreadyExistsException e) {
      throw new InputException(e.getMessage() + " exists already; choose another name", e);
    } catch (IOException e) {
      throw new InputException(e.getMessage() + ": cannot be written", e);
    }
    new Output(spec)
        .lines(List.of("wrote " + file + " and " + host, "run it: chainfuse run " + file));
    return Main.DONE;
  }
}

package dev.chainfuse.scenarios.differential;

import dev.chainfuse.scenarios.InputException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * This machine's kernel as a host, in a namespace of its own, which is gone when this is closed or
 * the process ends, however it ends. One thread.
 */
final class KernelHost implements AutoCloseable {
  private static final HexFormat HEX = HexFormat.of();

  /** A script's status and what it printed. */
  private record Printed(int status, String text) {}

  private final LabScripts.Backend backend;
  private final Process process;
  private final OutputStream commands;
  private final InputStream answers;
  private final Map<String, String> files;
  private boolean begun;

  /**
   * Builds the host.
   *
   * @param cpu which it keeps to
   * @param described the files of an equal host that was built before; null if there is none
   * @throws InputException if the kernel refuses it
   */
  KernelHost(
      LabTopology lab,
      LabScripts.Backend backend,
      int cpu,
      @Nullable Map<String, String> described) {
    this.backend = backend;
    try {
      Path program = KernelProgram.path();
      ProcessBuilder builder = new ProcessBuilder(program.toString(), Integer.toString(cpu));
      builder.redirectError(ProcessBuilder.Redirect.INHERIT);
      builder
          .environment()
          .put("XTABLES_LOCKFILE", program.resolveSibling("lock" + cpu).toString());
      process = builder.start();
    } catch (IOException e) {
      throw new InputException("cannot start the kernel's side: " + e.getMessage(), e);
    }
    commands = new BufferedOutputStream(process.getOutputStream(), 1 << 16);
    answers = new BufferedInputStream(process.getInputStream(), 1 << 16);
    boolean ready = false;
    try {
      require("far", LabScripts.cables(lab));
      command("PLAIN far");
      readLines();
      require("host", LabScripts.host(lab));
      command("PLAIN host");
      readLines();
      StringBuilder ports = new StringBuilder("PORTS");
      for (int i = 0; i < lab.ports().size(); i++) {
        ports.append(" p").append(i);
      }
      command(ports.toString());
      readLines();
      // A bridge takes a moment until its ports forward.
      require("host", lab.bridges().isEmpty() ? "true" : "sleep 0.03");
      files = described == null ? describe() : described;
      ready = true;
    } finally {
      if (!ready) {
        close();
      }
    }
  }

  /** The files of a host directory, by name, without rules. */
  Map<String, String> files() {
    return files;
  }

  private Map<String, String> describe() {
    Map<String, String> out = new LinkedHashMap<>();
    out.put("addr.json", require("host", "ip -j -d addr"));
    out.put("route.json", require("host", "ip -j route show table all"));
    out.put("rule.json", require("host", "ip -j rule"));
    out.put("neigh.json", require("host", "ip -j neigh"));
    out.put("fdb.json", require("host", "bridge -j fdb"));
    StringBuilder settings = new StringBuilder();
    String found =
        require(
            "host",
            "cd /proc/sys/net; grep -s . ipv4/conf/*/arp_* ipv4/conf/*/*forwarding"
                + " ipv4/conf/*/proxy_arp* ipv4/conf/*/rp_filter ipv4/conf/*/accept_local"
                + " ipv4/conf/*/route_localnet ipv4/conf/*/s*_redirects ipv4/conf/*/shared_media"
                + " ipv4/conf/*/accept_source_route ipv4/conf/*/ignore_routes_with_linkdown"
                + " ipv4/neigh/default/* ipv4/icmp_* ipv4/ip_* ipv4/ipfrag_*"
                + " netfilter/nf_conntrack_* bridge/* || true");
    for (String line : found.split("\n")) {
      int colon = line.indexOf(':');
      if (colon > 0 && line.indexOf('\t') < 0) {
        String key = line.substring(0, colon).replace('/', '.');
        settings.append("net.").append(key).append(" = ").append(line.substring(colon + 1));
        settings.append('\n');
      }
    }
    out.put("sysctl.conf", settings.toString());
    return out;
  }

  /**
   * Loads rules, once.
   *
   * @return null, or why iptables refuses them
   */
  @Nullable String begin(String rules) {
    Printed printed = run("host", LabScripts.begin(rules, backend));
    begun = printed.status == 0;
    return begun ? null : printed.text;
  }

  /** Sends a frame and waits until the kernel is done. */
  Answer send(Step step) {
    command("SEND " + step.port() + " " + step.waitMicros() + " " + HEX.formatHex(step.frame()));
    long nanos = 0;
    boolean disturbed = false;
    List<Answer.Out> out = new ArrayList<>();
    List<byte[]> local = new ArrayList<>();
    for (String line : readLines()) {
      String rest = line.substring(2);
      switch (line.charAt(0)) {
        case 'T' -> nanos = Long.parseLong(rest);
        case 'O' -> {
          int space = rest.indexOf(' ');
          int port = Integer.parseInt(rest.substring(0, space));
          out.add(new Answer.Out(port, HEX.parseHex(rest.substring(space + 1))));
        }
        case 'D' -> disturbed = true;
        case 'L' -> local.add(HEX.parseHex(rest));
        default -> {}
      }
    }
    return new Answer(nanos, out, local, List.of(), disturbed);
  }

  /** Counters and connections. */
  FinalState state() {
    if (!begun) {
      throw new IllegalStateException("no rules were loaded");
    }
    String counters = require("host", backend.program("save") + " -c");
    if (backend == LabScripts.Backend.NFT) {
      counters = Normal.withoutRules(counters);
    }
    long nanos = now();
    return new FinalState(nanos, counters, connections());
  }

  /** The kernel's monotonic clock. */
  long now() {
    command("NOW");
    return Long.parseLong(readLines().get(0).substring(2));
  }

  /** As {@code conntrack -L} prints them. */
  String connections() {
    return require("host", "conntrack -L 2>/dev/null");
  }

  private String require(String where, String script) {
    Printed printed = run(where, script);
    if (printed.status != 0) {
      throw new InputException("the kernel's host cannot be built: " + printed.text.strip());
    }
    return printed.text;
  }

  private Printed run(String where, String script) {
    byte[] bytes = script.getBytes(StandardCharsets.UTF_8);
    try {
      commands.write(("SH " + where + " " + bytes.length + "\n").getBytes(StandardCharsets.UTF_8));
      commands.write(bytes);
      commands.flush();
      String[] head = line().split(" ");
      byte[] text = answers.readNBytes(Integer.parseInt(head[2]));
      line();
      return new Printed(Integer.parseInt(head[1]), new String(text, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw ended(e);
    }
  }

  private void command(String line) {
    try {
      commands.write(line.getBytes(StandardCharsets.US_ASCII));
      commands.write('\n');
      commands.flush();
    } catch (IOException e) {
      throw ended(e);
    }
  }

  private List<String> readLines() {
    List<String> lines = new ArrayList<>();
    try {
      for (String line = line(); !line.equals("."); line = line()) {
        lines.add(line);
      }
    } catch (IOException e) {
      throw ended(e);
    }
    return lines;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = answers.read(); c != '\n'; c = answers.read()) {
      if (c < 0) {
        throw new IOException("it ended");
      }
      line.append((char) c);
    }
    return line.toString();
  }

  private static InputException ended(IOException e) {
    return new InputException("the kernel's side: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      commands.close();
      if (!process.waitFor(2, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}

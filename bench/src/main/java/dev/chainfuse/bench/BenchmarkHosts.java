package dev.chainfuse.bench;

import dev.chainfuse.Host;
import dev.chainfuse.scenarios.scenario.BuiltIn;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The hosts that {@code -p host=} names: built-in ones, or a directory. */
final class BenchmarkHosts {
  private static final String RESOURCES = "/dev/chainfuse/bench/hosts/";
  private static final String SYSCTLS = "sysctl.conf";
  private static final List<String> FILES =
      List.of(
          "rules.v4", "addr.json", "route.json", "rule.json", "neigh.json", "fdb.json", SYSCTLS);

  private BenchmarkHosts() {}

  /**
   * Loads a host with some settings of its own replaced.
   *
   * @param name {@code article}, {@code docker-28.5} or a host directory
   * @param sysctls settings, by their full names
   * @throws IOException if files cannot be copied
   */
  static Host load(String name, Map<String, Long> sysctls) throws IOException {
    Path directory = Files.createTempDirectory("chainfuse-bench-");
    try {
      for (String file : FILES) {
        copy(name, file, directory.resolve(file));
      }
      StringBuilder lines = new StringBuilder("\n");
      new TreeMap<>(sysctls)
          .forEach((key, value) -> lines.append(key).append(" = ").append(value).append('\n'));
      Files.writeString(
          directory.resolve(SYSCTLS), lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      return Host.load(directory);
    } finally {
      for (String file : FILES) {
        Files.deleteIfExists(directory.resolve(file));
      }
      Files.deleteIfExists(directory);
    }
  }

  private static void copy(String name, String file, Path to) throws IOException {
    try (InputStream in = open(name, file)) {
      if (in != null) {
        Files.copy(in, to);
      }
    }
  }

  private static @Nullable InputStream open(String name, String file) throws IOException {
    if (name.equals("docker-28.5")) {
      return BenchmarkHosts.class.getResourceAsStream(RESOURCES + name + '/' + file);
    }
    Path directory = name.equals("article") ? BuiltIn.host(name) : Path.of(name);
    if (!Files.isDirectory(directory)) {
      throw new IOException(
          "host must be article, docker-28.5 or a host directory, but there is no directory "
              + directory.toAbsolutePath());
    }
    Path path = directory.resolve(file);
    return Files.exists(path) ? Files.newInputStream(path) : null;
  }
}

package dev.chainfuse.scenarios.differential;

import dev.chainfuse.scenarios.InputException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The small C program on the kernel's side, compiled on first use into a temporary directory. */
final class KernelProgram {
  private static final Map<String, String> NEEDED =
      Map.of(
          "ip", "iproute2",
          "bridge", "iproute2",
          "conntrack", "conntrack",
          "nft", "nftables",
          "gcc", "gcc libc6-dev linux-libc-dev");

  private static @Nullable Path program;

  private KernelProgram() {}

  /** Why a comparison is not possible here; null if it is. */
  static @Nullable String unable(LabScripts.Backend backend) {
    if (!"root".equals(System.getProperty("user.name"))) {
      return "it makes network namespaces, which needs root";
    }
    List<String> missing = new ArrayList<>();
    NEEDED.forEach(
        (command, packages) -> {
          if (!onPath(command)) {
            missing.add(packages);
          }
        });
    if (!onPath(backend.program("restore"))) {
      missing.add("iptables");
    }
    if (!missing.isEmpty()) {
      return "programs are missing; on Debian: apt-get install "
          + String.join(" ", missing.stream().distinct().sorted().toList());
    }
    return null;
  }

  private static boolean onPath(String command) {
    for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      if (Files.isExecutable(Path.of(directory, command))) {
        return true;
      }
    }
    return Files.isExecutable(Path.of("/usr/sbin", command));
  }

  /** Compiles it, once in this process. */
  static synchronized Path path() throws IOException {
    if (program == null) {
      Path directory = Files.createTempDirectory("chainfuse-kernel");
      directory.toFile().deleteOnExit();
      Path source = directory.resolve("kernelhost.c");
      Path compiled = directory.resolve("kernelhost");
      try (InputStream in = KernelProgram.class.getResourceAsStream("kernelhost.c")) {
        if (in == null) {
          throw new IOException("kernelhost.c is not in the program");
        }
        Files.copy(in, source);
      }
      Process gcc =
          new ProcessBuilder("gcc", "-O2", "-o", compiled.toString(), source.toString())
              .redirectErrorStream(true)
              .start();
      String said = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      try {
        if (gcc.waitFor() != 0) {
          throw new InputException("gcc cannot compile kernelhost.c: " + said.strip());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
      for (Path file : List.of(directory.resolve("lock0"), directory.resolve("lock1"), compiled)) {
        file.toFile().deleteOnExit();
      }
      Files.delete(source);
      program = compiled;
    }
    return program;
  }
}

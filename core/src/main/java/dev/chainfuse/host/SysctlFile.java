package dev.chainfuse.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads {@code sysctl.conf}: lines {@code key = value}, comments behind {@code #} or {@code ;}. */
final class SysctlFile {
  private static final long MOST_BYTES = 16 << 20;
  private static final String MEND = "write lines of the form: net.ipv4.ip_forward = 1";

  private SysctlFile() {}

  static void read(Path path, TopologyBuilder builder) {
    String file = path.toString();
    List<String> lines;
    try {
      if (Files.size(path) > MOST_BYTES) {
        throw new HostFileException(file, 0, 0, "is larger than 16 MiB", MEND);
      }
      lines = Files.readAllLines(path, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new HostFileException(file, 0, 0, "cannot be read: " + e, "check its permissions");
    }
    for (int i = 0; i < lines.size(); i++) {
      line(file, i + 1, lines.get(i), builder);
    }
  }

  private static void line(String file, int number, String line, TopologyBuilder builder) {
    String text = line.strip();
    if (text.isEmpty() || text.startsWith("#") || text.startsWith(";")) {
      return;
    }
    int equals = line.indexOf('=');
    if (equals < 0) {
      throw new HostFileException(file, number, 1, "there is no '=' in this line", MEND);
    }
    String key = line.substring(0, equals).strip();
    if (key.startsWith("-")) {
      key = key.substring(1).strip();
    }
    String value = line.substring(equals + 1).strip();
    if (key.isEmpty()) {
      throw new HostFileException(file, number, 1, "a name is missing before '='", MEND);
    }
    try {
      check(key, value);
    } catch (IllegalArgumentException e) {
      throw new HostFileException(
          file, number, equals + 2, String.valueOf(e.getMessage()), "correct the value");
    }
    builder.sysctl(key, value);
  }

  /** What is read as a number later must be one now. */
  static void check(String key, String value) {
    if (key.equals("net.ipv4.ip_local_port_range")) {
      for (String port : value.split("\\s+")) {
        Numbers.within(port, 0, 65_535, key);
      }
    } else if (SysctlDefaults.of(key) != null || key.startsWith("net.bridge.bridge-nf-call")) {
      Numbers.within(value, (long) Integer.MIN_VALUE, 0xffff_ffffL, key);
    }
  }
}

package dev.chainfuse.rules.match;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The port numbers of service names, from a table of our own so that rules mean the same on every
 * machine. Immutable.
 */
public final class ServiceNames {
  private static final Map<String, Integer> PORTS = load();

  private ServiceNames() {}

  private static Map<String, Integer> load() {
    Map<String, Integer> ports = new HashMap<>();
    try (InputStream in = ServiceNames.class.getResourceAsStream("services.txt")) {
      if (in == null) {
        throw new IllegalStateException("services.txt is missing from the jar");
      }
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("#")) {
          String[] words = line.split(" ");
          Integer port = Integer.valueOf(words[1]);
          ports.put(words[0], port);
          for (String protocol : words[2].split(",")) {
            ports.put(words[0] + '/' + protocol, port);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Map.copyOf(ports);
  }

  /** The port of {@code name} for a protocol's name such as {@code tcp}; -1 if there is none. */
  public static int port(String name, String protocol) {
    return name.indexOf('/') >= 0 ? -1 : PORTS.getOrDefault(name + '/' + protocol, -1);
  }

  /** The port of {@code name} for whatever protocol; -1 if there is none. */
  public static int port(String name) {
    return name.indexOf('/') >= 0 ? -1 : PORTS.getOrDefault(name, -1);
  }
}

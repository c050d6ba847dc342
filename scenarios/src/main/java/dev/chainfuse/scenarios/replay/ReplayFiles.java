package dev.chainfuse.scenarios.replay;

import dev.chainfuse.scenarios.InputException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a replay reads.
 *
 * @param inputs capture files by interface, in order of names
 * @param local packets that the host makes itself; null for none
 * @param choices NAT's choices; null for none
 * @param untilNanos end, nanoseconds since 1970; null to end with the last frame
 */
public record ReplayFiles(
    Map<String, Path> inputs,
    @Nullable Path local,
    @Nullable Path choices,
    @Nullable Long untilNanos) {

  private static final Pattern INPUT = Pattern.compile("in-(.+)\\.pcap(?:ng)?");
  private static final Pattern END =
      Pattern.compile("conntrack\\.txt taken between ([0-9]+(?:\\.[0-9]+)?)\\b.*");

  /** What a host directory holds of it. */
  public static ReplayFiles in(Path directory) {
    Map<String, Path> inputs = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      files.forEach(
          file -> {
            Matcher matcher = INPUT.matcher(String.valueOf(file.getFileName()));
            if (matcher.matches()) {
              inputs.put(matcher.group(1), file);
            }
          });
    } catch (IOException e) {
      throw new InputException(directory + ": cannot be listed: " + e.getMessage(), e);
    }
    return new ReplayFiles(
        inputs,
        existing(directory.resolve("local-out.pcap")),
        existing(directory.resolve("nat-choices.tsv")),
        end(directory.resolve("run.txt")));
  }

  private static @Nullable Path existing(Path file) {
    return Files.exists(file) ? file : null;
  }

  /** When the connection table was read, by the line of {@code run.txt} that says so. */
  private static @Nullable Long end(Path file) {
    if (!Files.exists(file)) {
      return null;
    }
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
    }
    Optional<String> time =
        lines.stream().map(END::matcher).filter(Matcher::matches).map(m -> m.group(1)).findFirst();
    return time.map(ReplayFiles::epochNanos).orElse(null);
  }

  /**
   * Nanoseconds of seconds since 1970, with up to nine decimals.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static long epochNanos(String seconds) {
    try {
      return new BigDecimal(seconds).movePointRight(9).longValueExact();
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException(
          "'" + seconds + "' is not seconds since 1970 such as 1795517537.627518532", e);
    }
  }
}

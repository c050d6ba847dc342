package dev.chainfuse.bench;

import dev.chainfuse.classify.ClassifierProblem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * Five-tuple filters, of which the first that matches wins, and headers to look up: source and
 * destination address, source and destination port, protocol.
 *
 * @param problem the filters; each ends the search
 * @param headers the values of the five fields, header after header
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record FilterSet(ClassifierProblem problem, int[] headers) {
  /** The number of fields of a header. */
  public static final int FIELDS = 5;

  private static final int[] WIDTHS = {32, 32, 16, 16, 8};

  private static final Pattern FILTER =
      Pattern.compile(
          "@(\\d+)\\.(\\d+)\\.(\\d+)\\.(\\d+)/(\\d+)\\s+(\\d+)\\.(\\d+)\\.(\\d+)\\.(\\d+)/(\\d+)\\s+"
              + "(\\d+) : (\\d+)\\s+(\\d+) : (\\d+)\\s+0x([0-9a-fA-F]+)/0x([0-9a-fA-F]+).*");

  /**
   * Reads a filter file of ClassBench (D. Taylor and J. Turner, INFOCOM 2005) and the trace beside
   * it, {@code NAME_trace} or {@code NAME_trace.gz}. The flags column is not used.
   *
   * @throws IOException if a file cannot be read or a line is not understood
   */
  public static FilterSet read(Path filters) throws IOException {
    String name = String.valueOf(filters.getFileName());
    String trace = name.endsWith(".gz") ? name.replace(".gz", "_trace.gz") : name + "_trace";
    return new FilterSet(readFilters(filters), readTrace(filters.resolveSibling(trace)));
  }

  private static ClassifierProblem readFilters(Path file) throws IOException {
    ClassifierProblem.Builder builder = ClassifierProblem.builder(WIDTHS);
    try (BufferedReader lines = open(file)) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        Matcher matcher = FILTER.matcher(line);
        if (!matcher.matches()) {
          throw new IOException(
              file
                  + ":"
                  + number
                  + ": not a filter '@src/len dst/len lo : hi lo : hi p/m': "
                  + line);
        }
        addFilter(builder, matcher);
      }
    }
    return builder.build();
  }

  private static void addFilter(ClassifierProblem.Builder builder, Matcher m) {
    long[] source = prefix(m, 1);
    long[] destination = prefix(m, 6);
    long protocol = Long.parseLong(m.group(15), 16);
    boolean any = Long.parseLong(m.group(16), 16) == 0;
    builder
        .rule(true)
        .box(
            source[0],
            source[1],
            destination[0],
            destination[1],
            Long.parseLong(m.group(11)),
            Long.parseLong(m.group(12)),
            Long.parseLong(m.group(13)),
            Long.parseLong(m.group(14)),
            any ? 0 : protocol,
            any ? 255 : protocol);
  }

  private static long[] prefix(Matcher m, int group) {
    long address = 0;
    for (int i = 0; i < 4; i++) {
      address = address << 8 | Long.parseLong(m.group(group + i));
    }
    long free = (1L << (32 - Integer.parseInt(m.group(group + 4)))) - 1;
    return new long[] {address & ~free, address | free};
  }

  private static int[] readTrace(Path file) throws IOException {
    int[] headers = new int[1024 * FIELDS];
    int count = 0;
    try (BufferedReader lines = open(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] columns = line.trim().split("\\s+");
        if (columns.length < FIELDS) {
          throw new IOException(file + ": not a header 'src dst sport dport proto': " + line);
        }
        if ((count + 1) * FIELDS > headers.length) {
          headers = Arrays.copyOf(headers, headers.length * 2);
        }
        for (int field = 0; field < FIELDS; field++) {
          headers[count * FIELDS + field] = Integer.parseUnsignedInt(columns[field]);
        }
        count++;
      }
    }
    return Arrays.copyOf(headers, count * FIELDS);
  }

  private static BufferedReader open(Path file) throws IOException {
    InputStream raw = Files.newInputStream(file);
    InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
    return new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
  }

  /** The number of headers. */
  public int headerCount() {
    return headers.length / FIELDS;
  }

  /**
   * {@code count} headers drawn in random order, each as often as any other give or take one, so
   * that neighbours of the trace do not follow each other.
   */
  public int[] shuffledHeaders(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int known = headerCount();
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int other = random.nextInt(i + 1);
      order[i] = order[other];
      order[other] = i % known;
    }
    int[] drawn = new int[count * FIELDS];
    for (int i = 0; i < count; i++) {
      System.arraycopy(headers, order[i] * FIELDS, drawn, i * FIELDS, FIELDS);
    }
    return drawn;
  }
}

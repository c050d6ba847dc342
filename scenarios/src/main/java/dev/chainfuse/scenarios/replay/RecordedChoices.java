package dev.chainfuse.scenarios.replay;

import dev.chainfuse.conntrack.ChoiceSource;
import dev.chainfuse.conntrack.SeededChoices;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.scenarios.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * NAT's random choices as a kernel made them, from a file of tab-separated columns: time, protocol,
 * original source, destination, ports, then the translated ones; for ICMP the source port is the id
 * and the destination port the type. Choices of one tuple are handed out in order. A choice that
 * the file does not have is drawn by a seed and noted; so is one that was not legal. One thread.
 */
public final class RecordedChoices implements ChoiceSource {
  private static final int COLUMNS = 10;
  private static final int MAX_NOTES = 20;

  private record Tuple(int protocol, int source, int destination, int ports) {
    @Override
    public String toString() {
      return "protocol "
          + protocol
          + " "
          + Ipv4.format(source)
          + ":"
          + (ports >>> 16)
          + " > "
          + Ipv4.format(destination)
          + ":"
          + (ports & 0xffff);
    }
  }

  private final Map<Tuple, Queue<Integer>> choices = new HashMap<>();
  private final SeededChoices otherwise;
  private final List<String> notes = new ArrayList<>();
  private long unnoted;

  /** No choice recorded. */
  public RecordedChoices(long seed) {
    otherwise = new SeededChoices(seed);
  }

  /**
   * Reads a file of choices.
   *
   * @param seed of choices that the file does not have
   * @throws InputException if it cannot be read or a line is wrong
   */
  public static RecordedChoices read(Path file, long seed) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
    }
    RecordedChoices recorded = new RecordedChoices(seed);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (!line.isBlank() && !line.startsWith("#")) {
        try {
          recorded.add(line.split("\t", -1));
        } catch (IllegalArgumentException e) {
          throw new InputException(file + ":" + (i + 1) + ": " + e.getMessage(), e);
        }
      }
    }
    return recorded;
  }

  private void add(String[] columns) {
    if (columns.length != COLUMNS) {
      throw new IllegalArgumentException(
          columns.length + " columns with tabs between, not " + COLUMNS);
    }
    int protocol = protocol(columns[1]);
    int first = number(columns[4]);
    int second = number(columns[5]);
    int low = protocol == Ipv4.ICMP ? second << 8 : second;
    Tuple tuple =
        new Tuple(
            protocol, Ipv4.parse(columns[2]), Ipv4.parse(columns[3]), first << 16 | low & 0xffff);
    choices.computeIfAbsent(tuple, t -> new ArrayDeque<>()).add(number(columns[8]));
  }

  private static int protocol(String text) {
    return switch (text) {
      case "tcp" -> Ipv4.TCP;
      case "udp" -> Ipv4.UDP;
      case "icmp" -> Ipv4.ICMP;
      default -> number(text);
    };
  }

  private static int number(String text) {
    try {
      int value = Integer.parseInt(text);
      if (value >= 0 && value <= 65_535) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is not a number from 0 to 65535", e);
    }
    throw new IllegalArgumentException("'" + text + "' is not a number from 0 to 65535");
  }

  @Override
  public int port(int protocol, int source, int destination, int ports, int minimum, int range) {
    Tuple tuple = new Tuple(protocol, source, destination, ports);
    Queue<Integer> queue = choices.get(tuple);
    Integer recorded = queue == null ? null : queue.poll();
    if (recorded == null) {
      note("no recorded choice for " + tuple + ": drawn by the seed");
      return otherwise.port(protocol, source, destination, ports, minimum, range);
    }
    if (recorded < minimum || recorded >= minimum + range) {
      note(
          "the recorded choice "
              + recorded
              + " for "
              + tuple
              + " is not within "
              + minimum
              + " to "
              + (minimum + range - 1));
    }
    return recorded;
  }

  @Override
  public void settled(int protocol, int source, int destination, int ports, int drawn, int chosen) {
    if (drawn != chosen) {
      Tuple tuple = new Tuple(protocol, source, destination, ports);
      note("the choice " + drawn + " for " + tuple + " was not free: took " + chosen);
    }
  }

  private void note(String text) {
    if (notes.size() < MAX_NOTES) {
      notes.add(text);
    } else {
      unnoted++;
    }
  }

  /** What did not go as recorded; empty if all did. */
  public List<String> notes() {
    List<String> all = new ArrayList<>(notes);
    if (unnoted > 0) {
      all.add("and " + unnoted + " further choices that did not go as recorded");
    }
    long unused = choices.values().stream().mapToLong(Queue::size).sum();
    if (unused > 0) {
      all.add(unused + " recorded choices were not asked for");
    }
    return all;
  }
}

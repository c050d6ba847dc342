package dev.chainfuse.rules.text;

import dev.chainfuse.stateful.SavedSets;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads what {@code ipset save} prints and {@code ipset restore} takes (ipset 7.17, IPv4): {@code
 * create}, {@code add} and {@code del} lines, {@code -exist}, ranges, names of ports and ICMP
 * types. Refused by name: family inet6, types that are not modelled, names of hosts, and whatever
 * ipset or the kernel would refuse.
 *
 * <p>Read but without effect: {@code hashsize}, {@code bucketsize}, {@code initval}, the {@code
 * size} of a list, comments, priorities and queues. They are printed back.
 *
 * <p>Thread-safe. Takes time and memory in proportion to the text and to the elements that its
 * ranges stand for, which {@code maxelem} and the ranges of bitmaps limit.
 */
public final class SetReader {
  /** The file of a host directory. */
  public static final String FILE = "ipset.save";

  /**
   * What was read.
   *
   * @param skipped what was left out by {@link #readLeniently}
   */
  public record Result(SavedSets sets, List<Problem> skipped) {
    public Result {
      skipped = List.copyOf(skipped);
    }
  }

  private SetReader() {}

  /**
   * Reads a file.
   *
   * @throws RuleFileException with all that is wrong
   * @throws UncheckedIOException if the file cannot be read
   */
  public static SavedSets read(Path file) {
    return read(file.toString(), RuleReader.text(file));
  }

  /**
   * Reads a text.
   *
   * @param name of the text, for messages
   * @throws RuleFileException with all that is wrong
   */
  public static SavedSets read(String name, String text) {
    return new SetFileReading(name, text, true).run().sets();
  }

  /**
   * Reads a file and leaves out sets and elements that are refused.
   *
   * @throws UncheckedIOException if the file cannot be read
   */
  public static Result readLeniently(Path file) {
    return new SetFileReading(file.toString(), RuleReader.text(file), false).run();
  }

  /**
   * The sets that belong to a file of rules: of {@code NAME.ipset} beside {@code NAME.rules}, else
   * of {@value #FILE} in the same directory; none if there is neither.
   *
   * @throws RuleFileException if they are refused
   */
  public static SavedSets beside(Path rules) {
    String name = String.valueOf(rules.getFileName());
    int dot = name.lastIndexOf('.');
    Path own = rules.resolveSibling((dot < 0 ? name : name.substring(0, dot)) + ".ipset");
    if (Files.isRegularFile(own)) {
      return read(own);
    }
    Path shared = rules.resolveSibling(FILE);
    return Files.isRegularFile(shared) ? read(shared) : SavedSets.NONE;
  }
}

package dev.chainfuse.rules.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * Reads what {@code iptables-save} prints and {@code iptables-restore} takes (1.8.9, IPv4), with or
 * without counters. What iptables or the kernel would refuse is refused, with the place; so is
 * every match and target that Chainfuse does not know. Two liberties: {@code !} may also stand
 * behind its option, as in old files, and the last line needs no line break. Refused although
 * iptables takes it, because it would mean something else than what is written: a value attached to
 * a short option ({@code -ieth0}), a port shift with MASQUERADE, host names. Taken although this
 * kernel refuses them, because others do not: SECMARK, ULOG, time-out policies of CT.
 *
 * <p>Thread-safe. Takes time and memory in proportion to the text.
 */
public final class RuleReader {
  private RuleReader() {}

  /**
   * Reads a file. Rules may refer to the sets that {@link SetReader#beside} finds.
   *
   * @throws RuleFileException with all that is wrong, also with the file of sets
   * @throws UncheckedIOException if the file cannot be read
   */
  public static ReadResult read(Path file) {
    return read(file, SetReader.beside(file).names());
  }

  /**
   * Reads a file.
   *
   * @param sets names of the IP sets that rules may refer to
   * @throws RuleFileException with all that is wrong
   * @throws UncheckedIOException if the file cannot be read
   */
  public static ReadResult read(Path file, Set<String> sets) {
    return new SaveFileReading(file.toString(), text(file), true, sets).run();
  }

  /**
   * Reads a text that refers to no IP sets.
   *
   * @param name of the text, for messages and positions
   * @throws RuleFileException with all that is wrong
   */
  public static ReadResult read(String name, CharSequence text) {
    return new SaveFileReading(name, text.toString(), true, Set.of()).run();
  }

  /**
   * Reads a file, leaves out what is wrong and lists it.
   *
   * @throws UncheckedIOException if the file cannot be read
   */
  public static ReadResult readLeniently(Path file) {
    Path sets = file.resolveSibling(SetReader.FILE);
    return readLeniently(
        file,
        Files.isRegularFile(sets)
            ? SetReader.readLeniently(sets).sets().names()
            : SetReader.beside(file).names());
  }

  /**
   * Reads a file, leaves out what is wrong and lists it.
   *
   * @param sets names of the IP sets that rules may refer to
   * @throws UncheckedIOException if the file cannot be read
   */
  public static ReadResult readLeniently(Path file, Set<String> sets) {
    return new SaveFileReading(file.toString(), text(file), false, sets).run();
  }

  /**
   * Reads a text.
   *
   * @param name of the text, for messages and positions
   * @param sets names of the IP sets that rules may refer to
   * @throws RuleFileException with all that is wrong
   */
  public static ReadResult read(String name, CharSequence text, Set<String> sets) {
    return new SaveFileReading(name, text.toString(), true, sets).run();
  }

  /** Reads a text, leaves out what is wrong and lists it. */
  public static ReadResult readLeniently(String name, CharSequence text) {
    return new SaveFileReading(name, text.toString(), false, Set.of()).run();
  }

  private static String readText(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    }
  }

  /** UTF-8, or else one character a byte, so that nothing is lost. */
  static String text(Path file) {
    try {
      return readText(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}

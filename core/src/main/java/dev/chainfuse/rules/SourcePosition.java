package dev.chainfuse.rules;

/**
 * Where a rule was written: {@code file} as the user named it, {@code line} from 1; line 0 if it
 * has no place.
 */
public record SourcePosition(String file, int line) {
  public static final SourcePosition NONE = new SourcePosition("", 0);

  @Override
  public String toString() {
    return line == 0 ? file : file + ":" + line;
  }
}

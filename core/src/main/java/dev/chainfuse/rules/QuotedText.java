package dev.chainfuse.rules;

/** A free text in a rule, quoted where iptables quotes it (libxtables, xtables_save_string). */
public final class QuotedText {
  private QuotedText() {}

  /** Appends a blank and the value, in double quotes unless it is a plain word. */
  public static void append(StringBuilder out, String value) {
    out.append(' ');
    if (isPlain(value)) {
      out.append(value);
      return;
    }
    out.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\' || c == '\'') {
        out.append('\\');
      }
      out.append(c);
    }
    out.append('"');
  }

  private static boolean isPlain(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
      if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '-') {
        return false;
      }
    }
    return !value.isEmpty();
  }
}

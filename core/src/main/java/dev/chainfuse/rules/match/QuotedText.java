package dev.chainfuse.rules.match;

/** How {@code iptables-save} writes free text (libxtables/xtables.c, xtables_save_string). */
public final class QuotedText {
  private QuotedText() {}

  /**
   * Appends a space and {@code text}: bare if it consists of letters, digits, {@code _} and {@code
   * -} only, else in double quotes with a backslash before each quote and backslash.
   */
  public static void append(StringBuilder out, String text) {
    out.append(' ');
    if (isBare(text)) {
      out.append(text);
      return;
    }
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\' || c == '\'') {
        out.append('\\');
      }
      out.append(c);
    }
    out.append('"');
  }

  private static boolean isBare(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean bare =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '_'
              || c == '-';
      if (!bare) {
        return false;
      }
    }
    return !text.isEmpty();
  }
}

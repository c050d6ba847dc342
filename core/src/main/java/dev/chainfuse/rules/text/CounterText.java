package dev.chainfuse.rules.text;

import dev.chainfuse.rules.Counters;
import org.jspecify.annotations.Nullable;

/** Reads and writes {@code [packets:bytes]}; both unsigned 64-bit. */
final class CounterText {
  private CounterText() {}

  /** The counters, or null if one of the texts is not a number. */
  static @Nullable Counters pair(String packets, String bytes) {
    try {
      return new Counters(Long.parseUnsignedLong(packets), Long.parseUnsignedLong(bytes));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** From the text between the brackets; null if it is not {@code number:number}. */
  static @Nullable Counters bracketed(String text) {
    int colon = text.indexOf(':');
    return colon < 0 ? null : pair(text.substring(0, colon), text.substring(colon + 1));
  }

  static void append(StringBuilder out, Counters counters) {
    out.append('[').append(Long.toUnsignedString(counters.packets()));
    out.append(':').append(Long.toUnsignedString(counters.bytes())).append(']');
  }
}

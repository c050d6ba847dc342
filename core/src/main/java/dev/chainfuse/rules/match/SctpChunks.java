package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.OptionValues;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/**
 * {@code --chunk-types}: which chunks an SCTP packet has (net/netfilter/xt_sctp.c, match_packet).
 *
 * @param types the chunk types that are looked for
 * @param flags what is asked of the flags of some of them
 */
record SctpChunks(Scope scope, BitSet types, List<Flags> flags, boolean inverted) {
  /** How many of the types must be there. */
  enum Scope {
    ALL,
    ANY,
    ONLY;

    private String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Of a chunk of that type the flags under {@code mask} must equal {@code value}. */
  record Flags(int type, int mask, int value) {}

  private record Type(String name, int number, String letters) {}

  private static final String DATA_FLAGS = "----IUBE";
  private static final String T_FLAG = "-------T";

  /** In the order of the numbers; letters name the flag bits, highest first. */
  private static final List<Type> TYPES =
      List.of(
          new Type("DATA", 0, DATA_FLAGS),
          new Type("INIT", 1, ""),
          new Type("INIT_ACK", 2, ""),
          new Type("SACK", 3, ""),
          new Type("HEARTBEAT", 4, ""),
          new Type("HEARTBEAT_ACK", 5, ""),
          new Type("ABORT", 6, T_FLAG),
          new Type("SHUTDOWN", 7, ""),
          new Type("SHUTDOWN_ACK", 8, ""),
          new Type("ERROR", 9, ""),
          new Type("COOKIE_ECHO", 10, ""),
          new Type("COOKIE_ACK", 11, ""),
          new Type("ECN_ECNE", 12, ""),
          new Type("ECN_CWR", 13, ""),
          new Type("SHUTDOWN_COMPLETE", 14, T_FLAG),
          new Type("I_DATA", 64, DATA_FLAGS),
          new Type("ASCONF_ACK", 128, ""),
          new Type("RE_CONFIG", 130, ""),
          new Type("PAD", 132, ""),
          new Type("FORWARD_TSN", 192, ""),
          new Type("ASCONF", 193, ""),
          new Type("I_FORWARD_TSN", 194, ""));

  private static final String OPTION = "chunk-types";
  private static final int ALL_TYPES = 256;

  static SctpChunks parse(OptionValues values) {
    List<String> texts = values.values(OPTION);
    Scope scope = scope(values, texts.get(0));
    BitSet types = new BitSet(ALL_TYPES);
    List<Flags> flags = new ArrayList<>();
    String list = texts.get(1);
    if (list.equalsIgnoreCase("ALL")) {
      types.set(0, ALL_TYPES);
    } else if (!list.equalsIgnoreCase("NONE") && !list.isEmpty()) {
      for (String chunk : list.split(",")) {
        if (!chunk.isEmpty()) {
          addChunk(values, chunk, types, flags);
        }
      }
    }
    return new SctpChunks(scope, types, List.copyOf(flags), values.inverted(OPTION));
  }

  private static Scope scope(OptionValues values, String text) {
    for (Scope scope : Scope.values()) {
      if (scope.text().equalsIgnoreCase(text)) {
        return scope;
      }
    }
    throw values.error(OPTION, "'" + text + "' is none of all, any, only", "write one of these");
  }

  private static void addChunk(OptionValues values, String chunk, BitSet types, List<Flags> flags) {
    int colon = chunk.indexOf(':');
    String name = colon < 0 ? chunk : chunk.substring(0, colon);
    for (Type type : TYPES) {
      if (type.name.equalsIgnoreCase(name)) {
        types.set(type.number);
        if (colon >= 0 && colon + 1 < chunk.length()) {
          flags.add(flags(values, type, chunk.substring(colon + 1)));
        }
        return;
      }
    }
    throw values.error(
        OPTION, "'" + name + "' is not a type of SCTP chunk", "write types such as DATA,INIT_ACK");
  }

  /**
   * An upper case letter is a flag that must be set, a lower case one must not; upper case wins.
   */
  private static Flags flags(OptionValues values, Type type, String letters) {
    int mask = 0;
    int value = 0;
    for (int i = 0; i < letters.length(); i++) {
      char letter = letters.charAt(i);
      char upper = Character.toUpperCase(letter);
      int at = upper == '-' ? -1 : type.letters.indexOf(upper);
      if (at < 0) {
        throw values.error(
            OPTION,
            "chunk " + type.name + " has no flag '" + letter + "'",
            type.letters.isEmpty()
                ? "leave it out"
                : "write some of " + type.letters.replace("-", ""));
      }
      int bit = 0x80 >> at;
      mask |= bit;
      value |= letter == upper ? bit : 0;
    }
    return new Flags(type.number, mask, value);
  }

  void save(StringBuilder out) {
    out.append(inverted ? " ! --" : " --").append(OPTION).append(' ');
    print(out, false);
  }

  void list(StringBuilder out) {
    out.append(inverted ? " ! " : " ");
    print(out, true);
  }

  private void print(StringBuilder out, boolean numeric) {
    out.append(scope.text()).append(' ');
    if (types.isEmpty() || types.cardinality() == ALL_TYPES) {
      out.append(types.isEmpty() ? "NONE" : "ALL");
      return;
    }
    String separator = "";
    for (Type type : TYPES) {
      if (types.get(type.number)) {
        out.append(separator);
        out.append(numeric ? String.format(Locale.ROOT, "0x%04X", type.number) : type.name);
        printFlags(out, type);
        separator = ",";
      }
    }
  }

  private void printFlags(StringBuilder out, Type type) {
    for (Flags asked : flags) {
      if (asked.type == type.number) {
        out.append(':');
        for (int at = 0; at < type.letters.length(); at++) {
          int bit = 0x80 >> at;
          if ((asked.mask & bit) != 0) {
            char letter = type.letters.charAt(at);
            boolean set = (asked.value & bit) != 0;
            out.append(set ? letter : Character.toLowerCase(letter));
          }
        }
        return;
      }
    }
  }

  /**
   * Whether the packet's chunks match. A packet whose chunks cannot be read is dropped.
   *
   * @param first the first one's offset in the array
   * @param missing to be overwritten
   */
  boolean match(MatchContext context, int first, BitSet missing) {
    Skb skb = context.skb;
    missing.clear();
    missing.or(types);
    int at = first;
    do {
      int length = at + 4 > skb.end ? 0 : Bytes.getShort(skb.data, at + 2);
      if (length == 0) {
        context.hotDrop = true;
        return false;
      }
      int type = Bytes.getByte(skb.data, at);
      boolean wanted = types.get(type) && flagsFit(type, Bytes.getByte(skb.data, at + 1));
      if (wanted && scope == Scope.ANY) {
        return true;
      }
      if (!wanted && scope == Scope.ONLY) {
        return false;
      }
      if (wanted && scope == Scope.ALL) {
        missing.clear(type);
      }
      at += length + 3 & ~3;
    } while (at < skb.end);
    return scope == Scope.ONLY || (scope == Scope.ALL && missing.isEmpty());
  }

  private boolean flagsFit(int type, int chunkFlags) {
    for (Flags asked : flags) {
      if (asked.type == type) {
        return (chunkFlags & asked.mask) == asked.value;
      }
    }
    return true;
  }
}

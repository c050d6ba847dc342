package dev.chainfuse.rules.text;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** iptables' own options (iptables/iptables.c of 1.8.9, original_opts). */
enum CommandOption {
  APPEND('A', true, "append"),
  CHECK('C', true, "check"),
  DELETE('D', true, "delete"),
  REPLACE('R', true, "replace"),
  INSERT('I', true, "insert"),
  LIST('L', false, "list"),
  LIST_RULES('S', false, "list-rules"),
  FLUSH('F', false, "flush"),
  ZERO('Z', false, "zero"),
  NEW_CHAIN('N', true, "new-chain"),
  DELETE_CHAIN('X', false, "delete-chain"),
  RENAME_CHAIN('E', true, "rename-chain"),
  POLICY('P', true, "policy"),
  SOURCE('s', true, "source", "src"),
  DESTINATION('d', true, "destination", "dst"),
  PROTOCOL('p', true, "protocol"),
  IN_INTERFACE('i', true, "in-interface"),
  OUT_INTERFACE('o', true, "out-interface"),
  FRAGMENTS('f', false, "fragments"),
  JUMP('j', true, "jump"),
  GOTO('g', true, "goto"),
  MATCH('m', true, "match"),
  TABLE('t', true, "table"),
  SET_COUNTERS('c', true, "set-counters"),
  NUMERIC('n', false, "numeric"),
  VERBOSE('v', false, "verbose"),
  EXACT('x', false, "exact"),
  LINE_NUMBERS('\0', false, "line-numbers"),
  WAIT('w', false, "wait"),
  WAIT_INTERVAL('W', true, "wait-interval"),
  MODPROBE('M', true, "modprobe"),
  IPV4('4', false, "ipv4"),
  IPV6('6', false, "ipv6"),
  VERSION('V', false, "version"),
  HELP('h', false, "help");

  private static final Map<String, CommandOption> LONG = new HashMap<>();
  private static final Map<Character, CommandOption> SHORT = new HashMap<>();

  static {
    for (CommandOption option : values()) {
      option.names.forEach(name -> LONG.put(name, option));
      SHORT.put(option.letter, option);
    }
  }

  private final char letter;
  private final boolean argument;
  private final List<String> names;

  CommandOption(char letter, boolean argument, String... names) {
    this.letter = letter;
    this.argument = argument;
    this.names = List.of(names);
  }

  /** Whether a value must follow. */
  boolean hasArgument() {
    return argument;
  }

  List<String> names() {
    return names;
  }

  boolean invertible() {
    return switch (this) {
      case SOURCE, DESTINATION, PROTOCOL, IN_INTERFACE, OUT_INTERFACE, FRAGMENTS -> true;
      default -> false;
    };
  }

  /** Says what to do, as opposed to with which rule. */
  boolean isCommand() {
    return ordinal() <= POLICY.ordinal();
  }

  /** Describes a rule. */
  boolean isRulePart() {
    return ordinal() >= SOURCE.ordinal() && ordinal() <= MATCH.ordinal();
  }

  /** As messages name it. */
  String shown() {
    return letter == '\0' ? "--" + names.get(0) : "-" + letter;
  }

  static @Nullable CommandOption ofName(String name) {
    return LONG.get(name);
  }

  static @Nullable CommandOption ofLetter(char letter) {
    return SHORT.get(letter);
  }
}

package dev.chainfuse.rules.text;

import dev.chainfuse.rules.Option;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the words of a command and finds options, as getopt_long with iptables' growing table
 * of long options does: its own first, then those of the loaded modules, the newest first; an
 * unambiguous beginning of a name is enough.
 */
final class OptionReader {
  /**
   * An option found; either {@code command} or {@code module} and {@code option} are set.
   *
   * @param value empty text if it takes none
   */
  record Found(
      Token token,
      @Nullable CommandOption command,
      @Nullable LoadedModule module,
      @Nullable Option option,
      boolean inverted,
      Token value) {}

  private record Meaning(
      @Nullable CommandOption command, @Nullable LoadedModule module, @Nullable Option option) {
    boolean hasArgument() {
      return command != null ? command.hasArgument() : option != null && option.argument();
    }

    boolean invertible() {
      return command != null ? command.invertible() : option != null && option.invertible();
    }
  }

  private final List<Token> tokens;
  private final List<LoadedModule> loaded = new ArrayList<>(4);
  private final BooleanSupplier loadProtocol;
  private int at;

  /** Rest of a cluster of short options such as {@code -fj}; empty if there is none. */
  private Token cluster = new Token("", 0);

  /**
   * @param loadProtocol loads the module of the rule's protocol, for an option that nobody knows;
   *     false if there is nothing to load
   */
  OptionReader(List<Token> tokens, BooleanSupplier loadProtocol) {
    this.tokens = tokens;
    this.loadProtocol = loadProtocol;
  }

  void load(LoadedModule module) {
    loaded.add(module);
  }

  boolean hasNext() {
    return at < tokens.size() || !cluster.text().isEmpty();
  }

  /** The next word if it is not an option, for commands such as {@code -I chain 3}. */
  @Nullable Token optionalWord() {
    if (at >= tokens.size() || !cluster.text().isEmpty()) {
      return null;
    }
    String text = tokens.get(at).text();
    return text.startsWith("-") || text.startsWith("!") ? null : tokens.get(at++);
  }

  Found next() {
    boolean inverted = false;
    while (cluster.text().isEmpty() && tokens.get(at).text().equals("!")) {
      Token mark = tokens.get(at++);
      if (inverted) {
        throw new LineException(mark.column(), "two '!' after each other", "write one or none");
      }
      if (at == tokens.size()) {
        throw new LineException(mark.column(), "nothing follows the '!'", "");
      }
      inverted = true;
    }
    if (!cluster.text().isEmpty()) {
      return shortOption(cluster, inverted);
    }
    Token token = tokens.get(at++);
    String text = token.text();
    if (text.startsWith("--") && text.length() > 2) {
      return longOption(token, inverted);
    }
    if (text.startsWith("-") && text.length() > 1 && !text.equals("--")) {
      return shortOption(token.from(1), inverted);
    }
    throw new LineException(
        token.column(),
        "'" + text + "' is not an option, and no option takes it",
        "quote a value that has blanks, with \"");
  }

  private Found shortOption(Token letters, boolean inverted) {
    Token shown = new Token("-" + letters.text().charAt(0), Math.max(1, letters.column() - 1));
    CommandOption option = CommandOption.ofLetter(letters.text().charAt(0));
    if (option == null) {
      throw new LineException(shown.column(), "unknown option '" + shown.text() + "'", "");
    }
    Token rest = letters.from(1);
    if (!option.hasArgument()) {
      cluster = rest;
      return found(shown, new Meaning(option, null, null), inverted, null);
    }
    cluster = new Token("", 0);
    if (!rest.text().isEmpty() && !option.isCommand() && option != CommandOption.MATCH) {
      // iptables 1.8.9 takes the whole word "-ieth0" as the value.
      throw new LineException(
          shown.column(),
          "the value of " + shown.text() + " is attached",
          "write '" + shown.text() + " " + rest.text() + "'");
    }
    Meaning meaning = new Meaning(option, null, null);
    return found(shown, meaning, inverted, rest.text().isEmpty() ? null : rest);
  }

  private Found longOption(Token token, boolean inverted) {
    String text = token.text();
    int equals = text.indexOf('=');
    String name = text.substring(2, equals < 0 ? text.length() : equals);
    Meaning meaning = meaning(name);
    if (meaning == null && loadProtocol.getAsBoolean()) {
      meaning = meaning(name);
    }
    if (meaning == null) {
      throw unknown(token, name);
    }
    if (equals >= 0 && !meaning.hasArgument()) {
      throw new LineException(token.column(), "'--" + name + "' takes no value", "");
    }
    return found(token, meaning, inverted, equals < 0 ? null : token.from(equals + 1));
  }

  private Found found(Token token, Meaning meaning, boolean before, @Nullable Token attached) {
    boolean inverted = before;
    Token value = attached == null ? new Token("", token.column()) : attached;
    if (meaning.hasArgument() && attached == null) {
      value = argument(token);
      if (value.text().equals("!") && meaning.invertible() && at < tokens.size()) {
        if (inverted) {
          throw new LineException(value.column(), "two '!' for one option", "write one or none");
        }
        inverted = true;
        value = argument(token);
      }
    }
    if (inverted && !meaning.invertible()) {
      throw new LineException(
          token.column(), "'" + token.text() + "' cannot be negated with '!'", "");
    }
    return new Found(token, meaning.command, meaning.module, meaning.option, inverted, value);
  }

  /** The next word, whatever it is, as the value of an option. */
  Token argument(Token option) {
    if (at >= tokens.size()) {
      throw new LineException(option.column(), "'" + option.text() + "' needs a value", "");
    }
    return tokens.get(at++);
  }

  private @Nullable Meaning meaning(String name) {
    CommandOption exact = CommandOption.ofName(name);
    if (exact != null) {
      return new Meaning(exact, null, null);
    }
    for (int i = loaded.size() - 1; i >= 0; i--) {
      for (Option option : loaded.get(i).options()) {
        if (option.names().contains(name)) {
          return new Meaning(null, loaded.get(i), option);
        }
      }
    }
    return abbreviated(name);
  }

  /** The only option that starts so; null if there is none or more than one. */
  private @Nullable Meaning abbreviated(String name) {
    Meaning only = null;
    for (CommandOption option : CommandOption.values()) {
      if (startsWith(option.names(), name)) {
        if (only != null) {
          return null;
        }
        only = new Meaning(option, null, null);
      }
    }
    for (LoadedModule module : loaded) {
      for (Option option : module.options()) {
        if (startsWith(option.names(), name)) {
          if (only != null) {
            return null;
          }
          only = new Meaning(null, module, option);
        }
      }
    }
    return only;
  }

  private static boolean startsWith(List<String> names, String beginning) {
    for (String name : names) {
      if (name.startsWith(beginning)) {
        return true;
      }
    }
    return false;
  }

  private LineException unknown(Token token, String name) {
    List<String> known = new ArrayList<>();
    List<String> meant = new ArrayList<>();
    for (CommandOption option : CommandOption.values()) {
      known.addAll(option.names());
    }
    loaded.forEach(module -> module.options().forEach(option -> known.addAll(option.names())));
    known.stream().filter(one -> one.startsWith(name)).forEach(one -> meant.add("--" + one));
    if (meant.size() > 1) {
      return new LineException(
          token.column(),
          "option '--" + name + "' is ambiguous",
          "write one of " + String.join(" ", meant));
    }
    String near = Suggestion.of(name, known, "");
    return new LineException(
        token.column(),
        "unknown option '--" + name + "'",
        near.isEmpty() ? "name its match or target with -m, -p or -j before it" : near);
  }
}

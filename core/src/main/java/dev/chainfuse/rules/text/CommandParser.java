package dev.chainfuse.rules.text;

import dev.chainfuse.rules.ChainTarget;
import dev.chainfuse.rules.Counters;
import dev.chainfuse.rules.HeaderMatch;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.NumberText;
import dev.chainfuse.rules.ProtocolNames;
import dev.chainfuse.rules.Rule;
import dev.chainfuse.rules.SourcePosition;
import dev.chainfuse.rules.StandardTarget;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetModule;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Parses the words of one {@code iptables} command (iptables/xshared.c, do_parse of 1.8.9). Used
 * once.
 */
final class CommandParser {
  /** XT_EXTENSION_MAXNAMELEN - 1, include/uapi/linux/netfilter/x_tables.h. */
  static final int LONGEST_CHAIN = 28;

  private static final Token NO_WORD = new Token("", 1);

  private final RuleModules modules;
  private final boolean restore;
  private final SourcePosition position;
  private final Function<TableName, TableBuilder> tables;
  private final OptionReader options;
  private final HeaderBuilder header = new HeaderBuilder();
  private final Set<CommandOption> seen = EnumSet.noneOf(CommandOption.class);
  private final List<LoadedModule> matches = new ArrayList<>(2);

  private TableName table;
  private Counters counters;
  private @Nullable CommandOption command;
  private Token commandToken = NO_WORD;
  private Token chain = NO_WORD;
  private Token operand = NO_WORD;
  private int number;
  private @Nullable Token jump;
  private boolean jumpIsGoto;
  private @Nullable LoadedModule targetModule;
  private boolean protocolTried;

  /**
   * @param restore in a file, where {@code -t} and {@code -w} may not be
   * @param table where the command works unless {@code -t} says otherwise
   * @param tables the chains that there are, to tell a chain from a target
   * @param counters of the rule, from what stands before the command
   */
  CommandParser(
      RuleModules modules,
      boolean restore,
      TableName table,
      Function<TableName, TableBuilder> tables,
      Counters counters,
      SourcePosition position,
      List<Token> tokens) {
    this.modules = modules;
    this.restore = restore;
    this.table = table;
    this.tables = tables;
    this.counters = counters;
    this.position = position;
    this.options = new OptionReader(tokens, this::loadProtocol);
  }

  RuleCommand parse() {
    while (options.hasNext()) {
      take(options.next());
    }
    if (command == null) {
      throw new LineException(1, "the line says not what to do", "start it with -A and a chain");
    }
    checkParts(command);
    List<RuleEntry> rules = hasRule() ? rules(tables.apply(table)) : List.of();
    boolean ipv6 = seen.contains(CommandOption.IPV6);
    return new RuleCommand(command, table, chain, number, operand, rules, ipv6);
  }

  private void take(OptionReader.Found found) {
    if (found.command() != null) {
      takeOwn(found, found.command());
    } else if (found.module() != null && found.option() != null) {
      ModuleOptions given = found.module().given();
      if (!found.option().repeatable() && given.has(found.option().name())) {
        throw new LineException(
            found.token().column(), "'" + found.token().text() + "' is given twice", "keep one");
      }
      List<String> values = new ArrayList<>(2);
      if (found.option().argument()) {
        values.add(found.value().text());
      }
      for (int i = 0; i < found.option().extraArguments(); i++) {
        values.add(options.argument(found.token()).text());
      }
      given.add(found.option(), found.inverted(), values, found.token().column());
    }
  }

  private void takeOwn(OptionReader.Found found, CommandOption option) {
    if (option.isCommand()) {
      takeCommand(found, option);
      return;
    }
    boolean again = !seen.add(option);
    if (option == CommandOption.GOTO || option == CommandOption.JUMP) {
      again |= jump != null;
    }
    if (again && option.isRulePart() && option != CommandOption.MATCH) {
      throw new LineException(
          found.token().column(), "'" + option.shown() + "' is given twice", "keep one");
    }
    switch (option) {
      case JUMP, GOTO -> takeJump(found.value(), option == CommandOption.GOTO);
      case MATCH -> takeMatch(found.value());
      case TABLE -> takeTable(found);
      case SET_COUNTERS -> takeCounters(found.value());
      case WAIT, WAIT_INTERVAL, MODPROBE -> {
        if (restore) {
          throw notInFile(found.token());
        }
        options.optionalWord();
      }
      case VERBOSE, IPV4, IPV6 -> {}
      case NUMERIC, EXACT, LINE_NUMBERS, VERSION, HELP ->
          throw new LineException(
              found.token().column(), "'" + option.shown() + "' is for printing", "leave it out");
      default -> header.take(found);
    }
  }

  private void takeCommand(OptionReader.Found found, CommandOption option) {
    if (command != null) {
      throw new LineException(
          found.token().column(),
          option.shown() + " cannot go with " + command.shown(),
          "write two lines");
    }
    command = option;
    commandToken = found.token();
    Token attached = option.hasArgument() ? found.value() : options.optionalWord();
    chain = attached == null ? new Token("", found.token().column()) : attached;
    switch (option) {
      case INSERT, DELETE, REPLACE, ZERO -> {
        Token word = options.optionalWord();
        number = word == null ? 0 : ruleNumber(word);
        if (word == null && option == CommandOption.REPLACE) {
          throw new LineException(chain.column(), "-R needs a rule number after the chain", "");
        }
      }
      case RENAME_CHAIN, POLICY -> {
        Token word = options.optionalWord();
        if (word == null) {
          throw new LineException(
              chain.column(),
              option.shown()
                  + " needs a "
                  + (option == CommandOption.POLICY ? "policy" : "new name")
                  + " after the chain",
              "");
        }
        operand = word;
      }
      case LIST, LIST_RULES ->
          throw new LineException(found.token().column(), option.shown() + " only prints", "");
      default -> {}
    }
  }

  private static int ruleNumber(Token word) {
    long number = NumberText.parse(word.text(), Integer.MAX_VALUE);
    if (number <= 0) {
      throw new LineException(
          word.column(), "'" + word.text() + "' is not a rule number", "rules are numbered from 1");
    }
    return (int) number;
  }

  private void takeTable(OptionReader.Found found) {
    if (restore) {
      throw notInFile(found.token());
    }
    table = TableNames.parse(found.value());
  }

  private static LineException notInFile(Token token) {
    return new LineException(
        token.column(), "'" + token.text() + "' cannot be used in a file of rules", "leave it out");
  }

  private void takeCounters(Token packets) {
    int comma = packets.text().indexOf(',');
    Token bytes =
        comma < 0 ? options.optionalWord() : new Token(packets.text().substring(comma + 1), 0);
    String first = comma < 0 ? packets.text() : packets.text().substring(0, comma);
    Counters parsed = bytes == null ? null : CounterText.pair(first, bytes.text());
    if (parsed == null) {
      throw new LineException(
          packets.column(), "-c needs a number of packets and one of bytes", "such as -c 10 840");
    }
    counters = parsed;
  }

  private void takeMatch(Token name) {
    MatchModule module = modules.match(name.text());
    if (module == null) {
      throw modules.unknownMatch(name);
    }
    load(module, name.column());
  }

  private void load(MatchModule module, int column) {
    LoadedModule loaded = LoadedModule.of(module, new ModuleOptions(table, modules), column);
    matches.add(loaded);
    options.load(loaded);
  }

  /** {@code -p tcp --dport 80} means {@code -p tcp -m tcp --dport 80}. */
  private boolean loadProtocol() {
    String name = ProtocolNames.name(header.protocol());
    MatchModule module = name == null ? null : modules.match(name);
    if (module == null || protocolTried) {
      return false;
    }
    protocolTried = true;
    boolean there = matches.stream().anyMatch(loaded -> loaded.name().equals(module.name()));
    if (!there) {
      load(module, 1);
    }
    return !there;
  }

  private void takeJump(Token name, boolean isGoto) {
    jump = name;
    jumpIsGoto = isGoto;
    if (name.text().isEmpty()) {
      throw new LineException(name.column(), "the target's name is empty", "");
    }
    TargetModule module = isGoto ? null : modules.target(name.text());
    if (module != null) {
      targetModule = LoadedModule.of(module, new ModuleOptions(table, modules), name.column());
      options.load(targetModule);
    } else if (!isGoto) {
      // At once, as its options would be unknown, too.
      TableBuilder chains = tables.apply(table);
      if (!chains.hasChain(name.text()) && !isVerdict(name.text())) {
        throw modules.unknownTarget(name, chains.chainNames());
      }
    }
  }

  private static boolean isVerdict(String name) {
    return ChainNames.isVerdict(name) && !name.equals("QUEUE");
  }

  private boolean hasRule() {
    return command != null
        && switch (command) {
          case APPEND, INSERT, REPLACE, CHECK -> true;
          case DELETE -> number == 0;
          default -> false;
        };
  }

  private void checkParts(CommandOption option) {
    boolean needsChain =
        switch (option) {
          case FLUSH, ZERO, DELETE_CHAIN -> false;
          default -> true;
        };
    if (needsChain) {
      checkChainName(chain);
    }
    if (option == CommandOption.RENAME_CHAIN) {
      checkNewChain(operand);
    } else if (option == CommandOption.NEW_CHAIN) {
      checkNewChain(chain);
    }
    boolean dropInNat =
        table == TableName.NAT
            && ("DROP".equals(operand.text()) || jump != null && "DROP".equals(jump.text()));
    if (dropInNat) {
      throw new LineException(
          jump == null ? operand.column() : jump.column(),
          "the nat table is not for filtering: iptables refuses DROP there",
          "drop in the filter table, or in raw");
    }
    if (!hasRule()) {
      for (CommandOption part : seen) {
        if (part.isRulePart()) {
          throw new LineException(
              commandToken.column(), part.shown() + " cannot go with " + option.shown(), "");
        }
      }
    }
  }

  private static void checkChainName(Token name) {
    if (name.text().isEmpty()) {
      throw new LineException(name.column(), "the chain's name is missing", "");
    }
    if (name.text().length() > LONGEST_CHAIN) {
      throw new LineException(
          name.column(),
          "chain name '" + name.text() + "' has more than 28 characters",
          "iptables allows 28");
    }
  }

  private void checkNewChain(Token name) {
    checkChainName(name);
    String text = name.text();
    if (text.startsWith("-") || text.startsWith("!")) {
      throw new LineException(
          name.column(), "a chain's name cannot start with '" + text.charAt(0) + "'", "");
    }
    if (ChainNames.isVerdict(text) || modules.target(text) != null) {
      throw new LineException(
          name.column(), "'" + text + "' is a target, a chain cannot have its name", "");
    }
  }

  private List<RuleEntry> rules(TableBuilder chains) {
    header.checkChain(chain.text());
    List<HeaderMatch> headers = header.build();
    HeaderMatch first = headers.get(0);
    List<LoadedModule> rechecks = new ArrayList<>(0);
    List<Match> parsed = new ArrayList<>(matches.size());
    for (LoadedModule match : matches) {
      match.given().setHeader(first);
      parsed.add(match.parse(Match.class));
      if (match.given().askedForHooks()) {
        rechecks.add(match);
      }
    }
    Target target = target(chains, first, parsed, rechecks);
    int column = jump == null ? 1 : jump.column();
    List<RuleEntry> rules = new ArrayList<>(headers.size());
    for (HeaderMatch one : headers) {
      Rule rule = new Rule(one, parsed, target, counters, position);
      rules.add(new RuleEntry(rule, List.copyOf(rechecks), column));
    }
    return rules;
  }

  private Target target(
      TableBuilder chains, HeaderMatch first, List<Match> parsed, List<LoadedModule> rechecks) {
    if (jump == null) {
      return StandardTarget.NONE;
    }
    String name = jump.text();
    if (chains.hasUserChain(name)) {
      return new ChainTarget(jumpIsGoto ? Target.Kind.GOTO : Target.Kind.JUMP, name);
    }
    if (jumpIsGoto) {
      throw new LineException(
          jump.column(),
          "-g leads to no chain: '" + name + "' is none of this table",
          Suggestion.of(name, chains.chainNames(), ""));
    }
    if (chains.hasChain(name)) {
      throw new LineException(
          jump.column(), "a rule cannot jump to the built-in chain " + name, "");
    }
    if (isVerdict(name)) {
      return StandardTarget.valueOf(name);
    }
    if (targetModule == null) {
      throw modules.unknownTarget(jump, chains.chainNames());
    }
    checkTable(name, jump.column());
    targetModule.given().setHeader(first);
    targetModule.given().setMatches(parsed);
    Target target = targetModule.parse(Target.class);
    if (targetModule.given().askedForHooks()) {
      rechecks.add(targetModule);
    }
    return target;
  }

  private void checkTable(String name, int column) {
    TargetModule module = modules.target(name);
    if (module != null && !module.tables().isEmpty() && !module.tables().contains(table)) {
      List<String> allowed = module.tables().stream().map(TableName::text).sorted().toList();
      throw new LineException(
          column,
          "target " + name + " cannot be in table " + table.text(),
          "it belongs to " + String.join(" or ", allowed));
    }
  }
}

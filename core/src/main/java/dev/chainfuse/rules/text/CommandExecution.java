package dev.chainfuse.rules.text;

import dev.chainfuse.rules.Counters;
import dev.chainfuse.rules.Policy;
import java.util.List;

/** Carries a command out on a table, with the refusals of libiptc (libiptc/libiptc.c). */
final class CommandExecution {
  private final TableBuilder table;
  private final RuleCommand command;

  private CommandExecution(TableBuilder table, RuleCommand command) {
    this.table = table;
    this.command = command;
  }

  static void run(TableBuilder table, RuleCommand command) {
    new CommandExecution(table, command).run();
  }

  private void run() {
    switch (command.option()) {
      case APPEND -> {
        ChainBuilder chain = chain();
        command.rules().forEach(rule -> table.append(chain, rule));
      }
      case INSERT -> insert();
      case REPLACE -> replace();
      case DELETE -> delete();
      case CHECK -> command.rules().forEach(rule -> find(chain(), rule));
      case FLUSH -> chains(table.chains()).forEach(table::flush);
      case ZERO -> zero();
      case NEW_CHAIN -> table.create(command.chain());
      case DELETE_CHAIN -> chains(table.userChains()).forEach(this::remove);
      case RENAME_CHAIN -> rename();
      case POLICY -> policy();
      default -> throw new IllegalArgumentException(command.toString());
    }
  }

  private ChainBuilder chain() {
    return table.existing(command.chain());
  }

  private List<ChainBuilder> chains(List<ChainBuilder> all) {
    return command.chain().text().isEmpty() ? all : List.of(chain());
  }

  private void insert() {
    ChainBuilder chain = chain();
    int index = command.number() == 0 ? 0 : command.number() - 1;
    if (index > chain.size()) {
      throw tooBig(chain);
    }
    command.rules().forEach(rule -> table.insert(chain, index, rule));
  }

  private void replace() {
    if (command.rules().size() != 1) {
      throw new LineException(
          command.chain().column(), "-R takes one rule: one source and one destination", "");
    }
    ChainBuilder chain = chain();
    table.replace(chain, index(chain), command.rules().get(0));
  }

  private void delete() {
    ChainBuilder chain = chain();
    if (command.number() > 0) {
      table.delete(chain, index(chain));
      return;
    }
    for (RuleEntry rule : command.rules()) {
      table.delete(chain, find(chain, rule));
    }
  }

  private int index(ChainBuilder chain) {
    if (command.number() > chain.size()) {
      throw tooBig(chain);
    }
    return command.number() - 1;
  }

  private LineException tooBig(ChainBuilder chain) {
    return new LineException(
        command.chain().column(),
        "chain " + chain.name() + " has " + chain.size() + " rules, not " + command.number(),
        "rules are numbered from 1");
  }

  /** Index of the first rule that says the same, whatever it counted. */
  private int find(ChainBuilder chain, RuleEntry wanted) {
    String text = SaveWriter.rule(chain.name(), wanted.rule());
    List<RuleEntry> rules = chain.entries();
    for (int i = 0; i < rules.size(); i++) {
      if (rules.get(i).rule().header().equals(wanted.rule().header())
          && SaveWriter.rule(chain.name(), rules.get(i).rule()).equals(text)) {
        return i;
      }
    }
    throw new LineException(
        command.chain().column(),
        "chain " + chain.name() + " has no such rule: " + text,
        "the rule has to be the same in every match and target; or give its number");
  }

  private void zero() {
    if (command.number() > 0) {
      ChainBuilder chain = chain();
      zero(chain.entries(), index(chain));
      return;
    }
    for (ChainBuilder chain : chains(table.chains())) {
      chain.setCounters(Counters.ZERO);
      for (int i = 0; i < chain.size(); i++) {
        zero(chain.entries(), i);
      }
    }
  }

  private static void zero(List<RuleEntry> rules, int index) {
    RuleEntry entry = rules.get(index);
    rules.set(
        index,
        new RuleEntry(
            Rules.withCounters(entry.rule(), Counters.ZERO), entry.rechecks(), entry.column()));
  }

  private void remove(ChainBuilder chain) {
    String why = "";
    if (chain.builtIn()) {
      why = "is built in";
    } else if (chain.size() > 0) {
      why = "has rules: flush it first, with -F";
    } else if (chain.references() > 0) {
      why = "is the target of " + chain.references() + " rules: delete them first";
    }
    if (!why.isEmpty()) {
      throw new LineException(
          command.chain().column(), "chain " + chain.name() + " cannot go: it " + why, "");
    }
    table.remove(chain);
  }

  private void rename() {
    ChainBuilder chain = chain();
    String to = command.operand().text();
    if (table.hasChain(to)) {
      throw new LineException(
          command.operand().column(), "chain '" + to + "' exists already", "choose another name");
    }
    if (chain.builtIn()) {
      throw new LineException(
          command.chain().column(), "the built-in chain " + chain.name() + " keeps its name", "");
    }
    table.rename(chain, to);
  }

  private void policy() {
    ChainBuilder chain = chain();
    PolicyText.set(chain, command.chain(), command.operand());
    chain.setCounters(Counters.ZERO);
  }

  /** Policies, as commands and chain lines give them. */
  static final class PolicyText {
    private PolicyText() {}

    static void set(ChainBuilder chain, Token name, Token policy) {
      if (!chain.builtIn()) {
        throw new LineException(
            name.column(), "chain " + chain.name() + " is not built in and has no policy", "");
      }
      chain.setPolicy(
          switch (policy.text()) {
            case "ACCEPT" -> Policy.ACCEPT;
            case "DROP" -> Policy.DROP;
            default ->
                throw new LineException(
                    policy.column(), "'" + policy.text() + "' is not a policy", "ACCEPT or DROP");
          });
    }
  }
}

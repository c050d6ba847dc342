package dev.chainfuse.rules.text;

import dev.chainfuse.rules.TableName;
import java.util.List;

/**
 * One {@code iptables} command, as parsed.
 *
 * @param option what to do
 * @param chain empty text if none was given
 * @param number rule number, or 0 if none was given
 * @param operand new name or policy; empty text for other commands
 * @param rules what {@code -A -I -R -D -C} are about
 * @param ipv6 marked {@code -6}: not for us
 */
record RuleCommand(
    CommandOption option,
    TableName table,
    Token chain,
    int number,
    Token operand,
    List<RuleEntry> rules,
    boolean ipv6) {
  RuleCommand {
    rules = List.copyOf(rules);
  }
}

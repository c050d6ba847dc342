package dev.chainfuse.rules;

import java.util.List;

/** A table and the hooks at which it has a built-in chain, in the order of hooks. */
public enum TableName {
  RAW("raw", Hook.PREROUTING, Hook.OUTPUT),
  MANGLE("mangle", Hook.PREROUTING, Hook.INPUT, Hook.FORWARD, Hook.OUTPUT, Hook.POSTROUTING),
  NAT("nat", Hook.PREROUTING, Hook.INPUT, Hook.OUTPUT, Hook.POSTROUTING),
  FILTER("filter", Hook.INPUT, Hook.FORWARD, Hook.OUTPUT),
  SECURITY("security", Hook.INPUT, Hook.FORWARD, Hook.OUTPUT);

  private final String text;
  private final List<Hook> hooks;

  TableName(String text, Hook... hooks) {
    this.text = text;
    this.hooks = List.of(hooks);
  }

  /** The name as iptables writes it, lower case. */
  public String text() {
    return text;
  }

  /** The hooks of this table's built-in chains. */
  public List<Hook> hooks() {
    return hooks;
  }
}

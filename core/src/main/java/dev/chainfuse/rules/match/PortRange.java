package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.rules.Condition;

/**
 * {@code [!] first:last}; both inclusive, 0 to 65535. With {@code first > last} (which iptables
 * takes for udp and conntrack) no port lies within.
 */
public record PortRange(int first, int last, boolean inverted) {
  public static final int MAX = 0xffff;
  public static final PortRange ANY = new PortRange(0, MAX, false);

  /** Whether the port is matched. */
  public boolean matches(int port) {
    return (port >= first && port <= last) != inverted;
  }

  Condition condition(Field field) {
    return Condition.inverted(Condition.in(field, RangeSet.of(first, last)), inverted);
  }

  private boolean full() {
    return first == 0 && last == MAX;
  }

  /** As tcp and udp save it; a full range is left out, even an inverted one. */
  void save(StringBuilder out, String option) {
    if (!full()) {
      saveGiven(out, option);
    }
  }

  /** As sctp and dccp save it: what was given, even a full range. */
  void saveGiven(StringBuilder out, String option) {
    out.append(inverted ? " ! --" : " --").append(option).append(' ').append(first);
    if (first != last) {
      out.append(':').append(last);
    }
  }

  /** As tcp and udp list it: {@code dpt:80}, {@code dpts:!1:1023}. */
  void list(StringBuilder out, String name) {
    if (full() && !inverted) {
      return;
    }
    out.append(' ').append(name).append(first == last ? ":" : "s:").append(inverted ? "!" : "");
    out.append(first);
    if (first != last) {
      out.append(':').append(last);
    }
  }
}

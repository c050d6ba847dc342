package dev.chainfuse;

import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.TableName;
import java.util.List;

/**
 * One built-in chain, run for one packet.
 *
 * @param hook where
 * @param table whose chain
 * @param inInterface name, or empty
 * @param outInterface name, or empty
 * @param before the packet as it came to the chain: {@code tcp 192.0.2.1:40000 > 198.51.100.10:80}
 * @param connection {@code NEW}, {@code ESTABLISHED}, {@code RELATED}, {@code INVALID}, {@code
 *     UNTRACKED}; with SNAT or DNAT if it is translated
 * @param mark of the packet when it came
 * @param local the host made the packet
 * @param matched the rules that counted, in order, and the policy if it decided
 * @param accepted the packet goes on
 */
public record ChainRun(
    Hook hook,
    TableName table,
    String inInterface,
    String outInterface,
    String before,
    String connection,
    int mark,
    boolean local,
    List<Decision> matched,
    boolean accepted) {
  public ChainRun {
    matched = List.copyOf(matched);
  }
}

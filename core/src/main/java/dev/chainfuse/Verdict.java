package dev.chainfuse;

import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.DropReason;

/**
 * What became of one packet.
 *
 * @param action its fate
 * @param reason why it ended; NONE if it left or was delivered
 * @param egress {@code docker0, port veth1}, the interface's name, or empty
 * @param translated addresses and ports as it left: {@code 203.0.113.9:40000 > 172.17.0.2:80}
 * @param decidedBy the rule, policy or reason that decided
 * @param ruleId the same as a number
 */
public record Verdict(
    Action action,
    DropReason reason,
    String egress,
    String translated,
    Decision decidedBy,
    int ruleId) {}

package dev.chainfuse.path;

import dev.chainfuse.conntrack.FlowDescriptor;
import dev.chainfuse.fuse.FusedRules;
import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.Skb;
import java.util.Set;

/**
 * What may differ between packets of one direction of a flow and is read by some rule: two packets
 * with equal signatures are not told apart. Immutable.
 *
 * <pre>
 *   packet:      | class of length | of TTL | of TOS | of TCP flags |   16 bits each
 *   connection:  | status bits     | connection mark                |   32 bits each, 0 if no rule reads it
 * </pre>
 */
final class Signatures {
  private static final int KERNEL_STATUS = 0xffff;

  private final boolean any;
  private final char[] lengths;
  private final char[] ttls;
  private final char[] tos;
  private final char[] flags;
  private final int statusMask;
  private final int markMask;

  private Signatures(FusedRules rules) {
    Set<Field> read = rules.perPacketFields();
    any =
        read.contains(Field.LENGTH)
            || read.contains(Field.TTL)
            || read.contains(Field.TOS)
            || read.contains(Field.TCP_FLAGS);
    lengths = rules.classTable(Field.LENGTH);
    ttls = rules.classTable(Field.TTL);
    tos = rules.classTable(Field.TOS);
    flags = rules.classTable(Field.TCP_FLAGS);
    statusMask = read.contains(Field.CT_STATUS) ? KERNEL_STATUS : 0;
    markMask = read.contains(Field.CT_MARK) ? -1 : 0;
  }

  static Signatures of(FusedRules rules) {
    return new Signatures(rules);
  }

  /**
   * Of the packet as it came in: of an skb that has been on its way, {@code ttl} may be lower now.
   */
  long packet(int length, int ttl, int typeOfService, int tcpFlags) {
    return any
        ? (long) lengths[length] << 48
            | (long) ttls[ttl] << 32
            | (long) tos[typeOfService] << 16
            | flags[tcpFlags]
        : 0;
  }

  long packet(Skb skb) {
    return packet(skb.totalLength, skb.ttl, skb.tos, skb.tcpFlags);
  }

  /** Of its connection, as tracking left it. */
  long connection(int[] words, int base) {
    return (long) (words[base + FlowDescriptor.STATUS] & statusMask) << 32
        | words[base + FlowDescriptor.MARK] & markMask & 0xffff_ffffL;
  }
}

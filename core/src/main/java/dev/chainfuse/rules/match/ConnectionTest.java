package dev.chainfuse.rules.match;

import dev.chainfuse.packet.ConnectionFacts;
import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.RangeSet;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;

/**
 * One option of {@code -m conntrack} besides {@code --ctstate}: a question about a connection.
 *
 * @param first first value of a range, an address, or status bits
 * @param second last value of a range (unsigned; below {@code first} the range is empty), or the
 *     address's mask
 */
public record ConnectionTest(Kind kind, int first, int second, boolean inverted) {
  /** What is compared, and how. */
  enum Form {
    RANGE,
    PORTS,
    ADDRESS,
    STATUS,
    DIRECTION
  }

  /** The questions, in the order in which iptables prints them. */
  public enum Kind {
    PROTOCOL("ctproto", Form.RANGE, Field.CT_PROTOCOL),
    ORIGINAL_SOURCE("ctorigsrc", Form.ADDRESS, Field.CT_ORIGINAL_SOURCE),
    ORIGINAL_DESTINATION("ctorigdst", Form.ADDRESS, Field.CT_ORIGINAL_DESTINATION),
    REPLY_SOURCE("ctreplsrc", Form.ADDRESS, Field.CT_REPLY_SOURCE),
    REPLY_DESTINATION("ctrepldst", Form.ADDRESS, Field.CT_REPLY_DESTINATION),
    ORIGINAL_SOURCE_PORT("ctorigsrcport", Form.PORTS, Field.CT_ORIGINAL_SOURCE_PORT),
    ORIGINAL_DESTINATION_PORT("ctorigdstport", Form.PORTS, Field.CT_ORIGINAL_DESTINATION_PORT),
    REPLY_SOURCE_PORT("ctreplsrcport", Form.PORTS, Field.CT_REPLY_SOURCE_PORT),
    REPLY_DESTINATION_PORT("ctrepldstport", Form.PORTS, Field.CT_REPLY_DESTINATION_PORT),
    STATUS("ctstatus", Form.STATUS, Field.CT_STATUS),
    EXPIRE("ctexpire", Form.RANGE, Field.CT_EXPIRE),
    DIRECTION("ctdir", Form.DIRECTION, Field.CT_DIRECTION);

    final String option;
    final Form form;
    final Field field;

    Kind(String option, Form form, Field field) {
      this.option = option;
      this.form = form;
      this.field = field;
    }
  }

  /** The words of {@code --ctstatus}; NONE stands for no bit. */
  static final Keywords STATUS = new Keywords("EXPECTED", "SEEN_REPLY", "ASSURED", "CONFIRMED");

  /** Appends {@code [!] NAME VALUE}, with a leading space. */
  void print(StringBuilder out, String prefix) {
    out.append(inverted ? " ! " : " ").append(prefix).append(kind.option).append(' ');
    switch (kind.form) {
      case RANGE -> {
        out.append(Integer.toUnsignedString(first));
        if (first != second) {
          out.append(':').append(Integer.toUnsignedString(second));
        }
      }
      case PORTS -> {
        out.append(first);
        // A range that ends at 0 looks like a single port.
        if (second != 0 && second != first) {
          out.append(':').append(second);
        }
      }
      case ADDRESS -> {
        out.append(Ipv4.format(first));
        if (second != -1) {
          out.append('/').append(Ipv4.prefixLength(second));
        }
      }
      case STATUS -> out.append(first == 0 ? "NONE" : STATUS.format(first));
      case DIRECTION -> out.append(first == ConnectionFacts.ORIGINAL ? "ORIGINAL" : "REPLY");
    }
  }

  /** Asks the packet's connection, which it has to have. */
  boolean matches(Skb skb) {
    int value = value(skb, skb.connections, skb.flow);
    boolean holds =
        switch (kind.form) {
          case RANGE, PORTS, DIRECTION ->
              Integer.compareUnsigned(value, first) >= 0
                  && Integer.compareUnsigned(value, second) <= 0;
          case ADDRESS -> ((value ^ first) & second) == 0;
          case STATUS -> (value & first) != 0;
        };
    return holds != inverted;
  }

  private int value(Skb skb, ConnectionFacts connections, int flow) {
    return switch (kind) {
      case PROTOCOL -> connections.protocol(flow);
      case ORIGINAL_SOURCE -> connections.source(flow, ConnectionFacts.ORIGINAL);
      case ORIGINAL_DESTINATION -> connections.destination(flow, ConnectionFacts.ORIGINAL);
      case REPLY_SOURCE -> connections.source(flow, ConnectionFacts.REPLY);
      case REPLY_DESTINATION -> connections.destination(flow, ConnectionFacts.REPLY);
      case ORIGINAL_SOURCE_PORT -> connections.sourcePort(flow, ConnectionFacts.ORIGINAL);
      case ORIGINAL_DESTINATION_PORT -> connections.destinationPort(flow, ConnectionFacts.ORIGINAL);
      case REPLY_SOURCE_PORT -> connections.sourcePort(flow, ConnectionFacts.REPLY);
      case REPLY_DESTINATION_PORT -> connections.destinationPort(flow, ConnectionFacts.REPLY);
      case STATUS -> connections.status(flow);
      case EXPIRE -> connections.secondsLeft(flow, skb.timeNanos);
      case DIRECTION -> skb.connectionDirection();
    };
  }

  /** The same on the field, for packets that have a connection. */
  Condition condition() {
    Field field = kind.field;
    Condition holds =
        switch (kind.form) {
          case RANGE, PORTS, DIRECTION ->
              Condition.in(
                  field,
                  RangeSet.of(Integer.toUnsignedLong(first), Integer.toUnsignedLong(second)));
          case ADDRESS -> Condition.bits(field, second, first & second);
          // Some bit, that is, not none of them.
          case STATUS -> Condition.bits(field, first, 0).not();
        };
    return Condition.inverted(holds, inverted);
  }
}

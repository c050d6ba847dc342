package dev.chainfuse.rules.target;

import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** {@code -j REJECT}: answers with an error and drops (net/ipv4/netfilter/ipt_REJECT.c). */
public record RejectTarget(Answer answer) implements Target {
  private static final int DESTINATION_UNREACHABLE = 3;

  /** What is sent, in the order in which iptables looks an abbreviation up. */
  public enum Answer {
    NET_UNREACHABLE("icmp-net-unreachable", "net-unreach", 0),
    HOST_UNREACHABLE("icmp-host-unreachable", "host-unreach", 1),
    PROTOCOL_UNREACHABLE("icmp-proto-unreachable", "proto-unreach", 2),
    PORT_UNREACHABLE("icmp-port-unreachable", "port-unreach", 3),
    NET_PROHIBITED("icmp-net-prohibited", "net-prohib", 9),
    HOST_PROHIBITED("icmp-host-prohibited", "host-prohib", 10),
    TCP_RESET("tcp-reset", "tcp-rst", -1),
    ADMIN_PROHIBITED("icmp-admin-prohibited", "admin-prohib", 13);

    private final String text;
    private final String alias;
    private final int code;

    Answer(String text, String alias, int code) {
      this.text = text;
      this.alias = alias;
      this.code = code;
    }

    /** The name after {@code --reject-with}. */
    public String text() {
      return text;
    }

    private boolean isMeantBy(String abbreviation) {
      return text.startsWith(abbreviation) || alias.startsWith(abbreviation);
    }
  }

  @Override
  public Kind kind() {
    return Kind.EXTENSION;
  }

  @Override
  public String targetName() {
    return "REJECT";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(" --reject-with ").append(answer.text);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" reject-with ").append(answer.text);
  }

  @Override
  public int apply(TargetContext context) {
    if (answer == Answer.TCP_RESET) {
      context.rejectWithReset();
    } else {
      context.rejectWithIcmp(DESTINATION_UNREACHABLE, answer.code);
    }
    return DROP;
  }

  @Override
  public boolean terminal() {
    return true;
  }

  @Override
  public boolean everyPacket() {
    return true;
  }

  /** How {@code -j REJECT} is written. */
  public static final class Module implements TargetModule {
    private static final List<Option> OPTIONS = List.of(Option.value("reject-with"));

    @Override
    public String name() {
      return "REJECT";
    }

    @Override
    public List<Option> options() {
      return OPTIONS;
    }

    @Override
    public Set<TableName> tables() {
      return Set.of(TableName.FILTER);
    }

    @Override
    public Set<Hook> hooks() {
      return Set.of(Hook.INPUT, Hook.FORWARD, Hook.OUTPUT);
    }

    @Override
    public Target parse(OptionValues values) {
      String wanted = values.value("reject-with");
      Answer answer = wanted == null ? Answer.PORT_UNREACHABLE : find(wanted, values);
      if (answer == Answer.TCP_RESET && !values.header().isTcp()) {
        throw values.error("reject-with", "tcp-reset answers TCP only", "add -p tcp to the rule");
      }
      return new RejectTarget(answer);
    }

    /** As iptables does, the first of which the text is the beginning. */
    private static Answer find(String wanted, OptionValues values) {
      String lower = wanted.toLowerCase(Locale.ROOT);
      StringBuilder known = new StringBuilder("one of");
      for (Answer answer : Answer.values()) {
        if (answer.isMeantBy(lower)) {
          return answer;
        }
        known.append(' ').append(answer.text);
      }
      throw values.error("reject-with", "unknown reject type '" + wanted + "'", known.toString());
    }
  }
}

package dev.chainfuse.rules.target;

import dev.chainfuse.packet.Field;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.NumberText;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import dev.chainfuse.rules.match.SetReference;
import dev.chainfuse.stateful.ElementNote;
import dev.chainfuse.stateful.IpSet;
import dev.chainfuse.stateful.SetQuery;
import dev.chainfuse.stateful.SetQuery.Comparison;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code -j SET}: enters the packet's addresses and ports into a set, removes them from another,
 * and gives the packet the mark that a third has for them (net/netfilter/xt_set.c, set_target_v3).
 * Priority and queue, which {@code --map-prio} and {@code --map-queue} set, change nothing that is
 * modelled.
 *
 * @param add the set to add to, or null
 * @param remove the set to remove from, or null
 * @param map the set to look up, or null
 * @param timeout seconds, {@link IpSet#NO_TIMEOUT} for the set's own
 * @param maps {@code MAP_} bits below
 */
public record SetTarget(
    @Nullable SetReference add,
    @Nullable SetReference remove,
    @Nullable SetReference map,
    long timeout,
    int maps)
    implements Target {
  public static final int MAP_MARK = 1;
  public static final int MAP_PRIORITY = 2;
  public static final int MAP_QUEUE = 4;

  @Override
  public Kind kind() {
    return Kind.EXTENSION;
  }

  @Override
  public String targetName() {
    return "SET";
  }

  @Override
  public void save(StringBuilder out) {
    write(out, "--");
  }

  @Override
  public void list(StringBuilder out) {
    write(out, "");
  }

  private void write(StringBuilder out, String dashes) {
    if (add != null) {
      add.append(out, dashes + "add-set");
      out.append(add.query().has(SetQuery.EXIST) ? " " + dashes + "exist" : "");
      if (timeout != IpSet.NO_TIMEOUT) {
        out.append(' ').append(dashes).append("timeout ").append(timeout);
      }
    }
    if (remove != null) {
      remove.append(out, dashes + "del-set");
    }
    if (map != null) {
      map.append(out, dashes + "map-set");
      out.append((maps & MAP_MARK) != 0 ? " " + dashes + "map-mark" : "");
      out.append((maps & MAP_PRIORITY) != 0 ? " " + dashes + "map-prio" : "");
      out.append((maps & MAP_QUEUE) != 0 ? " " + dashes + "map-queue" : "");
    }
  }

  @Override
  public int apply(TargetContext context) {
    if (add != null) {
      context.sets.get(add.set()).add(context.skb, add.query(), timeout);
    }
    if (remove != null) {
      context.sets.get(remove.set()).remove(context.skb, remove.query());
    }
    if (map != null) {
      boolean found =
          context.sets.get(map.set()).test(context.skb, map.query(), context.sets.answer);
      if (found && (maps & MAP_MARK) != 0) {
        ElementNote note = context.sets.answer.note;
        context.skb.mark = context.skb.mark & ~note.markMask() ^ note.mark();
      }
    }
    return CONTINUE;
  }

  @Override
  public Set<Field> writes() {
    return (maps & MAP_MARK) != 0 ? Set.of(Field.MARK) : Set.of();
  }

  @Override
  public boolean everyPacket() {
    return true;
  }

  /** How {@code -j SET} is written. */
  public static final class Module implements TargetModule {
    private static final List<Option> OPTIONS =
        List.of(
            new Option(List.of("add-set"), true, false, 1),
            new Option(List.of("del-set"), true, false, 1),
            new Option(List.of("map-set"), true, false, 1),
            Option.flag("exist"),
            Option.value("timeout"),
            Option.flag("map-mark"),
            Option.flag("map-prio"),
            Option.flag("map-queue"));

    /** UINT_MAX - 1, extensions/libxt_SET.c. */
    private static final long MOST_TIMEOUT = 0xffff_fffeL;

    private static final Set<Hook> SENDING = Set.of(Hook.FORWARD, Hook.OUTPUT, Hook.POSTROUTING);

    @Override
    public String name() {
      return "SET";
    }

    @Override
    public List<Option> options() {
      return OPTIONS;
    }

    @Override
    public Target parse(OptionValues values) {
      if (!values.has("add-set") && !values.has("del-set") && !values.has("map-set")) {
        throw values.error("", "SET says not what to do", "add --add-set, --del-set or --map-set");
      }
      for (String option : List.of("exist", "timeout")) {
        if (values.has(option) && !values.has("add-set")) {
          throw values.error(option, "'--" + option + "' is for '--add-set' only", "leave it out");
        }
      }
      return new SetTarget(
          reference(values, "add-set", values.has("exist") ? SetQuery.EXIST : 0),
          reference(values, "del-set", 0),
          reference(values, "map-set", 0),
          timeout(values),
          maps(values));
    }

    private static @Nullable SetReference reference(OptionValues values, String option, int flags) {
      return values.has(option)
          ? SetReference.parse(values, option).with(flags, Comparison.ANY, Comparison.ANY)
          : null;
    }

    private static long timeout(OptionValues values) {
      String text = values.value("timeout");
      if (text == null) {
        return IpSet.NO_TIMEOUT;
      }
      long seconds = NumberText.parse(text, MOST_TIMEOUT);
      if (seconds < 0) {
        throw values.error(
            "timeout", "'" + text + "' is no time-out", "a number of seconds from 0 to 4294967294");
      }
      return seconds;
    }

    private static int maps(OptionValues values) {
      int maps = values.has("map-mark") ? MAP_MARK : 0;
      maps |= values.has("map-prio") ? MAP_PRIORITY : 0;
      maps |= values.has("map-queue") ? MAP_QUEUE : 0;
      if (!values.has("map-set")) {
        if (maps != 0) {
          throw values.error("", "--map-mark, --map-prio and --map-queue need --map-set", "");
        }
        return 0;
      }
      if (maps == 0) {
        throw values.error(
            "map-set",
            "--map-set says not what to map",
            "add --map-mark, --map-prio or --map-queue");
      }
      if (values.table() != TableName.MANGLE) {
        throw values.error(
            "map-set", "--map-set is for the mangle table only", "move the rule to it");
      }
      boolean sends =
          values.hooks().isEmpty() || values.hooks().stream().anyMatch(SENDING::contains);
      if ((maps & ~MAP_MARK) != 0 && !sends) {
        throw values.error(
            "map-set",
            "priority and queue are mapped from FORWARD, OUTPUT and POSTROUTING only",
            "move the rule to one of them");
      }
      return maps;
    }
  }
}

package dev.chainfuse.rules.target;

import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.rules.HeaderMatch;
import dev.chainfuse.rules.NumberText;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.TableName;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code -j CT}: how the packet's connection is to be tracked (net/netfilter/xt_CT.c).
 *
 * @param notrack the packet is not to be tracked; the rest means nothing then
 * @param helper protocol helper; empty for none
 * @param timeout time-out policy; empty for none
 * @param events bits of {@link #EVENTS} that user space is told of; 0 for all
 * @param expectationEvents 1 for those of {@link #EXPECTATION_EVENTS}, 0 for none
 */
public record CtTarget(
    boolean notrack, String helper, String timeout, int events, int expectationEvents, Zone zone)
    implements ExtensionTarget {
  /**
   * A zone.
   *
   * @param id 0 to 65,535
   * @param ofMark the packet's mark is the zone
   * @param original only the original direction is in it, unless {@code reply} is set, too
   */
  public record Zone(int id, boolean ofMark, boolean original, boolean reply) {
    boolean isDefault() {
      return !ofMark && id == 0;
    }

    boolean ofOneDirection() {
      return original != reply;
    }

    private void append(StringBuilder out, String dashes) {
      if (isDefault()) {
        return;
      }
      out.append(dashes).append("zone");
      if (ofOneDirection()) {
        out.append(original ? "-orig" : "-reply");
      }
      out.append(' ').append(ofMark ? "mark" : Integer.toString(id));
    }
  }

  private static final int LONGEST_HELPER = 15;
  private static final int LONGEST_TIMEOUT = 31;

  /** In the order in which they are printed. */
  static final List<String> EVENTS =
      List.of(
          "new",
          "related",
          "destroy",
          "reply",
          "assured",
          "protoinfo",
          "helper",
          "mark",
          "natseqinfo",
          "secmark");

  static final List<String> EXPECTATION_EVENTS = List.of("new");

  /** The helpers of Linux 6.x, and the protocols that each is for. */
  private static final Map<String, Set<Integer>> HELPERS =
      Map.ofEntries(
          Map.entry("amanda", Set.of(Ipv4.UDP)),
          Map.entry("ftp", Set.of(Ipv4.TCP)),
          Map.entry("H.245", Set.of(Ipv4.UDP)),
          Map.entry("irc", Set.of(Ipv4.TCP)),
          Map.entry("netbios-ns", Set.of(Ipv4.UDP)),
          Map.entry("pptp", Set.of(Ipv4.TCP)),
          Map.entry("Q.931", Set.of(Ipv4.TCP)),
          Map.entry("RAS", Set.of(Ipv4.UDP)),
          Map.entry("sane", Set.of(Ipv4.TCP)),
          Map.entry("sip", Set.of(Ipv4.TCP, Ipv4.UDP)),
          Map.entry("snmp", Set.of(Ipv4.UDP)),
          Map.entry("tftp", Set.of(Ipv4.UDP)));

  static final TargetModule MODULE =
      PlainModule.of(
              "CT",
              CtTarget::parse,
              Option.flag("notrack"),
              Option.value("helper"),
              Option.value("timeout"),
              Option.value("ctevents"),
              Option.value("expevents"),
              Option.value("zone"),
              Option.value("zone-orig"),
              Option.value("zone-reply"))
          .inTables(TableName.RAW);

  private static Target parse(OptionValues values) {
    boolean notrack = values.has("notrack");
    String helper = cut(values.value("helper"), LONGEST_HELPER);
    String timeout = cut(values.value("timeout"), LONGEST_TIMEOUT);
    if (!notrack) {
      checkHelper(values, helper);
      checkTimeout(values, timeout);
    }
    return new CtTarget(
        notrack,
        helper,
        timeout,
        events(values, "ctevents", EVENTS),
        events(values, "expevents", EXPECTATION_EVENTS),
        zone(values));
  }

  private static String cut(@Nullable String text, int longest) {
    return text == null ? "" : text.substring(0, Math.min(text.length(), longest));
  }

  private static int protocol(OptionValues values) {
    HeaderMatch header = values.header();
    return header.protocolInverted() ? 0 : header.protocol();
  }

  private static void checkHelper(OptionValues values, String helper) {
    Set<Integer> protocols = HELPERS.getOrDefault(helper, Set.of());
    if (!helper.isEmpty() && !protocols.contains(protocol(values))) {
      throw values.error(
          "helper",
          "there is no helper '" + helper + "' for the rule's protocol",
          "name the helper's protocol with -p; the helpers are "
              + String.join(" ", HELPERS.keySet().stream().sorted().toList()));
    }
  }

  private static void checkTimeout(OptionValues values, String timeout) {
    if (!timeout.isEmpty() && protocol(values) == 0) {
      throw values.error(
          "timeout", "a time-out policy is for one protocol", "add its protocol with -p");
    }
  }

  private static int events(OptionValues values, String option, List<String> known) {
    String text = values.value(option);
    int bits = 0;
    if (text != null) {
      for (String word : text.split(",", -1)) {
        int at = known.indexOf(word);
        if (at < 0) {
          throw values.error(
              option,
              "unknown event '" + word + "'",
              "a list of " + String.join(",", known) + " without spaces");
        }
        bits |= 1 << at;
      }
    }
    return bits;
  }

  /** The three options say in turn what the one zone of the rule is. */
  private static Zone zone(OptionValues values) {
    int id = 0;
    boolean ofMark = false;
    for (String option : values.given()) {
      if (option.startsWith("zone")) {
        String text = String.valueOf(values.value(option));
        if (text.equalsIgnoreCase("mark")) {
          ofMark = true;
        } else {
          id = (int) NumberText.parse(text, 0xffff);
          if (id < 0) {
            throw values.error(
                option, "'" + text + "' is not a zone", "a number from 0 to 65535, or mark");
          }
        }
      }
    }
    return new Zone(id, ofMark, values.has("zone-orig"), values.has("zone-reply"));
  }

  @Override
  public String targetName() {
    return "CT";
  }

  @Override
  public void save(StringBuilder out) {
    append(out, " --");
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" CT");
    append(out, " ");
  }

  private void append(StringBuilder out, String dashes) {
    out.append(notrack ? dashes + "notrack" : "");
    out.append(helper.isEmpty() ? "" : dashes + "helper " + helper);
    out.append(timeout.isEmpty() ? "" : dashes + "timeout " + timeout);
    appendEvents(out, dashes + "ctevents ", events, EVENTS);
    appendEvents(out, dashes + "expevents ", expectationEvents, EXPECTATION_EVENTS);
    zone.append(out, dashes);
  }

  private static void appendEvents(StringBuilder out, String option, int bits, List<String> known) {
    String before = option;
    for (int i = 0; i < known.size(); i++) {
      if ((bits >> i & 1) != 0) {
        out.append(before).append(known.get(i));
        before = ",";
      }
    }
  }

  @Override
  public String note() {
    if (notrack) {
      return "";
    }
    if (zone.ofOneDirection() && !zone.isDefault()) {
      return "zones of one direction are not modelled: packets that meet the rule end as not"
          + " modelled";
    }
    if (!helper.isEmpty()) {
      return "helper " + helper + " is not modelled: connections that it would expect are NEW";
    }
    return timeout.isEmpty()
        ? ""
        : "time-out policy " + timeout + " is not known: connections have the ordinary time-outs";
  }

  @Override
  public int apply(TargetContext context) {
    if (notrack) {
      context.untrack();
      return CONTINUE;
    }
    if (zone.ofOneDirection() && !zone.isDefault()) {
      return context.notModelled();
    }
    context.trackIn(zone.id, zone.ofMark);
    return CONTINUE;
  }

  @Override
  public Set<Field> writes() {
    return Set.of(Field.CT_STATE);
  }
}

package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.OptionValues.Given;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * {@code -m policy}: the IPsec policy that a packet was or will be treated by
 * (net/netfilter/xt_policy.c, policy_mt). There is no IPsec here: {@code --pol none} always holds,
 * {@code --pol ipsec} never.
 *
 * @param elements what is asked of the transformations; empty of {@code --pol none}
 */
public record PolicyMatch(boolean in, boolean none, boolean strict, List<Element> elements)
    implements Match {
  /** One transformation's properties, in the order in which they are printed. */
  public record Element(List<Property> properties) {
    public Element {
      properties = List.copyOf(properties);
    }
  }

  /**
   * A property.
   *
   * @param listed its value as listed, which for protocols is the number
   */
  public record Property(String option, boolean inverted, String value, String listed) {}

  private static final int MOST_ELEMENTS = 4;
  private static final List<String> PROPERTIES =
      List.of("reqid", "spi", "proto", "mode", "tunnel-dst", "tunnel-src");
  private static final Map<String, Integer> PROTOCOLS =
      new TreeMap<>(Map.of("esp", 50, "ah", 51, "ipcomp", 108));
  private static final Set<Hook> INCOMING = EnumSet.of(Hook.PREROUTING, Hook.INPUT);
  private static final Set<Hook> OUTGOING = EnumSet.of(Hook.OUTPUT, Hook.POSTROUTING);

  public static final MatchModule MODULE =
      Module.of(
          "policy",
          PolicyMatch::parse,
          Option.value("dir"),
          Option.value("pol"),
          Option.flag("strict"),
          Option.invertibleValue("reqid").repeated(),
          Option.invertibleValue("spi").repeated(),
          Option.invertibleValue("proto").repeated(),
          Option.invertibleValue("mode").repeated(),
          Option.invertibleValue("tunnel-dst").repeated(),
          Option.invertibleValue("tunnel-src").repeated(),
          Option.flag("next").repeated());

  private static PolicyMatch parse(OptionValues values) {
    boolean in = oneOf(values, "dir", Module.required(values, "dir"), "in", "out");
    String policy = values.value("pol");
    boolean none = policy != null && oneOf(values, "pol", policy, "none", "ipsec");
    boolean strict = values.has("strict");
    if (none && strict) {
      throw values.error("strict", "'--strict' does not go with '--pol none'", "leave it out");
    }
    if (values.has("next") && !strict) {
      throw values.error("next", "'--next' needs '--strict'", "add it");
    }
    List<Element> elements = new ArrayList<>();
    List<Given> gathered = new ArrayList<>();
    for (Given given : values.inOrder()) {
      if (given.option().equals("next")) {
        elements.add(element(values, gathered));
        gathered.clear();
      } else if (PROPERTIES.contains(given.option())) {
        gathered.add(given);
      }
    }
    elements.add(element(values, gathered));
    checkElements(values, strict, elements);
    checkHooks(values, in);
    return new PolicyMatch(in, none, strict, none ? List.of() : List.copyOf(elements));
  }

  /** Whether it is the first of the two words that it may be. */
  private static boolean oneOf(
      OptionValues values, String option, String text, String first, String second) {
    if (!text.equals(first) && !text.equals(second)) {
      throw values.error(
          option, "'" + text + "' is not a value", "write " + first + " or " + second);
    }
    return text.equals(first);
  }

  private static void checkElements(OptionValues values, boolean strict, List<Element> elements) {
    if (elements.size() > MOST_ELEMENTS) {
      throw values.error("next", "more than 4 transformations", "leave some out");
    }
    for (Element element : elements) {
      if (strict && element.properties.isEmpty()) {
        throw values.error("strict", "a transformation has no property", "add --reqid or another");
      }
    }
  }

  private static void checkHooks(OptionValues values, boolean in) {
    Set<Hook> wrong = in ? OUTGOING : INCOMING;
    for (Hook hook : values.hooks()) {
      if (wrong.contains(hook)) {
        throw values.error(
            "dir",
            "'--dir " + (in ? "in" : "out") + "' cannot be used where packets come from " + hook,
            "write --dir " + (in ? "out" : "in"));
      }
    }
  }

  private static Element element(OptionValues values, List<Given> gathered) {
    List<Property> properties = new ArrayList<>();
    boolean tunnel = false;
    for (String option : PROPERTIES) {
      Given found = null;
      for (Given given : gathered) {
        if (given.option().equals(option)) {
          if (found != null) {
            throw values.error(option, "'--" + option + "' is given twice", "write --next between");
          }
          found = given;
        }
      }
      if (found != null) {
        properties.add(property(values, found));
        tunnel |= option.equals("mode") && found.value().equals("tunnel") && !found.inverted();
        if (option.startsWith("tunnel") && !tunnel) {
          throw values.error(option, "'--" + option + "' needs '--mode tunnel'", "add it");
        }
      }
    }
    return new Element(properties);
  }

  private static Property property(OptionValues values, Given given) {
    String option = given.option();
    String text = given.value();
    String shown =
        switch (option) {
          case "reqid" -> Long.toString(Numbers.require(values, option, text, 0, Numbers.MAX_32));
          case "spi" ->
              "0x" + Long.toHexString(Numbers.require(values, option, text, 0, Numbers.MAX_32));
          case "proto" -> protocol(values, text);
          case "mode" ->
              oneOf(values, option, text, "transport", "tunnel") ? "transport" : "tunnel";
          default -> address(values, option, text);
        };
    Integer number = option.equals("proto") ? PROTOCOLS.get(shown) : null;
    return new Property(
        option, given.inverted(), shown, number == null ? shown : number.toString());
  }

  private static String protocol(OptionValues values, String text) {
    String name = text.toLowerCase(Locale.ROOT);
    long number = Numbers.parse(text, 255);
    for (Map.Entry<String, Integer> each : PROTOCOLS.entrySet()) {
      if (each.getKey().equals(name) || each.getValue() == number) {
        return each.getKey();
      }
    }
    throw values.error("proto", "'" + text + "' is no IPsec protocol", "write ah, esp or ipcomp");
  }

  private static String address(OptionValues values, String option, String text) {
    int slash = text.indexOf('/');
    int address = Addresses.address(values, option, slash < 0 ? text : text.substring(0, slash));
    int mask = slash < 0 ? -1 : Addresses.mask(values, option, text.substring(slash + 1));
    String shown = Ipv4.format(address & mask);
    return mask == -1 ? shown : shown + '/' + Integer.bitCount(mask);
  }

  @Override
  public String name() {
    return "policy";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(" --dir ").append(in ? "in" : "out").append(" --pol ");
    out.append(none ? "none" : "ipsec").append(strict ? " --strict" : "");
    for (int i = 0; i < elements.size(); i++) {
      out.append(i == 0 ? "" : " --next");
      for (Property property : elements.get(i).properties) {
        out.append(property.inverted ? " ! --" : " --").append(property.option);
        out.append(' ').append(property.value);
      }
    }
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" policy match dir ").append(in ? "in" : "out").append(" pol ");
    out.append(none ? "none" : "ipsec").append(strict ? " strict" : "");
    for (int i = 0; i < elements.size(); i++) {
      if (elements.size() > 1) {
        out.append(" [").append(i).append(']');
      }
      for (Property property : elements.get(i).properties) {
        out.append(property.inverted ? " ! " : " ").append(property.option);
        out.append(' ').append(property.listed);
      }
    }
  }

  @Override
  public boolean matches(MatchContext context) {
    return none;
  }

  @Override
  public Condition condition(HostFacts host) {
    return none ? Condition.always() : Condition.never();
  }
}

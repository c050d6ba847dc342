package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code -m esp}, {@code -m ah}, {@code -m ipcomp}: the security parameters index
 * (net/netfilter/xt_esp.c esp_mt, net/ipv4/netfilter/ipt_ah.c ah_mt, net/netfilter/xt_ipcomp.c
 * comp_mt).
 *
 * @param first unsigned
 * @param last unsigned; may lie before {@code first}: no index is within then
 * @param reserved {@code --compres} of ipcomp, which the kernel takes and does not look at
 */
public record SpiMatch(Kind kind, int first, int last, boolean inverted, boolean reserved)
    implements Match {
  /** Which header the index is in. */
  public enum Kind {
    ESP("esp", 50, 8, 0, " esp", " "),
    AH("ah", 51, 12, 4, " ah ", ""),
    IPCOMP("ipcomp", 108, 4, 2, " comp ", "");

    private final String module;
    private final int protocol;

    /** Bytes that must be there. */
    private final int header;

    /** Where in the header the index is: four bytes of it, two in IPComp. */
    private final int offset;

    private final String listed;
    private final String separator;

    Kind(String module, int protocol, int header, int offset, String listed, String separator) {
      this.module = module;
      this.protocol = protocol;
      this.header = header;
      this.offset = offset;
      this.listed = listed;
      this.separator = separator;
    }

    private String option() {
      return this == IPCOMP ? "ipcompspi" : module + "spi";
    }

    private MatchModule toModule() {
      List<Option> options = new ArrayList<>();
      options.add(Option.invertibleValue(option()));
      if (this == IPCOMP) {
        options.add(Option.flag("compres"));
      }
      return new Module(module, options, List.of(protocol), values -> parse(this, values));
    }
  }

  public static final MatchModule ESP = Kind.ESP.toModule();
  public static final MatchModule AH = Kind.AH.toModule();
  public static final MatchModule IPCOMP = Kind.IPCOMP.toModule();

  private static SpiMatch parse(Kind kind, OptionValues values) {
    String option = kind.option();
    boolean reserved = values.has("compres");
    if (!values.has(option)) {
      // iptables fills in the whole range, but not for ipcomp.
      return new SpiMatch(kind, 0, kind == Kind.IPCOMP ? 0 : -1, false, reserved);
    }
    NumberRange range = NumberRange.parse(values, option, Numbers.MAX_32);
    return new SpiMatch(
        kind, (int) range.first(), (int) range.last(), values.inverted(option), reserved);
  }

  @Override
  public String name() {
    return kind.module;
  }

  private boolean full() {
    return first == 0 && last == -1;
  }

  /** A full range is left out, even an inverted one. */
  @Override
  public void save(StringBuilder out) {
    if (!full()) {
      out.append(inverted ? " ! --" : " --").append(kind.option()).append(' ');
      appendRange(out);
    }
    out.append(reserved ? " --compres" : "");
  }

  @Override
  public void list(StringBuilder out) {
    out.append(kind.listed);
    if (!full() || inverted) {
      out.append(kind.separator).append(first == last ? "spi:" : "spis:");
      out.append(inverted ? "!" : "");
      appendRange(out);
    }
    out.append(reserved ? " reserved" : "");
  }

  private void appendRange(StringBuilder out) {
    out.append(Integer.toUnsignedString(first));
    if (first != last) {
      out.append(':').append(Integer.toUnsignedString(last));
    }
  }

  @Override
  public boolean matches(MatchContext context) {
    if (!TransportHeader.readable(context, kind.header)) {
      return false;
    }
    Skb skb = context.skb;
    int at = skb.transport + kind.offset;
    int spi = kind == Kind.IPCOMP ? Bytes.getShort(skb.data, at) : Bytes.getInt(skb.data, at);
    boolean within =
        Integer.compareUnsigned(spi, first) >= 0 && Integer.compareUnsigned(spi, last) <= 0;
    return within != inverted;
  }

  @Override
  public Condition condition(HostFacts host) {
    return new Condition.Ask(this);
  }
}

package dev.chainfuse.rules.target;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.chainfuse.rules.NatRange;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.text.RuleReader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What targets ask of the packet path. */
class TargetEffectTest {
  private static final int FIRST = 0x0a00_0001;

  /** Writes down what it is asked. */
  private static final class Recorder extends TargetContext {
    private final List<String> asked = new ArrayList<>();
    private int own = FIRST;

    @Override
    public int bind(
        boolean source, int flags, int minAddress, int maxAddress, int minPort, int maxPort) {
      asked.add(
          (source ? "source" : "destination")
              + String.format(" %x %x-%x %d-%d", flags, minAddress, maxAddress, minPort, maxPort)
              + ((flags & NatRange.PORT_OFFSET) == 0 ? "" : " base " + basePort));
      return Target.ACCEPT;
    }

    @Override
    public int masqueradeAddress() {
      return own;
    }

    @Override
    public int redirectAddress() {
      return own;
    }

    @Override
    public boolean bound(boolean source) {
      return false;
    }

    @Override
    public void rejectWithIcmp(int type, int code) {
      asked.add("icmp " + type + "/" + code);
    }

    @Override
    public void rejectWithReset() {
      asked.add("reset");
    }

    @Override
    public void untrack() {
      asked.add("untrack");
    }

    @Override
    public void log(String prefix, int level, int flags) {
      asked.add("log " + prefix + level + " " + flags);
    }

    @Override
    public void trace(String chain, String comment, int index) {
      asked.add("trace");
    }

    @Override
    public void nflog(String prefix, int group) {
      asked.add("nflog " + prefix + group);
    }

    @Override
    public void trackIn(int zone, boolean ofMark) {
      asked.add("zone " + (ofMark ? "mark" : zone));
    }

    @Override
    public int routeMtu() {
      return 1500;
    }

    @Override
    public int mtuToward(int address) {
      return 1400;
    }

    @Override
    public void duplicate(int gateway, String device) {
      asked.add("duplicate " + Integer.toHexString(gateway) + device);
    }

    @Override
    public int bypassQueue() {
      return Target.ACCEPT;
    }

    @Override
    public int notModelled() {
      asked.add("not modelled");
      return Target.DROP;
    }
  }

  private final Recorder context = new Recorder();

  private static Target target(String table, String rule) {
    String text = "*" + table + "\n:U - [0:0]\n-A U " + rule + "\nCOMMIT\n";
    return RuleReader.read("t", text).rules().tables().get(0).chains().stream()
        .flatMap(chain -> chain.rules().stream())
        .findFirst()
        .orElseThrow()
        .target();
  }

  private String effect(String table, String rule) {
    context.skb.source = 1;
    int verdict = target(table, rule).apply(context);
    return String.join(" ", context.asked) + " -> " + verdict;
  }

  @Test
  void destinationNatWithAShiftTellsTheBasePort() {
    assertEquals(
        "destination 23 a000001-a000002 80-90 base 100 -> 1",
        effect("nat", "-p tcp -j DNAT --to-destination 10.0.0.1-10.0.0.2:80-90/100"));
  }

  @Test
  void sourceNatBindsTheSource() {
    assertEquals(
        "source 19 a000001-a000001 0-0 -> 1",
        effect("nat", "-j SNAT --to-source 10.0.0.1 --persistent --random-fully"));
  }

  @Test
  void masqueradeTakesTheInterfacesAddressAndDropsWithoutOne() {
    assertEquals(
        "source 3 a000001-a000001 1024-65535 -> 1",
        effect("nat", "-p udp -j MASQUERADE --to-ports 1024-65535"));
    context.own = 0;
    assertEquals(Target.DROP, target("nat", "-j MASQUERADE").apply(context));
    context.skb.source = 0;
    assertEquals(Target.ACCEPT, target("nat", "-j MASQUERADE").apply(context));
  }

  @Test
  void redirectBindsTheDestinationToTheHost() {
    assertEquals(
        "destination 3 a000001-a000001 3128-3128 -> 1",
        effect("nat", "-p tcp -j REDIRECT --to-ports 3128"));
  }

  @Test
  void rejectAnswersAndDrops() {
    assertEquals("icmp 3/3 -> 0", effect("filter", "-j REJECT"));
    context.asked.clear();
    assertEquals("icmp 3/13 -> 0", effect("filter", "-j REJECT --reject-with admin-prohib"));
    context.asked.clear();
    assertEquals("reset -> 0", effect("filter", "-p tcp -j REJECT --reject-with tcp-reset"));
  }

  @Test
  void logAndNotrackGoOn() {
    assertEquals(
        "log x: 7 8 -> -1", effect("raw", "-j LOG --log-prefix \"x: \" --log-level 7 --log-uid"));
    context.asked.clear();
    assertEquals("untrack -> -1", effect("raw", "-j CT --notrack"));
  }

  @Test
  void markClearsItsMaskAndThenTurnsBits() {
    context.skb.mark = 0xff;
    assertEquals(" -> -1", effect("mangle", "-j MARK --set-xmark 0x3/0xf"));
    assertEquals(0xf3, context.skb.mark);
    effect("mangle", "-j MARK --xor-mark 0x1");
    assertEquals(0xf2, context.skb.mark);
  }

  @Test
  void connmarkWithoutAConnectionDoesNothing() {
    context.skb.mark = 5;
    assertEquals(" -> -1", effect("mangle", "-j CONNMARK --restore-mark"));
    assertEquals(5, context.skb.mark);
  }
}

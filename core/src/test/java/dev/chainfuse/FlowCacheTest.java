package dev.chainfuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.Frames;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.rules.text.RuleReader;
import dev.chainfuse.rules.text.SetReader;
import dev.chainfuse.stateful.SavedSets;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The flow cache never changes what becomes of a packet: what it must notice, it notices. */
class FlowCacheTest {
  private static final long SECOND = 1_000_000_000L;

  private static Lab established(String rules) {
    Lab lab = new Lab(rules);
    lab.establish();
    long before = lab.shortWay();
    lab.request(Ipv4.TCP_ACK);
    assertEquals(before + 1, lab.shortWay(), "established packets take the short way");
    assertEquals(Action.FORWARDED, lab.batch.action(0));
    return lab;
  }

  @Test
  void otherRulesDropIt() {
    Lab lab = established(Lab.TRACKING);
    String closed = Lab.filter("-A FORWARD -m conntrack --ctstate ESTABLISHED -j DROP");
    lab.session.swap(lab.engine(closed, Engine.Kind.FUSED), Counters.ZERO);
    lab.request(Ipv4.TCP_ACK);
    assertEquals(DropReason.RULE, lab.batch.reason(0));
  }

  @Test
  void aStationThatMovesToAnotherPortDropsIt() {
    Lab lab = established(Lab.TRACKING);
    assertEquals("veth2", lab.egress());
    lab.send(
        "veth3",
        Lab.frame(Lab.BRIDGE_MAC, Lab.WEB_MAC, Frames.udp(Lab.WEB, 1, Lab.CLIENT, 2).packet()));
    lab.request(Ipv4.TCP_ACK);
    assertEquals("veth3", lab.egress());
  }

  @Test
  void aNeighbourWithAnotherAddressDropsIt() {
    Lab lab = established(Lab.TRACKING);
    lab.now += 60 * SECOND;
    lab.send("veth2", Lab.arpReply(Lab.BRIDGE_MAC, Lab.OTHER_MAC, Lab.WEB, "172.17.0.1"));
    lab.request(Ipv4.TCP_ACK);
    assertEquals(Lab.OTHER_MAC, Bytes.getMac(lab.left(), 0));
  }

  @Test
  void anAgedAddressOfABridgeDropsIt() {
    Lab lab = established(Lab.TRACKING);
    assertEquals(0, lab.session.emissions().size());
    lab.now += 700 * SECOND;
    lab.request(Ipv4.TCP_ACK);
    assertEquals(Action.FORWARDED, lab.batch.action(0));
    assertEquals(1, lab.session.emissions().size(), "the other port gets a copy");
  }

  @Test
  void tcpFlagsThatARuleReadsAreTold() {
    Lab lab =
        established(
            Lab.filter(
                "-A FORWARD -p tcp -m tcp --tcp-flags PSH PSH -j DROP",
                "-A FORWARD -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT"));
    lab.request(Ipv4.TCP_ACK | Ipv4.TCP_PSH);
    assertEquals(DropReason.RULE, lab.batch.reason(0));
    lab.request(Ipv4.TCP_ACK);
    assertEquals(Action.FORWARDED, lab.batch.action(0));
  }

  @Test
  void aTimeToLiveThatIsUsedUpIsTold() {
    Lab lab = established(Lab.TRACKING);
    lab.fromClient(
        Frames.tcp(Lab.CLIENT, 4000, Lab.WEB, 80)
            .flags(Ipv4.TCP_ACK)
            .sequence(101)
            .ack(501)
            .ttl(1));
    assertEquals(DropReason.TTL, lab.batch.reason(0));
  }

  @Test
  void aSegmentOutsideTheWindowIsInvalidThoughItsFlowIsCached() {
    Lab lab =
        established(
            Lab.filter(
                "-A FORWARD -m conntrack --ctstate INVALID -j DROP",
                "-A FORWARD -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT"));
    lab.fromClient(
        Frames.tcp(Lab.CLIENT, 4000, Lab.WEB, 80).flags(Ipv4.TCP_ACK).sequence(9_000_000).ack(501));
    assertEquals(DropReason.RULE, lab.batch.reason(0));
    assertEquals(1, lab.session.statistics().invalid());
    assertEquals(1, lab.session.counts().rulePackets(0));
  }

  @Test
  void statefulMatchesAreAskedForEveryPacket() {
    Lab lab =
        new Lab(
            Lab.filter(
                "-A FORWARD -m conntrack --ctstate NEW -j ACCEPT",
                "-A FORWARD -m statistic --mode nth --every 3 --packet 0 -j DROP"));
    lab.fromClient(Frames.tcp(Lab.CLIENT, 4000, Lab.WEB, 80).flags(Ipv4.TCP_SYN).sequence(100));
    int dropped = 0;
    for (int i = 0; i < 30; i++) {
      lab.fromWeb(
          Frames.tcp(Lab.WEB, 80, Lab.CLIENT, 4000)
              .flags(Ipv4.TCP_SYN | Ipv4.TCP_ACK)
              .sequence(500)
              .ack(101));
      dropped += lab.batch.isDropped(0) ? 1 : 0;
    }
    assertEquals(10, dropped);
    assertEquals(10, lab.session.counts().rulePackets(1));
  }

  @Test
  void countersCountPacketsThatTookTheShortWay() {
    Lab lab = established(Lab.TRACKING);
    long before = lab.session.counts().rulePackets(0);
    for (int i = 0; i < 100; i++) {
      lab.request(Ipv4.TCP_ACK);
    }
    assertEquals(before + 100, lab.session.counts().rulePackets(0));
    int eno1 = lab.topology.number("eno1");
    assertTrue(lab.session.interfaceCounters().receivedFrames(eno1) > 100);
  }

  @Test
  void swappedRulesTakeCountersAsAsked() {
    String rules = Lab.TRACKING;
    for (Counters how : Counters.values()) {
      Lab lab = established(rules);
      long counted = lab.session.counts().rulePackets(0);
      String next =
          rules
              .replace("-A FORWARD", "-A FORWARD -p udp -j DROP\n-A FORWARD")
              .replace("-p udp -j DROP", "-p udp -j DROP");
      lab.session.swap(lab.engine(next, Engine.Kind.FUSED), how);
      long carried = how == Counters.CARRY_UNCHANGED ? counted : 0;
      assertEquals(carried, lab.session.counts().rulePackets(1), how.toString());
      lab.request(Ipv4.TCP_ACK);
      assertEquals(carried + 1, lab.session.counts().rulePackets(1), how.toString());
    }
  }

  private static Lab withSets(String sets, String... rules) {
    SavedSets saved = SetReader.read("ipset.save", sets);
    String text = Lab.filter(rules);
    Lab lab = new Lab(text, saved);
    lab.establish();
    lab.request(Ipv4.TCP_ACK);
    assertEquals(Action.FORWARDED, lab.batch.action(0));
    return lab;
  }

  private static final String ACCEPT =
      "-A FORWARD -m conntrack --ctstate NEW,ESTABLISHED,RELATED -j ACCEPT";

  @Test
  void aChangeOfASetDropsIt() {
    Lab lab =
        withSets(
            "create bad hash:ip\nadd bad 10.0.0.1\n",
            "-A FORWARD -p udp -j SET --add-set bad src",
            "-A FORWARD -p icmp -j SET --del-set bad src",
            "-A FORWARD -m set --match-set bad src -j DROP",
            ACCEPT);
    long before = lab.shortWay();
    lab.request(Ipv4.TCP_ACK);
    assertEquals(before + 1, lab.shortWay(), "asked once, the set's answer is remembered");
    lab.fromClient(Frames.udp(Lab.CLIENT, 1, Lab.WEB, 2));
    lab.request(Ipv4.TCP_ACK);
    assertEquals(DropReason.RULE, lab.batch.reason(0));
    lab.fromClient(Frames.icmp(Lab.CLIENT, Lab.WEB, 8, 0, 1, 1));
    lab.request(Ipv4.TCP_ACK);
    assertEquals(Action.FORWARDED, lab.batch.action(0));
  }

  @Test
  void aSetWithTimeoutsIsAskedForEveryPacket() {
    Lab lab =
        withSets(
            "create good hash:ip timeout 2\nadd good "
                + Lab.CLIENT
                + "\nadd good "
                + Lab.WEB
                + "\n",
            "-A FORWARD -m set ! --match-set good src -j DROP",
            ACCEPT);
    long before = lab.shortWay();
    lab.request(Ipv4.TCP_ACK);
    assertEquals(before, lab.shortWay());
    lab.now += 3 * SECOND;
    lab.request(Ipv4.TCP_ACK);
    assertEquals(DropReason.RULE, lab.batch.reason(0));
  }

  @Test
  void aSetWithCountersCountsEveryPacket() throws IOException {
    Lab lab =
        withSets(
            "create all hash:net counters\nadd all 0.0.0.0/1\nadd all 128.0.0.0/1\n",
            "-A FORWARD -m set --match-set all src",
            ACCEPT);
    StringBuilder sets = new StringBuilder();
    for (int i = 0; i < 5; i++) {
      lab.request(Ipv4.TCP_ACK);
    }
    lab.session.appendSets(sets, lab.now);
    assertTrue(sets.toString().contains("add all 128.0.0.0/1 packets "), sets.toString());
    assertEquals(
        lab.session.counts().rulePackets(0),
        sets.toString()
            .lines()
            .filter(line -> line.startsWith("add"))
            .mapToLong(line -> Long.parseLong(line.split(" ")[4]))
            .sum());
  }

  @Test
  void setsStayWhenRulesAreSwapped() {
    String[] rules = {"-A FORWARD -p udp -j SET --add-set bad src", ACCEPT};
    Lab lab = withSets("create bad hash:ip\n", rules);
    lab.fromClient(Frames.udp(Lab.CLIENT, 1, Lab.WEB, 2));
    Host next =
        lab.session
            .engine()
            .host()
            .withRules(
                RuleReader.read(
                        "rules.v4",
                        Lab.filter("-A FORWARD -m set --match-set bad src -j DROP", ACCEPT),
                        Set.of("bad"))
                    .rules());
    lab.session.swap(Engine.compile(next), Counters.ZERO);
    lab.request(Ipv4.TCP_ACK);
    assertEquals(DropReason.RULE, lab.batch.reason(0));
  }
}

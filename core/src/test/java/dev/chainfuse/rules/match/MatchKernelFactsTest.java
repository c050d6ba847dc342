package dev.chainfuse.rules.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * What the kernel does with packets that are easy to get wrong. Connection, mark, status and
 * physdev facts without a bridge were seen on Linux 6.18.
 */
class MatchKernelFactsTest {
  private enum Answer {
    MATCHED,
    NOT_MATCHED,
    HOT_DROP
  }

  private static Answer answer(String rule, Skb skb) {
    Match match = RuleText.read(rule).match();
    MatchContext context = new MatchContext(skb, new TestHost(), new SplittableRandom(1));
    context.state = match.newState();
    boolean matched = match.matches(context);
    assertFalse(matched && context.hotDrop, "matched and dropped");
    return context.hotDrop ? Answer.HOT_DROP : matched ? Answer.MATCHED : Answer.NOT_MATCHED;
  }

  private static Skb cut(int protocol, int bytes) {
    byte[] header = new byte[bytes];
    if (bytes >= 4) {
      header[1] = 53;
      header[3] = 80;
    }
    return TestPackets.packet(protocol, 0, header);
  }

  @Test
  void tcpNeedsTwentyBytes() {
    assertEquals(Answer.HOT_DROP, answer("-p tcp --dport 80", cut(Ipv4.TCP, 19)));
    assertEquals(Answer.HOT_DROP, answer("-p tcp -m tcp", cut(Ipv4.TCP, 0)));
    assertEquals(Answer.MATCHED, answer("-p tcp --dport 80", cut(Ipv4.TCP, 20)));
    assertEquals(Answer.NOT_MATCHED, answer("-p tcp --dport 81", cut(Ipv4.TCP, 20)));
  }

  @Test
  void udpNeedsEightBytes() {
    assertEquals(Answer.HOT_DROP, answer("-p udp --dport 80", cut(Ipv4.UDP, 7)));
    assertEquals(Answer.MATCHED, answer("-p udp --dport 80", cut(Ipv4.UDP, 8)));
  }

  @Test
  void icmpNeedsEightBytesEvenForAny() {
    assertEquals(Answer.HOT_DROP, answer("-p icmp --icmp-type any", cut(Ipv4.ICMP, 7)));
    assertEquals(Answer.MATCHED, answer("-p icmp --icmp-type 0", cut(Ipv4.ICMP, 8)));
  }

  @Test
  void multiportReadsFourBytesOnly() {
    String rule = "-p tcp -m multiport --ports 53";
    assertEquals(Answer.HOT_DROP, answer(rule, cut(Ipv4.TCP, 3)));
    assertEquals(Answer.MATCHED, answer(rule, cut(Ipv4.TCP, 4)));
    assertEquals(Answer.NOT_MATCHED, answer("-p tcp -m multiport --dports 53", cut(Ipv4.TCP, 4)));
  }

  @Test
  void paddingBehindTheTotalLengthDoesNotCount() {
    Skb skb = cut(Ipv4.UDP, 7);
    assertTrue(skb.data.length > skb.end);
    assertEquals(Answer.HOT_DROP, answer("-p udp -m udp", skb));
  }

  @Test
  void tcpFragmentAtOffsetOneIsDroppedByTheTcpMatchOnly() {
    Skb skb = TestPackets.packet(Ipv4.TCP, 1, new byte[40]);
    assertEquals(Answer.HOT_DROP, answer("-p tcp -m tcp", skb));
    assertEquals(Answer.NOT_MATCHED, answer("-p tcp -m multiport --dports 0", skb));
  }

  @Test
  void laterFragmentsHaveNoPorts() {
    byte[] zeros = new byte[40];
    for (int offset : new int[] {2, 100, 0x1fff}) {
      Skb tcp = TestPackets.packet(Ipv4.TCP, offset, zeros);
      assertEquals(Answer.NOT_MATCHED, answer("-p tcp ! --dport 80", tcp));
      assertEquals(Answer.NOT_MATCHED, answer("-p tcp -m multiport ! --dports 80", tcp));
      Skb udp = TestPackets.packet(Ipv4.UDP, offset, zeros);
      assertEquals(Answer.NOT_MATCHED, answer("-p udp -m udp", udp));
      Skb icmp = TestPackets.packet(Ipv4.ICMP, offset, zeros);
      assertEquals(Answer.NOT_MATCHED, answer("-p icmp --icmp-type any", icmp));
    }
    Skb first = TestPackets.packet(Ipv4.UDP, Ipv4.MORE_FRAGMENTS, zeros);
    assertEquals(Answer.MATCHED, answer("-p udp --dport 0", first));
  }

  /** A TCP header whose data offset says {@code words}, with these options behind it. */
  private static Skb withOptions(int words, int bytes, int... options) {
    byte[] header = new byte[bytes];
    header[12] = (byte) (words << 4);
    for (int i = 0; i < options.length; i++) {
      header[20 + i] = (byte) options[i];
    }
    return TestPackets.packet(Ipv4.TCP, 0, header);
  }

  @Test
  void tcpOptionsAreWalkedByTheirLengths() {
    Skb skb = withOptions(7, 28, 2, 4, 5, 180, 1, 1, 4, 2);
    assertEquals(Answer.MATCHED, answer("-p tcp --tcp-option 2", skb));
    assertEquals(Answer.MATCHED, answer("-p tcp --tcp-option 4", skb));
    assertEquals(Answer.NOT_MATCHED, answer("-p tcp --tcp-option 5", skb));
    assertEquals(Answer.NOT_MATCHED, answer("-p tcp ! --tcp-option 4", skb));
    assertEquals(Answer.MATCHED, answer("-p tcp ! --tcp-option 5", skb));
  }

  @Test
  void tcpOptionOfLengthZeroCountsAsOneByte() {
    assertEquals(Answer.MATCHED, answer("-p tcp --tcp-option 8", withOptions(6, 24, 5, 0, 8, 2)));
  }

  @Test
  void tcpOptionsBehindEndOfListAreStillSeen() {
    assertEquals(Answer.MATCHED, answer("-p tcp --tcp-option 8", withOptions(6, 24, 0, 0, 8, 2)));
  }

  @Test
  void tcpOptionMatchDropsWhatItCannotRead() {
    assertEquals(Answer.HOT_DROP, answer("-p tcp --tcp-option 8", withOptions(4, 24)));
    assertEquals(Answer.HOT_DROP, answer("-p tcp --tcp-option 8", withOptions(7, 24)));
    assertEquals(Answer.NOT_MATCHED, answer("-p tcp --dport 9 --tcp-option 8", withOptions(7, 24)));
    assertEquals(Answer.NOT_MATCHED, answer("-p tcp --tcp-option 8", withOptions(5, 20)));
    assertEquals(Answer.MATCHED, answer("-p tcp ! --tcp-option 8", withOptions(5, 20)));
  }

  private static Skb untracked(int info) {
    Skb skb = cut(Ipv4.UDP, 8);
    skb.connectionInfo = info;
    return skb;
  }

  private static Skb tracked(int info, int status) {
    Skb skb = cut(Ipv4.UDP, 8);
    TestConnections connections = new TestConnections();
    var tuples =
        List.of(new TestConnections.Tuple(1, 2, 3, 4), new TestConnections.Tuple(2, 1, 4, 3));
    connections.flows.add(new TestConnections.Facts(Ipv4.UDP, tuples, status, 3, 29));
    skb.connections = connections;
    skb.flow = 0;
    skb.connectionInfo = info;
    return skb;
  }

  @Test
  void withoutConnectionOnlyTheStateCounts() {
    Skb invalid = untracked(Skb.CT_NONE);
    assertEquals(Answer.MATCHED, answer("-m conntrack --ctstate INVALID", invalid));
    assertEquals(
        Answer.MATCHED, answer("-m conntrack --ctstate INVALID --ctorigdstport 80", invalid));
    assertEquals(Answer.NOT_MATCHED, answer("-m conntrack --ctorigdstport 80", invalid));
    assertEquals(Answer.NOT_MATCHED, answer("-m conntrack ! --ctorigdstport 80", invalid));
    assertEquals(Answer.NOT_MATCHED, answer("-m conntrack --ctdir ORIGINAL", invalid));
    assertEquals(Answer.NOT_MATCHED, answer("-m connmark ! --mark 1", invalid));
    Skb untracked = untracked(Skb.CT_UNTRACKED);
    assertEquals(Answer.MATCHED, answer("-m conntrack --ctstate UNTRACKED", untracked));
    assertEquals(Answer.NOT_MATCHED, answer("-m state --state INVALID", untracked));
    assertEquals(Answer.MATCHED, answer("-m state ! --state NEW", untracked));
  }

  @Test
  void replyDirectionIsEstablishedOrRelatedToo() {
    Skb reply = tracked(Skb.CT_ESTABLISHED_REPLY, 0);
    assertEquals(Answer.MATCHED, answer("-m conntrack --ctstate ESTABLISHED --ctdir REPLY", reply));
    assertEquals(Answer.NOT_MATCHED, answer("-m conntrack --ctdir ORIGINAL", reply));
    Skb related = tracked(Skb.CT_RELATED_REPLY, 0);
    assertEquals(Answer.MATCHED, answer("-m state --state RELATED", related));
  }

  @Test
  void snatAndDnatAreStatesOfTheConnection() {
    Skb skb = tracked(Skb.CT_NEW, TestConnections.STATUS_DST_NAT);
    assertEquals(Answer.MATCHED, answer("-m conntrack --ctstate DNAT", skb));
    assertEquals(Answer.MATCHED, answer("-m conntrack --ctstate NEW", skb));
    assertEquals(Answer.NOT_MATCHED, answer("-m conntrack --ctstate SNAT", skb));
  }

  @Test
  void statusNoneMatchesNoConnectionAndItsInverseEvery() {
    for (int status : new int[] {0, TestConnections.STATUS_ASSURED}) {
      Skb skb = tracked(Skb.CT_NEW, status);
      assertEquals(Answer.NOT_MATCHED, answer("-m conntrack --ctstatus NONE", skb));
      assertEquals(Answer.MATCHED, answer("-m conntrack ! --ctstatus NONE", skb));
    }
  }

  @Test
  void portRangeThatEndsAtZeroMatchesNothingThoughItIsSavedAsOnePort() {
    Skb skb = tracked(Skb.CT_NEW, 0);
    assertEquals(Answer.MATCHED, answer("-m conntrack --ctorigdstport 4", skb));
    assertEquals(Answer.NOT_MATCHED, answer("-m conntrack --ctorigdstport 4:0", skb));
  }

  @Test
  void markBitsOutsideTheMaskMatchNothing() {
    Skb skb = cut(Ipv4.UDP, 8);
    skb.mark = 5;
    assertEquals(Answer.MATCHED, answer("-m mark --mark 1/3", skb));
    assertEquals(Answer.NOT_MATCHED, answer("-m mark --mark 5/3", skb));
    assertEquals(Answer.MATCHED, answer("-m mark ! --mark 5/3", skb));
    assertEquals(Answer.MATCHED, answer("-m mark --mark 0/0", skb));
  }

  @Test
  void physdevWithoutBridgePortMatchesIfEveryOptionIsInverted() {
    Skb routed = cut(Ipv4.UDP, 8);
    assertEquals(Answer.MATCHED, answer("-m physdev ! --physdev-is-bridged", routed));
    assertEquals(Answer.MATCHED, answer("-m physdev ! --physdev-in a ! --physdev-out a", routed));
    assertEquals(
        Answer.NOT_MATCHED, answer("-m physdev ! --physdev-in a --physdev-is-bridged", routed));
  }

  @Test
  void physdevOutNeverMatchesWhileTheExitIsUnknown() {
    Skb entered = cut(Ipv4.UDP, 8);
    entered.physicalIn = 1;
    assertEquals(Answer.MATCHED, answer("-m physdev --physdev-in veth+", entered));
    assertEquals(Answer.NOT_MATCHED, answer("-m physdev --physdev-out a", entered));
    assertEquals(Answer.NOT_MATCHED, answer("-m physdev ! --physdev-out a", entered));
    assertEquals(Answer.NOT_MATCHED, answer("-m physdev --physdev-is-bridged", entered));
    entered.physicalOut = 2;
    assertEquals(Answer.MATCHED, answer("-m physdev --physdev-out a", entered));
    assertEquals(Answer.MATCHED, answer("-m physdev --physdev-is-bridged", entered));
  }

  @Test
  void limitedAddrtypeSeesOnlyThatInterfacesAddresses() {
    Skb skb = cut(Ipv4.UDP, 8);
    skb.inInterface = 1;
    skb.destination = TestHost.local(1);
    String limited = "-m addrtype --dst-type LOCAL --limit-iface-in";
    assertEquals(Answer.MATCHED, answer(limited, skb));
    skb.destination = TestHost.local(2);
    assertEquals(Answer.NOT_MATCHED, answer(limited, skb));
    assertEquals(Answer.MATCHED, answer("-m addrtype --dst-type LOCAL", skb));
  }

  @Test
  void loopedBackCopiesAreMulticastOrBroadcastByTheirDestination() {
    Skb skb = cut(Ipv4.UDP, 8);
    skb.packetType = 5;
    skb.destination = 0xe0000001;
    assertEquals(Answer.MATCHED, answer("-m pkttype --pkt-type multicast", skb));
    skb.destination = 0x0a00ffff;
    assertEquals(Answer.MATCHED, answer("-m pkttype --pkt-type broadcast", skb));
  }

  private static boolean[] answers(String rule, int packets) {
    Match match = RuleText.read(rule).match();
    MatchContext context =
        new MatchContext(cut(Ipv4.UDP, 8), new TestHost(), new SplittableRandom(7));
    context.state = match.newState();
    boolean[] answers = new boolean[packets];
    for (int i = 0; i < packets; i++) {
      answers[i] = match.matches(context);
    }
    return answers;
  }

  @Test
  void nthChoosesThePacketthOfEach() {
    boolean[] chosen = answers("-m statistic --mode nth --every 3 --packet 1", 7);
    assertEquals("[false, true, false, false, true, false, false]", Arrays.toString(chosen));
    boolean[] others = answers("-m statistic --mode nth ! --every 3 --packet 0", 4);
    assertEquals("[false, true, true, false]", Arrays.toString(others));
  }

  @Test
  void randomMatchesAsOftenAsItSays() {
    int matched = 0;
    for (boolean answer : answers("-m statistic --mode random --probability 0.25", 40_000)) {
      matched += answer ? 1 : 0;
    }
    // 4 standard deviations are 346.
    assertEquals(10_000, matched, 346);
    for (String always :
        List.of(
            "-m statistic --mode random --probability 1",
            "-m statistic --mode random ! --probability 0")) {
      for (boolean answer : answers(always, 1_000)) {
        assertTrue(answer, always);
      }
    }
  }

  @Test
  void eachRuleAndEngineHasItsOwnState() {
    Match limit = RuleText.read("-m limit --limit 1/hour --limit-burst 1").match();
    for (int i = 0; i < 2; i++) {
      MatchContext context =
          new MatchContext(cut(Ipv4.UDP, 8), new TestHost(), new SplittableRandom(1));
      context.state = limit.newState();
      assertTrue(limit.matches(context));
      assertFalse(limit.matches(context));
    }
  }
}

package dev.chainfuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.DropReason;
import dev.chainfuse.packet.Frames;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What targets do to packets that pass the host, with both engines. */
class TargetsAtWorkTest {
  private static final int[] MSS_1460 = {2, 4, 5, 180};

  private static void withBothEngines(String rules, Consumer<Lab> check) {
    for (Engine.Kind kind : Engine.Kind.values()) {
      check.accept(new Lab(rules, Lab.topology().build(), Flows.atMost(64), kind));
    }
  }

  private static String table(String table, String... rules) {
    return "*" + table + "\n" + String.join("\n", rules) + "\nCOMMIT\n";
  }

  private static Frames syn() {
    return Frames.tcp(Lab.CLIENT, 4000, Lab.WEB, 80).flags(Ipv4.TCP_SYN).sequence(100).tos(0x28);
  }

  private static Skb left(Lab lab) {
    Skb skb = Frames.skb(lab.left());
    assertTrue(Frames.checksumsHold(skb), "checksums");
    assertEquals(skb.frameLength, skb.totalLength + 14);
    return skb;
  }

  /** The packet as it leaves when these rules of table mangle have met it. */
  private static void mangled(Frames packet, Consumer<Skb> check, String... rules) {
    withBothEngines(
        table("mangle", rules),
        lab -> {
          lab.fromClient(packet);
          check.accept(left(lab));
        });
  }

  @Test
  void ttlIsSetRaisedAndLoweredWithinItsBounds() {
    mangled(syn(), skb -> assertEquals(41, skb.ttl), "-A PREROUTING -j TTL --ttl-set 42");
    mangled(syn(), skb -> assertEquals(68, skb.ttl), "-A FORWARD -j TTL --ttl-inc 5");
    mangled(syn(), skb -> assertEquals(255, skb.ttl), "-A POSTROUTING -j TTL --ttl-inc 255");
    mangled(syn(), skb -> assertEquals(0, skb.ttl), "-A POSTROUTING -j TTL --ttl-dec 200");
  }

  @Test
  void aTtlTooLowForTheRouteIsAnsweredThough() {
    withBothEngines(
        table("mangle", "-A PREROUTING -j TTL --ttl-set 1"),
        lab -> {
          lab.fromClient(syn());
          assertEquals(Action.DROPPED, lab.batch.action(0));
          assertEquals(List.of("eno1 icmp 11/0"), lab.emitted());
        });
  }

  @Test
  void serviceFieldIsChanged() {
    mangled(syn(), skb -> assertEquals(0x18, skb.tos), "-A FORWARD -j TOS --set-tos 0x10/0xf0");
    mangled(syn(), skb -> assertEquals(0xb8, skb.tos), "-A FORWARD -j DSCP --set-dscp-class EF");
    mangled(syn(), skb -> assertEquals(0x2b, skb.tos), "-A FORWARD -j ECN --ecn-ip-ect 3");
  }

  @Test
  void laterRulesSeeWhatWasChanged() {
    String mangle = table("mangle", "-A PREROUTING -j MARK --set-mark 1");
    String filter = Lab.filter("-A FORWARD -m mark --mark 1 -j DROP");
    withBothEngines(
        mangle + filter,
        lab -> {
          lab.fromClient(syn());
          assertEquals(Action.DROPPED, lab.batch.action(0));
        });
  }

  @Test
  void congestionFlagsAreRemovedFromTcp() {
    int all = Ipv4.TCP_SYN | Ipv4.TCP_ECE | Ipv4.TCP_CWR;
    mangled(
        syn().flags(all),
        skb -> assertEquals(Ipv4.TCP_SYN, skb.tcpFlags),
        "-A FORWARD -p tcp -j ECN --ecn-tcp-remove");
    mangled(
        syn().flags(Ipv4.TCP_SYN | Ipv4.TCP_CWR),
        skb -> assertEquals(Ipv4.TCP_SYN | Ipv4.TCP_ECE, skb.tcpFlags),
        "-A FORWARD -p tcp -j ECN --ecn-tcp-ece 1 --ecn-tcp-cwr 0");
  }

  private static int segmentSize(Skb skb) {
    return Bytes.getShort(skb.data, skb.transport + 22);
  }

  @Test
  void segmentSizeIsLoweredButNotRaised() {
    String syn = "-A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS ";
    mangled(
        syn().options(MSS_1460),
        skb -> assertEquals(1400, segmentSize(skb)),
        syn + "--set-mss 1400");
    mangled(
        syn().options(MSS_1460),
        skb -> assertEquals(1460, segmentSize(skb)),
        syn + "--set-mss 1500");
    mangled(
        syn().options(2, 4, 255, 255),
        skb -> assertEquals(1460, segmentSize(skb)),
        syn + "--clamp-mss-to-pmtu");
  }

  @Test
  void aMissingSegmentSizeIsAdded() {
    String rule = "-A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1400";
    mangled(
        syn(),
        skb -> {
          assertEquals(44, skb.totalLength);
          assertEquals(536, segmentSize(skb));
        },
        rule);
    mangled(
        syn().options(3, 3, 7, 1),
        skb -> {
          assertEquals(48, skb.totalLength);
          assertEquals(536, segmentSize(skb));
          assertEquals(3, skb.data[skb.transport + 24]);
        },
        rule);
    mangled(syn().payload(3), skb -> assertEquals(43, skb.totalLength), rule);
  }

  @Test
  void optionsAreStripped() {
    mangled(
        syn().options(3, 3, 7, 2, 4, 5, 180, 1),
        skb ->
            assertEquals(
                "[3, 3, 7, 1, 1, 1, 1, 1]",
                Arrays.toString(
                    Arrays.copyOfRange(skb.data, skb.transport + 20, skb.transport + 28))),
        "-A FORWARD -p tcp -j TCPOPTSTRIP --strip-options mss,timestamp");
  }

  @Test
  void aWholeNetworkIsMapped() {
    withBothEngines(
        table(
            "nat",
            "-A PREROUTING -d 10.9.0.0/16 -j NETMAP --to 172.17.0.0/16",
            "-A POSTROUTING -s 192.0.2.0/24 -j NETMAP --to 198.51.100.0/24"),
        lab -> {
          lab.fromClient(Frames.udp(Lab.CLIENT, 4000, "10.9.0.2", 53).payload(4));
          Skb request = left(lab);
          assertEquals("198.51.100.2", Ipv4.format(request.source));
          assertEquals(Lab.WEB, Ipv4.format(request.destination));
        });
  }

  @Test
  void aRangeOfPortsIsShifted() {
    withBothEngines(
        table("nat", "-A PREROUTING -p udp -j DNAT --to-destination 172.17.0.2:2000-2009/1000"),
        lab -> {
          for (int[] ports : new int[][] {{1000, 2000}, {1007, 2007}, {1013, 2003}, {999, 2005}}) {
            lab.fromClient(Frames.udp(Lab.CLIENT, 4000, Lab.HOST, ports[0]).payload(4));
            assertEquals(ports[1], left(lab).destinationPort);
          }
        });
  }

  private static String connections(Lab lab) {
    StringBuilder out = new StringBuilder();
    try {
      lab.session.appendConnections(out, lab.now);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toString();
  }

  @Test
  void zonesKeepEqualConnectionsApart() {
    String marked =
        table(
            "raw",
            "-A PREROUTING -s 192.0.2.2/32 -p udp --sport 4000 -j MARK --set-mark 7",
            "-A PREROUTING -p udp -j CT --zone mark",
            "-A PREROUTING -p udp -j CT --notrack");
    withBothEngines(
        marked + Lab.TRACKING,
        lab -> {
          lab.fromClient(Frames.udp(Lab.CLIENT, 4000, Lab.WEB, 53).payload(4));
          lab.fromClient(Frames.udp(Lab.CLIENT, 4001, Lab.WEB, 53).payload(4));
          lab.fromWeb(Frames.udp(Lab.WEB, 53, Lab.CLIENT, 4000).payload(4));
          List<String> zones =
              connections(lab)
                  .lines()
                  .map(line -> line.replaceAll(".*? sport=(\\d+).*?(zone=\\d+)? use=1", "$1 $2"))
                  .sorted()
                  .toList();
          assertEquals(List.of("4000 zone=7", "4001 ", "53 "), zones);
          Lab other = new Lab(Lab.TRACKING);
          other.session.readConnections("t", connections(lab).lines().toList(), lab.now);
          other.now = lab.now;
          assertEquals(
              connections(lab).lines().sorted().toList(),
              connections(other).lines().sorted().toList());
        });
  }

  @Test
  void zonesOfOneDirectionAreNotModelled() {
    withBothEngines(
        table("raw", "-A PREROUTING -j CT --zone-orig 3"),
        lab -> {
          lab.fromClient(syn());
          assertEquals(DropReason.NOT_MODELLED, lab.batch.reason(0));
        });
  }

  @Test
  void aCopyGoesToTheGateway() {
    withBothEngines(
        table("mangle", "-A PREROUTING -p tcp -j TEE --gateway 172.17.0.2", "-A OUTPUT"),
        lab -> {
          lab.fromClient(syn().fragment(0));
          assertEquals("veth2", lab.egress());
          assertEquals(List.of("veth2 protocol 6"), lab.emitted());
          Emissions e = lab.session.emissions();
          byte[] copy = Arrays.copyOfRange(e.data(), e.offset(0), e.offset(0) + e.length(0));
          Skb skb = Frames.skb(copy);
          assertEquals(63, skb.ttl);
          assertEquals(Ipv4.DONT_FRAGMENT, skb.fragmentWord);
          assertEquals(Lab.WEB_MAC, Bytes.getMac(copy, 0));
          assertEquals(1, lab.session.counts().rulePackets(1), "it passes OUTPUT");
        });
  }

  @Test
  void aQueueWithoutListenerDropsUnlessBypassed() {
    withBothEngines(
        table("mangle", "-A FORWARD -p tcp -j NFQUEUE", "-A FORWARD -j NFQUEUE --queue-bypass"),
        lab -> {
          lab.fromClient(syn());
          assertEquals(Action.DROPPED, lab.batch.action(0));
          lab.fromClient(Frames.udp(Lab.CLIENT, 4000, Lab.WEB, 53).payload(4));
          assertEquals(Action.FORWARDED, lab.batch.action(0));
        });
  }

  @Test
  void aBypassedQueueInNatLeavesTheConnectionUnbound() {
    withBothEngines(
        table("nat", "-A POSTROUTING -j NFQUEUE --queue-bypass", "-A POSTROUTING -j MASQUERADE"),
        lab -> {
          for (int i = 1; i <= 3; i++) {
            lab.fromClient(Frames.udp(Lab.CLIENT, 4000, Lab.WEB, 53).payload(4));
            assertEquals(Lab.CLIENT, Ipv4.format(left(lab).source));
            assertEquals(i, lab.session.counts().rulePackets(0));
          }
        });
  }

  private static List<String> lines(Lab lab) {
    return lab.session.log().stream().map(LogLine::text).toList();
  }

  @Test
  void logLinesAreWordedAsTheKernels() {
    String flags = "--log-tcp-sequence --log-tcp-options --log-ip-options --log-macdecode";
    withBothEngines(
        Lab.filter(
            "-A FORWARD -p tcp -j LOG --log-prefix \"in: \"",
            "-A FORWARD -p tcp -j LOG " + flags,
            "-A FORWARD -p icmp -j LOG",
            "-A FORWARD -p udp -j NFLOG --nflog-prefix u"),
        lab -> {
          lab.fromClient(syn().options(MSS_1460).id(7).fragment(Ipv4.DONT_FRAGMENT).window(1000));
          lab.fromClient(Frames.icmp(Lab.CLIENT, Lab.WEB, 8, 0, 5, 6).id(8).payload(4));
          lab.fromClient(Frames.udp(Lab.CLIENT, 4000, Lab.WEB, 53).id(9).payload(4));
          String in = "IN=eno1 OUT=docker0 ";
          String mac = "MAC=02:00:00:00:00:10:02:aa:00:00:00:02:08:00 ";
          String ip = "SRC=192.0.2.2 DST=172.17.0.2 ";
          assertEquals(
              List.of(
                  "in: "
                      + in
                      + mac
                      + ip
                      + "LEN=44 TOS=0x08 PREC=0x20 TTL=63 ID=7 DF PROTO=TCP SPT=4000 DPT=80"
                      + " WINDOW=1000 RES=0x00 SYN URGP=0 ",
                  in
                      + "MACSRC=02:aa:00:00:00:02 MACDST=02:00:00:00:00:10 MACPROTO=0800 "
                      + ip
                      + "LEN=44 TOS=0x08 PREC=0x20 TTL=63 ID=7 DF PROTO=TCP SPT=4000 DPT=80"
                      + " SEQ=100 ACK=0 WINDOW=1000 RES=0x00 SYN URGP=0 OPT (020405B4) ",
                  in
                      + mac
                      + ip
                      + "LEN=32 TOS=0x00 PREC=0x00 TTL=63 ID=8 PROTO=ICMP TYPE=8 CODE=0 ID=5 SEQ=6 ",
                  "u"
                      + in
                      + mac
                      + ip
                      + "LEN=32 TOS=0x00 PREC=0x00 TTL=63 ID=9 PROTO=UDP SPT=4000 DPT=53 LEN=12 "),
              lines(lab));
        });
  }

  @Test
  void aTracedPacketTellsItsWay() {
    withBothEngines(
        "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:SUB - [0:0]\n:EMPTY - [0:0]\n"
            + "-A PREROUTING -p udp -j ACCEPT\n-A PREROUTING -p tcp -j TRACE\n"
            + "-A PREROUTING -p tcp -j SUB\n-A SUB -p udp -j ACCEPT\n-A SUB -p tcp -j EMPTY\n"
            + "-A SUB -j RETURN\nCOMMIT\n"
            + Lab.filter("-A FORWARD -p tcp", "-A FORWARD -j ACCEPT"),
        lab -> {
          lab.fromClient(syn());
          lab.fromClient(Frames.udp(Lab.CLIENT, 4000, Lab.WEB, 53));
          assertEquals(
              List.of(
                  "TRACE: raw:PREROUTING:rule:3 ",
                  "TRACE: raw:SUB:rule:2 ",
                  "TRACE: raw:EMPTY:return:1 ",
                  "TRACE: raw:SUB:return:3 ",
                  "TRACE: raw:PREROUTING:policy:4 ",
                  "TRACE: filter:FORWARD:rule:1 ",
                  "TRACE: filter:FORWARD:policy:2 "),
              lab.session.log().stream().map(LogLine::prefix).toList());
        });
  }

  @Test
  void targetsThatRewriteActOnEveryPacketOfAFlow() {
    withBothEngines(
        table("mangle", "-A FORWARD -p tcp -j TTL --ttl-set 99") + Lab.TRACKING,
        lab -> {
          lab.establish();
          for (int i = 0; i < 5; i++) {
            lab.request(Ipv4.TCP_ACK);
            assertEquals(99, left(lab).ttl);
          }
          assertEquals(11, lab.session.counts().rulePackets(0));
        });
  }

  @Test
  void shiftedMarksAreCopied() {
    withBothEngines(
        table(
            "mangle",
            "-A PREROUTING -j MARK --set-mark 0xab",
            "-A PREROUTING -j CONNMARK --save-mark --left-shift-mark 8",
            "-A FORWARD -j CONNMARK --restore-mark --right-shift-mark 4",
            "-A FORWARD -m mark --mark 0xab0"),
        lab -> {
          lab.fromClient(syn());
          assertTrue(connections(lab).contains("mark=43776"), connections(lab));
          assertEquals(1, lab.session.counts().rulePackets(3));
        });
  }
}

package dev.chainfuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.rules.RuleSet;
import dev.chainfuse.rules.text.RuleEditor;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The library as the README shows it. */
class ApiExampleTest {
  private static final Path HOST = Path.of("src/test/resources/host/article");

  @Test
  void oneVerdictAndThenBatchesAndThenOtherRules() {
    Host host = Host.load(HOST);
    Engine engine = Engine.compile(host);
    try (Session session = engine.open(Flows.atMost(262_144))) {
      Verdict v =
          session.verdict(
              Packet.tcp("192.168.1.1", 40000, "192.168.252.130", 8080).syn().in("eno1"), 0);
      assertEquals(Action.FORWARDED, v.action());
      assertEquals("docker0, port veth5c0d7e1", v.egress());
      assertEquals("192.168.1.1:40000 > 192.168.0.3:80", v.translated());
      assertEquals("filter FORWARD policy", v.decidedBy().toString());

      long[] drops = new long[engine.ruleIds()];
      PacketBatch batch = PacketBatch.allocate(256);
      fill(batch, host);
      session.process(batch);
      for (int i = 0; i < batch.size(); i++) {
        if (batch.isDropped(i)) {
          drops[batch.ruleId(i)]++;
        }
      }
      String dropping = "";
      for (int id = 0; id < drops.length; id++) {
        if (drops[id] > 0) {
          assertEquals(256, drops[id]);
          dropping = engine.decision(id).toString();
        }
      }
      assertTrue(dropping.startsWith("filter DOCKER-USER rule 1 ("), dropping);
      assertTrue(dropping.contains("rules.v4:"), dropping);

      RuleSet next = RuleEditor.apply(host.rules(), "iptables -F DOCKER-USER");
      session.swap(Engine.compile(host.withRules(next)), Counters.CARRY_UNCHANGED);
      assertEquals(
          Action.FORWARDED,
          session
              .verdict(
                  Packet.tcp("192.168.1.9", 40000, "192.168.252.130", 8080).syn().in("eno1"),
                  1_000_000)
              .action());
    }
  }

  /** 256 opening segments from clients that DOCKER-USER does not admit. */
  private static void fill(PacketBatch batch, Host host) {
    int eno1 = host.topology().number("eno1");
    for (int i = 0; i < 256; i++) {
      byte[] packet = Packet.tcp("203.0.113.9", 1024 + i, "192.168.252.130", 8080).syn().toBytes();
      byte[] frame = new byte[14 + packet.length];
      Bytes.putMac(frame, 0, host.topology().at(eno1).mac());
      Bytes.putMac(frame, 6, 0x001c_7300_0001L);
      Bytes.putShort(frame, 12, Ipv4.ETHERTYPE_IPV4);
      System.arraycopy(packet, 0, frame, 14, packet.length);
      batch.add(frame, 0, frame.length, eno1, i);
    }
  }
}

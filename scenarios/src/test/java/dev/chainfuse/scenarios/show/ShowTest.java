package dev.chainfuse.scenarios.show;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.Host;
import dev.chainfuse.scenarios.scenario.BuiltIn;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Forms of the ordinary tools, as recorded on the host of the scenario two-bridges. */
class ShowTest {
  private final Host host = Host.load(BuiltIn.host("two-bridges"));

  @Test
  void bridgesArePrintedAsByBrctl() throws IOException {
    try (InputStream recorded = ShowTest.class.getResourceAsStream("two-bridges.brctl.txt")) {
      assertEquals(
          new String(recorded.readAllBytes(), StandardCharsets.UTF_8),
          BridgeText.write(host.topology()));
    }
  }

  @Test
  void interfacesArePrintedAsByIfconfig() {
    String text =
        InterfaceText.write(
            host.topology(), Map.of("docker0", new InterfaceTraffic(220, 78_649, 0, 243, 26_777)));
    assertTrue(
        text.contains(
            """
            docker0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500
                    inet 192.168.0.1  netmask 255.255.240.0  broadcast 192.168.15.255
                    ether 02:42:b4:7b:55:0d  txqueuelen 1000  (Ethernet)
                    RX packets 220  bytes 78649 (76.8 KiB)
                    RX errors 0  dropped 0  overruns 0  frame 0
                    TX packets 243  bytes 26777 (26.1 KiB)
                    TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0

            """),
        text);
    assertTrue(text.contains("eth1: flags=4099<UP,BROADCAST,MULTICAST>  mtu 1500\n"), text);
    assertTrue(text.contains("lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536\n"), text);
    assertTrue(text.contains("virbr0-nic: flags=4098<BROADCAST,MULTICAST>  mtu 1500\n"), text);
  }

  @Test
  void routesArePrintedAsByIpRoute() {
    assertEquals(
        """
        default via 192.168.252.1 dev eno1\s
        172.0.0.0/8 dev oray_vnc proto kernel scope link src 172.1.225.211\s
        172.18.0.0/16 dev br-3f5a1c2e9d70 proto kernel scope link src 172.18.0.1\s
        192.168.0.0/20 dev docker0 proto kernel scope link src 192.168.0.1\s
        192.168.1.0/24 via 192.168.252.1 dev eno1\s
        192.168.122.0/24 dev virbr0 proto kernel scope link src 192.168.122.1\s
        192.168.252.0/24 dev eno1 proto kernel scope link src 192.168.252.130\s
        """,
        RouteText.write(host.topology(), false));
    assertTrue(
        RouteText.write(host.topology(), true)
            .contains(
                "broadcast 192.168.15.255 dev docker0 table local proto kernel scope link src"
                    + " 192.168.0.1 \n"));
  }

  @Test
  void theTreeShowsWhoIsBehindEachPort() {
    String tree = HostTree.write(host);
    assertTrue(
        tree.contains(
            """
            |-- bridge docker0 192.168.0.1/20
            |   |-- port vethabef17b
            |   |   `-- 192.168.0.2  02:42:c0:a8:00:02
            |   `-- port veth5c0d7e1
            |       `-- 192.168.0.3  02:42:c0:a8:00:03
            """),
        tree);
    assertTrue(tree.contains("--dport 8080 -j DNAT --to-destination 192.168.0.3:80"), tree);
  }
}

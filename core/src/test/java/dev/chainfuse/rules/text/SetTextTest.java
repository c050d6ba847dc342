package dev.chainfuse.rules.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainfuse.stateful.SavedSets;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Reading and writing of what {@code ipset save} prints. The texts are ipset 7.17's own. */
class SetTextTest {
  private static String written(SavedSets sets) throws IOException {
    StringBuilder out = new StringBuilder();
    SetWriter.write(sets.all(), 0, out);
    return out.toString();
  }

  private static void comesBack(String text) throws IOException {
    assertEquals(text, written(SetReader.read("ipset.save", text)));
  }

  private static void becomes(String saved, String text) throws IOException {
    assertEquals(saved, written(SetReader.read("ipset.save", text)));
  }

  private static Problem refused(String text) {
    List<Problem> problems =
        assertThrows(RuleFileException.class, () -> SetReader.read("ipset.save", text)).problems();
    assertEquals(1, problems.size(), problems.toString());
    return problems.get(0);
  }

  private static void refused(String text, int line, int column, String problem) {
    Problem found = refused(text);
    assertEquals(line + ":" + column, found.line() + ":" + found.column(), found.toString());
    assertTrue(found.problem().contains(problem), found.toString());
  }

  @Test
  void everyTypeComesBackByteForByte() throws IOException {
    comesBack(
        """
        create a hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x49313aa4
        add a 1.2.3.1
        add a 1.2.3.0
        create c hash:ip,port,ip family inet hashsize 1024 maxelem 10 bucketsize 12 initval 0x0261a991
        add c 10.0.0.1,udp:53,1.2.3.4
        create d bitmap:ip range 10.0.0.0-10.0.0.255 netmask 28
        add d 10.0.0.16
        add d 10.0.0.32
        create e bitmap:port range 100-200 timeout 0
        add e 100 timeout 0
        add e 101 timeout 7
        create g hash:mac hashsize 1024 maxelem 65536 bucketsize 12 initval 0x00000001
        add g 02:42:AC:11:00:02
        create i hash:ip family inet hashsize 1024 maxelem 65536 netmask 24 bucketsize 12 initval 0x4a759d1c
        add i 1.2.3.0
        create j hash:ip family inet hashsize 1024 maxelem 65536 bitmask 255.0.255.0 bucketsize 12 initval 0x41a39172
        add j 1.0.3.0
        create l hash:net,net family inet hashsize 2048 maxelem 65536 bucketsize 4 initval 0x00000012
        add l 10.0.0.0/24,1.2.3.0/24
        add l 10.0.0.1,0.0.0.0/0
        create q hash:net,port family inet hashsize 1024 maxelem 65536
        add q 10.0.0.1,udplite:3
        add q 10.0.0.0/24,200:0
        add q 10.0.0.0/24,tcp:80 nomatch
        add q 10.0.0.0/24,icmp:echo-request
        add q 10.0.0.0/24,icmp:200/3
        add q 10.0.0.0/24,gre:0
        create r hash:ip,port,net family inet hashsize 1024 maxelem 65536
        add r 10.0.0.1,tcp:53,1.2.3.0/24 nomatch
        create y hash:ip,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x0ecac6d1 netmask 24
        add y 1.2.3.0,tcp:80
        create f list:set size 4
        add f a
        add f c
        add f d
        """);
  }

  @Test
  void extensionsComeBackByteForByte() throws IOException {
    comesBack(
        """
        create b hash:net family inet hashsize 1024 maxelem 65536 timeout 60 counters comment skbinfo bucketsize 12 initval 0x4298b377
        add b 10.0.0.0/8 timeout 29 nomatch packets 3 bytes 70 comment "a b" skbmark 0x1/0xf skbprio 1:10 skbqueue 3
        add b 1.2.3.4 timeout 59 packets 0 bytes 18446744073709551614
        add b 1.2.3.6 timeout 0 packets 0 bytes 0 skbmark 0x10
        add b 1.2.3.7 timeout 59 packets 0 bytes 0 skbmark 0x10/0x0
        create f list:set size 8 timeout 5 counters comment skbinfo
        add f b timeout 4 packets 1 bytes 2 comment "x"
        """);
  }

  @Test
  void whatIsWrittenByHandBecomesWhatTheKernelSaves() throws IOException {
    becomes(
        """
        create n hash:net family inet hashsize 1024 maxelem 65536
        add n 10.0.0.0/30
        add n 10.0.0.4/31
        add n 1.2.3.0/24
        create i hash:ip family inet hashsize 64 maxelem 10
        add i 10.0.0.1
        add i 10.0.0.2
        add i 10.0.0.3
        create p hash:ip,port family inet hashsize 1024 maxelem 65536
        add p 10.0.0.1,tcp:80
        add p 10.0.0.1,tcp:81
        add p 10.0.0.1,udp:53
        create m bitmap:ip range 10.0.0.0-10.0.0.11 netmask 30
        add m 10.0.0.4
        add m 10.0.0.8
        create o bitmap:port range 100-200
        add o 100
        create l list:set size 8
        add l p
        add l i
        """,
        """
        # by hand
        create n nethash
        add n 10.0.0.0-10.0.0.5
        add n 1.2.3.4/24
        create i hash:ip hashsize 10 maxelem 10 forceadd
        add i 10.0.0.3-10.0.0.1 -exist
        add i 10.0.0.1 -exist
        -N p ipporthash
        -A p 10.0.0.1,80-81
        add p 10.0.0.1,udp:domain
        create m bitmap:ip range 10.0.0.1-10.0.0.9 netmask 30
        add m 10.0.0.9

        add m 10.0.0.4/30
        create o bitmap:port range 200-100
        add o tcp:100
        create l list:set
        add l i
        add l n
        del l n
        add l p before i
        COMMIT
        """);
  }

  @Test
  void refusesWhatIpsetRefuses() {
    String ip = "create x hash:ip\n";
    refused("create x hash:ip family inet6\n", 1, 25, "inet6 is not modelled");
    refused("create x hash:net,iface\n", 1, 10, "'hash:net,iface' is not modelled");
    refused("create x hash:foo\n", 1, 10, "unknown");
    refused("create x hash:ip size 3\n", 1, 18, "Unknown argument");
    refused("create x hash:ip timeout\n", 1, 18, "needs a value");
    refused("create x hash:ip timeout 2147484\n", 1, 26, "not a number");
    refused("create x hash:ip timeout 3 timeout 4\n", 1, 28, "twice");
    refused("create x hash:ip netmask 24 bitmask 255.0.0.0\n", 1, 37, "mutually exclusive");
    refused("create x hash:net netmask 24\n", 1, 19, "Unknown argument");
    refused("create x bitmap:ip\n", 1, 19, "'range' is missing");
    refused("create x bitmap:ip range 10.0.0.0-10.1.0.0\n", 1, 20, "size limit");
    refused("create x bitmap:ip range 10.0.0.0/24 netmask 24\n", 1, 20, "out of the range");
    refused("create x bitmap:ip range 10.0.0.4-10.0.0.19 netmask 30\n", 1, 20, "out of the range");
    refused("create abcdefghijklmnopqrstuvwxyz123456 hash:ip\n", 1, 8, "longer than 31");
    refused(ip + ip, 2, 8, "exists already");
    refused(ip + "add x 0.0.0.0\n", 2, 7, "Null-valued");
    refused(ip + "add x 10.0.0.1/0\n", 2, 16, "prefix length");
    refused(ip + "add x 10.0.0.256\n", 2, 7, "IPv4 address");
    refused(ip + "add x example.org\n", 2, 7, "IPv4 address");
    refused(ip + "add x 10.0.0.1,tcp:3\n", 2, 15, "too many parts");
    refused(ip + "add x 10.0.0.1\nadd x 10.0.0.1\n", 3, 7, "already added");
    refused(ip + "add x 10.0.0.1 timeout 5\n", 2, 16, "without timeout");
    refused(ip + "add x 10.0.0.1 nomatch\n", 2, 16, "Unknown argument");
    refused(ip + "add y 10.0.0.1\n", 2, 5, "'y' does not exist");
    refused(ip + "del x 10.0.0.1\n", 2, 7, "not added");
    refused(ip + "flush x\n", 2, 1, "'flush' is not a command");
    refused("create x hash:ip maxelem 2\nadd x 10.0.0.0/30\n", 2, 7, "Hash is full");
    refused("create x hash:ip,port\nadd x 10.0.0.1\n", 2, 7, "too few parts");
    refused("create x hash:ip,port\nadd x 10.0.0.1,tcp:65536\n", 2, 20, "not a port");
    refused("create x hash:ip,port\nadd x 10.0.0.1,gre:3\n", 2, 20, "has no ports");
    refused("create x hash:ip,port\nadd x 10.0.0.1,icmp:3\n", 2, 21, "ICMP type");
    refused("create x hash:ip,port\nadd x 10.0.0.1,any:0\n", 2, 16, "not a protocol");
    refused("create x hash:net\nadd x 0.0.0.0/0\n", 2, 15, "prefix length");
    refused("create x bitmap:port range 1-9\nadd x 10\n", 2, 7, "out of the range");
    refused("create x bitmap:ip range 10.0.0.0/24\nadd x 10.0.1.0\n", 2, 7, "out of the range");
    refused("create x list:set\nadd x nope\n", 2, 7, "'nope' does not exist");
    refused("create x list:set\nadd x x\n", 2, 7, "list:set");
    refused("create x hash:ip comment\nadd x 10.0.0.1 comment \"a\n", 2, 24, "not closed");
  }

  @Test
  void theMessageShowsLineAndMend() {
    assertEquals(
        """
        ipset.save:2:5: set 'foo' does not exist
            add foo 10.0.0.1
                ^
            create it above, with: create foo hash:ip""",
        refused("create x hash:ip\nadd foo 10.0.0.1\n").toString());
  }

  @Test
  void rulesMayNameOnlySetsThatAreThere() {
    String rules = "*filter\n-A FORWARD -m set ! --match-set foo src,dst -j DROP\nCOMMIT\n";
    assertEquals(
        "-A FORWARD -m set ! --match-set foo src,dst -j DROP",
        SaveWriter.PLAIN
            .write(RuleReader.read("rules.v4", rules, java.util.Set.of("foo")).rules())
            .lines()
            .filter(line -> line.startsWith("-A"))
            .findFirst()
            .orElseThrow());
    RuleFileException error =
        assertThrows(RuleFileException.class, () -> RuleReader.read("rules.v4", rules));
    String message = String.valueOf(error.getMessage());
    assertTrue(message.contains("rules.v4:2:21: Set foo doesn't exist."), message);
  }
}

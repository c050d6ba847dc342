package dev.chainfuse.rules.match;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class NamesTest {
  @Test
  void protocolsAreReadByNameAndNumber() {
    assertEquals(6, ProtocolNames.parse("tcp"));
    assertEquals(6, ProtocolNames.parse("TCP"));
    assertEquals(0, ProtocolNames.parse("all"));
    assertEquals(58, ProtocolNames.parse("icmpv6"));
    assertEquals(255, ProtocolNames.parse("255"));
    assertEquals(16, ProtocolNames.parse("0x10"));
    assertEquals(-1, ProtocolNames.parse("256"));
    assertEquals(-1, ProtocolNames.parse("nonsense"));
    assertEquals(-1, ProtocolNames.parse(""));
  }

  @Test
  void servicesBelongToProtocols() {
    assertEquals(22, ServiceNames.port("ssh", "tcp"));
    assertEquals(-1, ServiceNames.port("ssh", "udp"));
    assertEquals(22, ServiceNames.port("ssh"));
    assertEquals(80, ServiceNames.port("www"));
    assertEquals(7, ServiceNames.port("echo"));
    assertEquals(-1, ServiceNames.port("http/tcp"));
    assertEquals(-1, ServiceNames.port("SSH"));
  }

  @Test
  void modulesAreFoundByNameAndProtocol() {
    assertEquals(TcpMatch.MODULE, MatchModules.forProtocol(6));
    assertEquals(UdpMatch.MODULE, MatchModules.forProtocol(17));
    assertEquals(IcmpMatch.MODULE, MatchModules.forProtocol(1));
    assertEquals(SctpMatch.MODULE, MatchModules.forProtocol(132));
    assertEquals(null, MatchModules.forProtocol(47));
    assertEquals(StateMatch.MODULE, MatchModules.named("state"));
    assertEquals(null, MatchModules.named("osf"));
  }
}

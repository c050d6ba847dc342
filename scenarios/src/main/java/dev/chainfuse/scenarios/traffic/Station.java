package dev.chainfuse.scenarios.traffic;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An end point with one address: answers ping, serves ports, starts exchanges. TCP in {@link
 * TcpEnd}, UDP and ping here. With a card it is a machine or container beside the host; without one
 * it stands for the programs of the host itself, which answer from whatever address was asked.
 */
public final class Station {
  /** Largest payload of an unfragmented UDP datagram or echo request at an MTU of 1,500. */
  public static final int MAX_DATAGRAM = 1_472;

  static final int MAX_FRAME = 1_514;
  private static final long ANSWER_NANOS = 5_000_000_000L;
  private static final int FIRST_EPHEMERAL = 32_768;
  private static final int LAST_EPHEMERAL = 60_999;
  private static final int QUOTED = Ipv4.MINIMUM_HEADER + 8;
  private static final int ECHO_REPLY = 0;
  private static final int UNREACHABLE = 3;
  private static final int ECHO_REQUEST = 8;
  private static final int TIME_EXCEEDED = 11;
  private static final int PORT_UNREACHABLE = 3;
  private static final int TTL = 64;

  private final Network network;
  private final String name;
  private final @Nullable Nic nic;
  private final int address;
  private final int routingAddress;
  private final int prefixLength;
  private final int gateway;
  private final Set<Integer> tcpPorts = new HashSet<>();
  private final Set<Integer> udpPorts = new HashSet<>();
  private final Map<TcpKey, TcpEnd> connections = new HashMap<>();
  private final Map<Integer, Exchange> datagrams = new HashMap<>();
  private final byte[] out = new byte[MAX_FRAME];
  private int nextPort;
  private int nextEchoId;
  private int nextIpId;

  private record TcpKey(int local, int remote, int ports) {}

  /**
   * @param nic null for the host's own programs
   * @param routingAddress its own address, or that of the router that it is behind
   * @param prefixLength of the network of {@code routingAddress}
   * @param gateway next hop for addresses outside of the prefix; 0 to send straight to them
   */
  Station(
      Network network,
      String name,
      @Nullable Nic nic,
      int address,
      int routingAddress,
      int prefixLength,
      int gateway) {
    this.network = network;
    this.name = name;
    this.nic = nic;
    this.address = address;
    this.routingAddress = routingAddress;
    this.prefixLength = prefixLength;
    this.gateway = gateway;
    nextPort = network.random().nextInt(FIRST_EPHEMERAL, LAST_EPHEMERAL + 1);
    nextEchoId = network.random().nextInt(1 << 16);
    nextIpId = network.random().nextInt(1 << 16);
    if (nic != null) {
      nic.add(this);
    }
  }

  /** As the scenario calls it. */
  public String name() {
    return name;
  }

  public int address() {
    return address;
  }

  /** Serves a TCP port: answers each request with as many bytes as it asks for. */
  public void serveTcp(int port) {
    tcpPorts.add(port);
  }

  /** Serves a UDP port. */
  public void serveUdp(int port) {
    udpPorts.add(port);
  }

  /** A station behind this one: same card and next hops. */
  Station behind(String itsName, int itsAddress) {
    return new Station(network, itsName, nic, itsAddress, address, prefixLength, gateway);
  }

  Network network() {
    return network;
  }

  /** The scratch frame in which the next packet is written. */
  byte[] out() {
    return out;
  }

  void start(Exchange exchange, int request, int response) {
    Source source = exchange.source();
    switch (source.protocol()) {
      case TCP -> {
        int port = freePort(source.to(), source.port());
        TcpEnd end =
            TcpEnd.client(
                this, address, port, source.to(), source.port(), exchange, request, response);
        connections.put(new TcpKey(address, source.to(), port << 16 | source.port()), end);
        end.open();
      }
      case UDP -> {
        int port = freePort(source.to(), source.port());
        datagrams.put(port, exchange);
        int at = Frames.TRANSPORT + Frames.UDP_HEADER;
        Message.write(out, at, request, response);
        sendUdp(address, source.to(), port << 16 | source.port(), request, exchange.number());
        expectAnswer(exchange, port);
      }
      case PING -> {
        int id = nextEchoId++ & 0xffff;
        datagrams.put(id << 16, exchange);
        Frames.fill(out, Frames.TRANSPORT + Frames.ICMP_HEADER, request, 0);
        sendIcmp(address, source.to(), ECHO_REQUEST, 0, id << 16 | 1, request, exchange.number());
        expectAnswer(exchange, id << 16);
      }
    }
  }

  private void expectAnswer(Exchange exchange, int key) {
    network.at(
        network.nowNanos() + ANSWER_NANOS,
        () -> {
          datagrams.remove(key, exchange);
          exchange.failed(network.nowNanos(), "no answer");
        });
  }

  private int freePort(int remote, int remotePort) {
    for (int tried = FIRST_EPHEMERAL; tried <= LAST_EPHEMERAL; tried++) {
      int port = nextPort;
      nextPort = nextPort == LAST_EPHEMERAL ? FIRST_EPHEMERAL : nextPort + 1;
      if (!datagrams.containsKey(port)
          && !connections.containsKey(new TcpKey(address, remote, port << 16 | remotePort))) {
        return port;
      }
    }
    throw new IllegalStateException(name + " has no free port left; start fewer flows a second");
  }

  void forget(TcpEnd end) {
    connections.remove(new TcpKey(end.local(), end.remote(), end.ports()), end);
  }

  /** Takes a frame whose IP packet is for this station. */
  void receive(byte[] frame, int at, int bytes, int flow) {
    int ip = at + Frames.IP;
    int total = Bytes.getShort(frame, ip + Ipv4.TOTAL_LENGTH);
    int header = (frame[ip] & 15) * 4;
    int transport = ip + header;
    int payload = total - header;
    boolean fragment = (Bytes.getShort(frame, ip + Ipv4.FRAGMENT) & ~Ipv4.DONT_FRAGMENT) != 0;
    if (fragment || payload < 8 || ip + total > at + bytes) {
      return;
    }
    int source = Bytes.getInt(frame, ip + Ipv4.SOURCE);
    int local = Bytes.getInt(frame, ip + Ipv4.DESTINATION);
    switch (Bytes.getByte(frame, ip + Ipv4.PROTOCOL)) {
      case Ipv4.TCP -> receiveTcp(frame, transport, payload, local, source, flow);
      case Ipv4.UDP -> receiveUdp(frame, ip, transport, payload, local, source, flow);
      case Ipv4.ICMP -> receiveIcmp(frame, transport, payload, local, source, flow);
      default -> {}
    }
  }

  private void receiveTcp(byte[] frame, int at, int bytes, int local, int remote, int flow) {
    if (bytes < Frames.TCP_HEADER) {
      return;
    }
    int ports = Integer.rotateLeft(Bytes.getInt(frame, at), 16);
    TcpKey key = new TcpKey(local, remote, ports);
    int flags = Bytes.getByte(frame, at + Frames.TCP_FLAGS);
    boolean opening = (flags & (Ipv4.TCP_SYN | Ipv4.TCP_ACK | Ipv4.TCP_RST)) == Ipv4.TCP_SYN;
    TcpEnd end = connections.get(key);
    if (opening && (end == null || end.lingers()) && tcpPorts.contains(ports >>> 16)) {
      end = TcpEnd.server(this, local, remote, ports);
      connections.put(key, end);
    }
    if (end != null) {
      end.receive(frame, at, bytes, flow);
    } else if ((flags & Ipv4.TCP_RST) == 0) {
      sendReset(frame, at, bytes, flags, local, remote, ports, flow);
    }
  }

  /** RFC 9293, section 3.10.7.1. */
  private void sendReset(
      byte[] frame, int at, int bytes, int flags, int local, int remote, int ports, int flow) {
    boolean acknowledges = (flags & Ipv4.TCP_ACK) != 0;
    int sequence = acknowledges ? Bytes.getInt(frame, at + 8) : 0;
    int length = bytes - (Bytes.getByte(frame, at + 12) >>> 4) * 4;
    int phantom = (flags & Ipv4.TCP_SYN) + (flags & Ipv4.TCP_FIN) > 0 ? 1 : 0;
    int acknowledgement = acknowledges ? 0 : Bytes.getInt(frame, at + 4) + length + phantom;
    int replyFlags = Ipv4.TCP_RST | (acknowledges ? 0 : Ipv4.TCP_ACK);
    header(Ipv4.TCP, local, remote, Frames.TCP_HEADER);
    Frames.tcp(out, ports, sequence, acknowledgement, replyFlags, 0, 0);
    send(remote, Frames.TRANSPORT + Frames.TCP_HEADER, flow);
  }

  private void receiveUdp(
      byte[] frame, int ip, int at, int bytes, int local, int remote, int flow) {
    int ports = Integer.rotateLeft(Bytes.getInt(frame, at), 16);
    int localPort = ports >>> 16;
    if (udpPorts.contains(localPort)) {
      int answer = Message.response(frame, at + Frames.UDP_HEADER, bytes - Frames.UDP_HEADER);
      Frames.fill(out, Frames.TRANSPORT + Frames.UDP_HEADER, answer, 0);
      sendUdp(local, remote, ports, answer, flow);
      return;
    }
    Exchange exchange = datagrams.get(localPort);
    if (exchange != null && exchange.source().protocol() == Source.Protocol.UDP) {
      datagrams.remove(localPort);
      exchange.reached(network.nowNanos());
    } else if (nic != null) {
      // The host model sends its own port unreachable.
      System.arraycopy(frame, ip, out, Frames.TRANSPORT + Frames.ICMP_HEADER, QUOTED);
      sendIcmp(local, remote, UNREACHABLE, PORT_UNREACHABLE, 0, QUOTED, flow);
    }
  }

  private void receiveIcmp(byte[] frame, int at, int bytes, int local, int remote, int flow) {
    int type = Bytes.getByte(frame, at);
    int rest = Bytes.getInt(frame, at + 4);
    switch (type) {
      case ECHO_REQUEST -> {
        int payload = Math.min(bytes - Frames.ICMP_HEADER, MAX_DATAGRAM);
        int to = Frames.TRANSPORT + Frames.ICMP_HEADER;
        System.arraycopy(frame, at + Frames.ICMP_HEADER, out, to, payload);
        sendIcmp(local, remote, ECHO_REPLY, 0, rest, payload, flow);
      }
      case ECHO_REPLY -> {
        Exchange exchange = datagrams.remove(rest & 0xffff_0000);
        if (exchange != null) {
          exchange.reached(network.nowNanos());
        }
      }
      case UNREACHABLE, TIME_EXCEEDED -> {
        if (bytes >= Frames.ICMP_HEADER + QUOTED) {
          int code = Bytes.getByte(frame, at + 1);
          receiveError(frame, at + Frames.ICMP_HEADER, IcmpText.of(type, code, remote));
        }
      }
      default -> {}
    }
  }

  /** An ICMP error about a packet that this station sent; {@code inner} is its IP header. */
  private void receiveError(byte[] frame, int inner, String reason) {
    int transport = inner + (frame[inner] & 15) * 4;
    int ports = Bytes.getInt(frame, transport);
    switch (Bytes.getByte(frame, inner + Ipv4.PROTOCOL)) {
      case Ipv4.TCP -> {
        int source = Bytes.getInt(frame, inner + Ipv4.SOURCE);
        int destination = Bytes.getInt(frame, inner + Ipv4.DESTINATION);
        TcpEnd end = connections.get(new TcpKey(source, destination, ports));
        if (end != null) {
          end.refusedBy(reason);
        }
      }
      case Ipv4.UDP -> fail(datagrams.remove(ports >>> 16), reason);
      case Ipv4.ICMP ->
          fail(datagrams.remove(Bytes.getInt(frame, transport + 4) & 0xffff_0000), reason);
      default -> {}
    }
  }

  private void fail(@Nullable Exchange exchange, String reason) {
    if (exchange != null) {
      exchange.failed(network.nowNanos(), reason);
    }
  }

  private void sendUdp(int local, int remote, int ports, int payload, int flow) {
    header(Ipv4.UDP, local, remote, Frames.UDP_HEADER + payload);
    Frames.udp(out, ports);
    send(remote, Frames.TRANSPORT + Frames.UDP_HEADER + payload, flow);
  }

  private void sendIcmp(
      int local, int remote, int type, int code, int rest, int payload, int flow) {
    header(Ipv4.ICMP, local, remote, Frames.ICMP_HEADER + payload);
    Frames.icmp(out, type, code, rest);
    send(remote, Frames.TRANSPORT + Frames.ICMP_HEADER + payload, flow);
  }

  /** Writes the IP header of the next packet into {@link #out}. */
  void header(int protocol, int local, int remote, int payloadBytes) {
    int ttl = nic == null ? TTL : TTL - nic.hops(this);
    Frames.ipv4(out, protocol, local, remote, ttl, nextIpId++ & 0xffff, payloadBytes);
  }

  /** Sends what was written into {@link #out}. */
  void send(int remote, int bytes, int flow) {
    if (nic == null) {
      network.transmitLocal(out, bytes, flow);
      return;
    }
    int mask = Ipv4.mask(prefixLength);
    boolean onLink = gateway == 0 || ((remote ^ routingAddress) & mask) == 0;
    nic.send(out, bytes, onLink ? remote : gateway, flow);
  }
}

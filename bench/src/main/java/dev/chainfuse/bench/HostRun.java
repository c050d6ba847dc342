package dev.chainfuse.bench;

import dev.chainfuse.Engine;
import dev.chainfuse.Flows;
import dev.chainfuse.Host;
import dev.chainfuse.PacketBatch;
import dev.chainfuse.Session;
import dev.chainfuse.Statistics;
import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.Ipv4;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;

/** A session of a host and the traffic through it, with a tally of what became of the packets. */
final class HostRun implements AutoCloseable {
  /** Packets that {@link #checksum} is taken of, at least. */
  static final int CHECKED = 1 << 17;

  private static final String CONNTRACK = "net.netfilter.nf_conntrack_";
  private static final long SEED = 1;
  private static final int SPARE_FLOWS = 4096;

  private static final long SECOND = 1_000_000_000;

  private final boolean established;
  private final int flows;
  private final Session session;
  private final Traffic traffic;
  private final PacketBatch batch;
  private final String checksum;
  private Statistics before;
  private long sentBefore;
  private long forwarded;
  private long sum;
  private boolean processed;

  /**
   * What is to be run.
   *
   * @param host {@code article}, {@code docker-28.5} or a directory
   * @param flow {@code established} or {@code first}
   * @param flows connections in the table; of first packets, about so many
   * @param frameBytes mean length of frames, without check sequence
   * @param batch packets a batch
   * @param protocol {@code tcp} or {@code udp}
   * @param checksums verified by the {@code engine} or the {@code nic}
   */
  record Plan(
      String host,
      String flow,
      int flows,
      int frameBytes,
      int batch,
      String protocol,
      String checksums) {
    private boolean established() {
      return oneOf("flow", flow, "established", "first");
    }

    private boolean tcp() {
      return oneOf("protocol", protocol, "tcp", "udp");
    }

    private boolean verified() {
      return oneOf("checksums", checksums, "nic", "engine");
    }

    private static boolean oneOf(String name, String value, String first, String second) {
      if (!value.equals(first) && !value.equals(second)) {
        throw new IllegalArgumentException(
            name + " must be " + first + " or " + second + ": " + value);
      }
      return value.equals(first);
    }
  }

  /**
   * Loads the host, opens connections if they are to be established, and runs and checks a first
   * stretch of traffic.
   */
  HostRun(Plan plan) throws IOException {
    established = plan.established();
    flows = plan.flows();
    Map<String, Long> sysctls = new HashMap<>();
    // Connections that nobody answers live a second; what has timed out is cleared away when the
    // table is full, at most once a second.
    int room = (established ? 1 : 2) * plan.flows() + SPARE_FLOWS;
    sysctls.put(CONNTRACK + "max", (long) room);
    if (!established) {
      sysctls.put(CONNTRACK + "tcp_timeout_syn_sent", 1L);
      sysctls.put(CONNTRACK + "udp_timeout", 1L);
    }
    Host host = BenchmarkHosts.load(plan.host(), sysctls);
    Surroundings surroundings = Surroundings.of(host);
    Ways ways = new Ways(surroundings, plan.tcp() ? Ipv4.TCP : Ipv4.UDP);
    session = Engine.compile(host).open(Flows.atMost(room));
    batch = PacketBatch.allocate(plan.batch());
    introduce(surroundings);
    int frameBytes = plan.frameBytes();
    boolean verified = plan.verified();
    if (established) {
      OpenConnections open = new OpenConnections(session, ways, plan.flows(), 1);
      traffic = new EstablishedTraffic(open, ways.odd(), frameBytes, verified, open.nanos(), SEED);
    } else {
      int gapBits = 65 - Long.numberOfLeadingZeros(SECOND / plan.flows());
      traffic = new FirstTraffic(ways, ways.odd(), gapBits, frameBytes, verified, 1, SEED);
    }
    before = session.statistics();
    sentBefore = traffic.connectionPackets;
    checksum = runChecked();
  }

  /** Every station asks for the host, so that host and bridges know where it is. */
  private void introduce(Surroundings surroundings) {
    PacketBatch questions = PacketBatch.allocate(surroundings.inside().size() + 1);
    for (Station each : surroundings.inside()) {
      questions.add(each.question(), 0, Station.ARP_BYTES, each.device(), 0);
    }
    Station router = surroundings.router();
    questions.add(router.question(), 0, Station.ARP_BYTES, router.device(), 0);
    session.process(questions);
  }

  /** Runs the first stretch and takes a checksum of verdicts, interfaces and all frames. */
  private String runChecked() {
    CRC32 crc = new CRC32();
    for (int done = 0; done < CHECKED; done += batch.size()) {
      generate();
      process();
      for (int i = 0; i < batch.size(); i++) {
        crc.update(batch.action(i).ordinal());
        crc.update(batch.ruleId(i));
        crc.update(batch.egress(i));
        if (batch.action(i) == Action.FORWARDED) {
          requireChecksums(i);
          crc.update(batch.data(), batch.offset(i), batch.length(i));
        }
      }
    }
    verify();
    processed = false;
    return String.format(Locale.ROOT, "%08x", crc.getValue());
  }

  private void requireChecksums(int i) {
    if (!FrameTemplates.checksumsRight(batch.data(), batch.offset(i))) {
      throw new IllegalStateException("packet " + i + " of a batch left with a wrong checksum");
    }
  }

  /** Makes the next batch. */
  void generate() {
    traffic.fill(batch);
  }

  /** Sends the batch through the host and looks at what became of each packet. */
  void process() {
    PacketBatch b = batch;
    session.process(b);
    long s = sum;
    int out = 0;
    for (int i = 0; i < b.size(); i++) {
      out += b.action(i) == Action.FORWARDED ? 1 : 0;
      s = s * 31 + b.ruleId(i) + b.egress(i);
    }
    sum = s;
    forwarded += out;
    processed = true;
  }

  /** Changes with every verdict. */
  long sum() {
    return sum;
  }

  /** A byte of the batch, that generation depends on. */
  int lastByte() {
    return batch.data()[batch.offset(batch.size() - 1) + FrameTemplates.TRANSPORT];
  }

  /** Checksum of the verdicts and frames of the first {@link #CHECKED} packets. */
  String checksum() {
    return checksum;
  }

  /**
   * Checks everything that was processed since the last call.
   *
   * @return what was found, in words
   */
  String verify() {
    if (!processed) {
      return "nothing was processed";
    }
    Statistics after = session.statistics();
    long packets = after.packets() - before.packets();
    long sent = traffic.connectionPackets - sentBefore;
    double shortWay = (double) (after.shortWay() - before.shortWay()) / packets;
    require(forwarded == sent, forwarded + " packets forwarded, not " + sent);
    require(after.insertFailed() == 0, after.insertFailed() + " connections clashed");
    require(after.tableFull() == 0, after.tableFull() + " packets met a full table");
    require(after.earlyDropped() == 0, after.earlyDropped() + " connections evicted");
    // The first packets of each sender and the odd ones go the long way.
    long most = packets * 4 / Traffic.ODD_ONE_OF + 4L * flows;
    require(!established || packets * (1 - shortWay) <= most, shortWay + " went the short way");
    long inserted = after.inserted() - before.inserted();
    require(established || inserted >= sent, inserted + " connections entered of " + sent);
    for (int i = 0; i < batch.size(); i++) {
      if (batch.action(i) == Action.FORWARDED) {
        requireChecksums(i);
      }
    }
    before = after;
    sentBefore = traffic.connectionPackets;
    forwarded = 0;
    return String.format(
        Locale.ROOT,
        "%d packets, %d forwarded, %.2f %% by the short way, %d connections",
        packets,
        sent,
        100 * shortWay,
        after.connections());
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalStateException(otherwise);
    }
  }

  @Override
  public void close() {
    session.close();
  }
}

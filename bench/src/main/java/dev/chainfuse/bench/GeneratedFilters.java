package dev.chainfuse.bench;

import dev.chainfuse.classify.ClassifierProblem;
import dev.chainfuse.packet.Ipv4;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Filter sets whose shape is like those of ClassBench's families, for use where its files are not
 * at hand: {@code acl} has specific addresses and exact destination ports, {@code fw} many
 * wildcards and port ranges, {@code ipc} lies between. They are easier than the real ones: do not
 * compare figures of the two.
 */
final class GeneratedFilters {
  private static final int[][] PORTS = {
    {53, 53},
    {80, 80},
    {443, 443},
    {25, 25},
    {22, 22},
    {123, 123},
    {1521, 1521},
    {1024, 65535},
    {0, 1023},
    {6000, 6063},
    {5000, 5100},
    {8080, 8080},
    {135, 139},
    {161, 162},
    {3306, 3306},
  };

  private final SplittableRandom random;
  private final double wild;
  private final int[] lengths;
  private final List<long[]> sources = new ArrayList<>();
  private final List<long[]> destinations = new ArrayList<>();

  private GeneratedFilters(String family, int size, long seed) {
    this.random = new SplittableRandom(seed);
    if (family.startsWith("acl")) {
      wild = 0.05;
      lengths = new int[] {32, 32, 28, 24, 24, 20, 16};
    } else if (family.startsWith("fw")) {
      wild = 0.4;
      lengths = new int[] {32, 32, 27, 24, 16, 8};
    } else if (family.startsWith("ipc")) {
      wild = 0.15;
      lengths = new int[] {32, 32, 32, 24, 21, 16};
    } else {
      throw new IllegalArgumentException("filter set must start with acl, fw or ipc: " + family);
    }
    int variety = Math.max(4, size / 3);
    for (int i = 0; i < variety; i++) {
      sources.add(prefix());
      destinations.add(prefix());
    }
  }

  /** {@code size} filters of a family and 65,536 headers drawn from them. */
  static FilterSet of(String family, int size, long seed) {
    GeneratedFilters generator = new GeneratedFilters(family, size, seed);
    ClassifierProblem.Builder builder = ClassifierProblem.builder(32, 32, 16, 16, 8);
    List<long[]> boxes = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      long[] box = generator.box();
      boxes.add(box);
      builder.rule(true).box(box);
    }
    return new FilterSet(builder.build(), generator.headers(boxes, 1 << 16));
  }

  /**
   * {@code size} filters of a family as {@code iptables-save} prints rules: in the chain FORWARD of
   * the table filter, whose policy is DROP.
   */
  static String rules(String family, int size, long seed) {
    GeneratedFilters generator = new GeneratedFilters(family, size, seed);
    StringBuilder out =
        new StringBuilder(
            "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n");
    for (int i = 0; i < size; i++) {
      long[] box = generator.box();
      out.append("-A FORWARD");
      appendPrefix(out, " -s ", box[0], box[1]);
      appendPrefix(out, " -d ", box[2], box[3]);
      String protocol = box[8] == Ipv4.TCP ? "tcp" : box[8] == Ipv4.UDP ? "udp" : "icmp";
      out.append(" -p ").append(protocol);
      if (box[8] != Ipv4.ICMP) {
        out.append(" -m ").append(protocol);
        appendPorts(out, " --sport ", box[4], box[5]);
        appendPorts(out, " --dport ", box[6], box[7]);
      }
      out.append(i % 3 == 0 ? " -j DROP\n" : " -j ACCEPT\n");
    }
    return out.append("COMMIT\n").toString();
  }

  private static void appendPrefix(StringBuilder out, String option, long first, long last) {
    int length = 32 - Long.bitCount(last - first);
    if (length > 0) {
      out.append(option).append(Ipv4.format((int) first)).append('/').append(length);
    }
  }

  private static void appendPorts(StringBuilder out, String option, long first, long last) {
    if (last - first < 65_535) {
      out.append(option).append(first).append(':').append(last);
    }
  }

  /** A prefix in one of 64 networks, so that prefixes nest. */
  private long[] prefix() {
    int length = lengths[random.nextInt(lengths.length)];
    long free = (1L << (32 - length)) - 1;
    long network = (random.nextInt(64) * 0x9e37L & 0xffff) << 16;
    long address = network | random.nextInt(1 << 16);
    return new long[] {address & ~free, address | free};
  }

  private long[] box() {
    long[] source = random.nextDouble() < wild ? new long[] {0, 0xffff_ffffL} : pick(sources);
    long[] destination =
        random.nextDouble() < wild ? new long[] {0, 0xffff_ffffL} : pick(destinations);
    int[] sourcePort =
        random.nextDouble() < wild ? PORTS[random.nextInt(PORTS.length)] : new int[] {0, 65535};
    int[] port = PORTS[random.nextInt(PORTS.length)];
    if (random.nextInt(4) == 0) {
      int exact = random.nextInt(4096);
      port = new int[] {exact, exact};
    }
    int[] protocols = {6, 6, 6, 17, 17, 1};
    int protocol = protocols[random.nextInt(protocols.length)];
    return new long[] {
      source[0],
      source[1],
      destination[0],
      destination[1],
      sourcePort[0],
      sourcePort[1],
      port[0],
      port[1],
      protocol,
      protocol
    };
  }

  private long[] pick(List<long[]> prefixes) {
    return prefixes.get(random.nextInt(prefixes.size()));
  }

  private int[] headers(List<long[]> boxes, int count) {
    int[] headers = new int[count * FilterSet.FIELDS];
    for (int i = 0; i < count; i++) {
      long[] box = pick(boxes);
      for (int field = 0; field < FilterSet.FIELDS; field++) {
        long low = box[field * 2];
        headers[i * FilterSet.FIELDS + field] =
            (int) (low + random.nextLong(box[field * 2 + 1] - low + 1));
      }
    }
    return headers;
  }
}

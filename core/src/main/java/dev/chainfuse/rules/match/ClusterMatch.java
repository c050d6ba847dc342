package dev.chainfuse.rules.match;

import dev.chainfuse.packet.ConnectionFacts;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;
import java.util.Locale;

/**
 * {@code -m cluster}: whether this node of a cluster has to take the connection
 * (net/netfilter/xt_cluster.c, xt_cluster_mt).
 *
 * @param nodeMask the nodes that this host is, node 1 the lowest bit
 */
public record ClusterMatch(int nodeMask, int nodes, int seed, boolean inverted) implements Match {
  private static final int MOST_NODES = 32;

  // include/linux/jhash.h.
  private static final int JHASH_START = 0xdead_beef;
  private static final int JHASH_WORD = 1 << 2;

  public static final MatchModule MODULE =
      Module.of(
          "cluster",
          ClusterMatch::parse,
          Option.value("cluster-total-nodes"),
          Option.invertibleValue("cluster-local-node"),
          Option.invertibleValue("cluster-local-nodemask"),
          Option.value("cluster-hash-seed"));

  private static ClusterMatch parse(OptionValues values) {
    Module.atMostOne(values, "cluster-local-node", "cluster-local-nodemask");
    int nodes =
        (int)
            Numbers.require(
                values,
                "cluster-total-nodes",
                Module.required(values, "cluster-total-nodes"),
                1,
                MOST_NODES);
    String seed = Module.required(values, "cluster-hash-seed");
    String node = values.value("cluster-local-node");
    String mask = values.value("cluster-local-nodemask");
    if (node == null && mask == null) {
      throw new RuleSyntaxException(
          "", "match 'cluster' needs this node", "add --cluster-local-node");
    }
    long nodeMask =
        node != null
            ? 1L << Numbers.require(values, "cluster-local-node", node, 1, nodes) - 1
            : Numbers.require(
                values, "cluster-local-nodemask", String.valueOf(mask), 1, (1L << nodes) - 1);
    return new ClusterMatch(
        (int) nodeMask,
        nodes,
        (int) Numbers.require(values, "cluster-hash-seed", seed, 0, Numbers.MAX_32),
        values.inverted("cluster-local-node") || values.inverted("cluster-local-nodemask"));
  }

  @Override
  public String name() {
    return "cluster";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(
        String.format(
            Locale.ROOT,
            "%s --cluster-local-nodemask 0x%08x --cluster-total-nodes %d --cluster-hash-seed 0x%08x",
            inverted ? " !" : "",
            nodeMask,
            nodes,
            seed));
  }

  @Override
  public void list(StringBuilder out) {
    out.append(
        String.format(
            Locale.ROOT,
            " cluster %snode_mask=0x%08x total_nodes=%d hash_seed=0x%08x",
            inverted ? "!" : "",
            nodeMask,
            nodes,
            seed));
  }

  @Override
  public boolean matches(MatchContext context) {
    Skb skb = context.skb;
    if (skb.packetType == Skb.PACKET_MULTICAST && !Ipv4.isMulticast(skb.destination)) {
      // All nodes get a copy of each frame; the one that takes it must not see it as multicast.
      skb.packetType = Skb.PACKET_HOST;
    }
    if (skb.flow < 0) {
      return false;
    }
    int source = skb.connections.source(skb.flow, ConnectionFacts.ORIGINAL);
    long hash = hash(Integer.reverseBytes(source)) & 0xffff_ffffL;
    int node = (int) (hash * nodes >>> 32);
    return ((nodeMask >> node & 1) != 0) != inverted;
  }

  /** jhash_1word of an address as a little-endian machine holds it. */
  private int hash(int word) {
    int start = seed + JHASH_START + JHASH_WORD;
    int a = word + start;
    int b = start;
    int c = start;
    c = (c ^ b) - Integer.rotateLeft(b, 14);
    a = (a ^ c) - Integer.rotateLeft(c, 11);
    b = (b ^ a) - Integer.rotateLeft(a, 25);
    c = (c ^ b) - Integer.rotateLeft(b, 16);
    a = (a ^ c) - Integer.rotateLeft(c, 4);
    b = (b ^ a) - Integer.rotateLeft(a, 14);
    return (c ^ b) - Integer.rotateLeft(b, 24);
  }

  @Override
  public Condition condition(HostFacts host) {
    return new Condition.Ask(this);
  }
}

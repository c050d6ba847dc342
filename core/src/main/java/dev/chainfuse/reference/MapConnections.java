package dev.chainfuse.reference;

import dev.chainfuse.conntrack.ConnectionTable;
import dev.chainfuse.conntrack.FlowDescriptor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The reference engine's connection table: a map of tuples, as plain as can be. Not thread-safe.
 */
public final class MapConnections extends ConnectionTable {
  /** Records beyond the maximum, for connections that are not confirmed yet. */
  private static final int SPARE = 64;

  private record Tuple(int source, int destination, int ports, int protocolZone) {}

  private record Source(int address, int port, int protocolZone) {}

  /** One connection. */
  private static final class Connection {
    final int[] words = new int[FlowDescriptor.WORDS];
    final int[] carried = new int[4];
  }

  private final int maximum;
  private final List<Connection> connections = new ArrayList<>();
  private final TreeSet<Integer> free = new TreeSet<>();
  private final TreeSet<Integer> inserted = new TreeSet<>();
  private final Map<Tuple, Integer> handles = new HashMap<>();
  private final Map<Source, List<Integer>> bySource = new HashMap<>();

  /** A table for at most {@code maximum} connections. */
  public MapConnections(int maximum, long seed) {
    super(seed);
    this.maximum = maximum;
  }

  @Override
  public int[] words(int flow) {
    return connections.get(flow).words;
  }

  @Override
  public int base(int flow) {
    return 0;
  }

  private Tuple tuple(int flow, int direction) {
    return new Tuple(
        source(flow, direction),
        destination(flow, direction),
        ports(flow, direction),
        FlowDescriptor.protocolZone(words(flow), 0));
  }

  private Source source(int flow) {
    return new Source(
        source(flow, ORIGINAL),
        sourcePort(flow, ORIGINAL),
        FlowDescriptor.protocolZone(words(flow), 0));
  }

  @Override
  public int find(int source, int destination, int ports, int protocolZone) {
    return handles.getOrDefault(new Tuple(source, destination, ports, protocolZone), NONE);
  }

  @Override
  public int allocate() {
    if (allocated() == maximum + SPARE) {
      return NONE;
    }
    Connection fresh = new Connection();
    fresh.words[FlowDescriptor.ORIGINAL_JOURNEY] = -1;
    fresh.words[FlowDescriptor.REPLY_JOURNEY] = -1;
    Integer number = free.pollFirst();
    if (number == null) {
      connections.add(fresh);
      return connections.size() - 1;
    }
    connections.set(number, fresh);
    return number;
  }

  @Override
  public void free(int flow) {
    free.add(flow);
  }

  @Override
  public int allocated() {
    return connections.size() - free.size();
  }

  @Override
  public int maximum() {
    return maximum;
  }

  @Override
  public void insert(int flow, boolean replyOnly) {
    if (!replyOnly) {
      handles.put(tuple(flow, ORIGINAL), flow << 1);
    } else {
      words(flow)[FlowDescriptor.STATUS] |= STATUS_REPLY_ONLY;
    }
    handles.put(tuple(flow, REPLY), flow << 1 | 1);
    inserted.add(flow);
  }

  @Override
  public void remove(int flow) {
    handles.remove(tuple(flow, ORIGINAL), flow << 1);
    handles.remove(tuple(flow, REPLY), flow << 1 | 1);
    inserted.remove(flow);
  }

  @Override
  public void addBySource(int flow) {
    bySource.computeIfAbsent(source(flow), key -> new ArrayList<>()).add(0, flow);
  }

  @Override
  public void removeBySource(int flow) {
    List<Integer> flows = bySource.get(source(flow));
    if (flows != null) {
      flows.remove((Integer) flow);
    }
  }

  @Override
  public int firstBySource(int source, int sourcePort, int protocolZone) {
    List<Integer> flows = bySource.get(new Source(source, sourcePort, protocolZone));
    return flows == null || flows.isEmpty() ? NONE : flows.get(0);
  }

  @Override
  public int nextBySource(int flow) {
    List<Integer> flows = bySource.get(source(flow));
    int next = flows == null ? NONE : flows.indexOf(flow) + 1;
    return flows == null || next == flows.size() ? NONE : flows.get(next);
  }

  @Override
  public int evictable(int hash, int step, int nowJiffies) {
    int bucket = (int) (((long) bucketOf(hash) + step) % buckets());
    for (int flow : inserted) {
      boolean mayGo = expired(flow, nowJiffies) || (status(flow) & STATUS_ASSURED) == 0;
      if (mayGo && (bucket(flow, ORIGINAL) == bucket || bucket(flow, REPLY) == bucket)) {
        return flow;
      }
    }
    return NONE;
  }

  private int bucket(int flow, int direction) {
    Tuple tuple = tuple(flow, direction);
    if (!Integer.valueOf(flow << 1 | direction).equals(handles.get(tuple))) {
      return NONE;
    }
    return bucketOf(hash(tuple.source, tuple.destination, tuple.ports, tuple.protocolZone));
  }

  @Override
  public int nextInserted(int from) {
    Integer next = inserted.ceiling(from);
    return next == null ? NONE : next;
  }

  @Override
  protected void carry(int flow, int counter) {
    connections.get(flow).carried[counter]++;
  }

  @Override
  protected int carried(int flow, int counter) {
    return connections.get(flow).carried[counter];
  }
}

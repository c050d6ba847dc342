package dev.chainfuse.conntrack;

/** The counters of {@code conntrack -S} (/proc/net/stat/nf_conntrack) since the session began. */
public final class ConntrackStatistics {
  /** Tuples that NAT wanted and found taken. */
  public long found;

  /** Packets that no connection could be found or made for. */
  public long invalid;

  /** Connections confirmed. */
  public long insert;

  /** Connections that could not be confirmed, as another has one of their tuples. */
  public long insertFailed;

  /** Packets dropped: the table was full, or their connection could not be confirmed. */
  public long drop;

  /** Connections evicted from the full table. */
  public long earlyDrop;

  /** Packets joined to a connection that was confirmed meanwhile. */
  public long clashResolve;

  /** Packets dropped because the table was full. */
  public long tableFull;

  ConntrackStatistics() {}
}

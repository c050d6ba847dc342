package dev.chainfuse.stateful;

/**
 * The elements of one set with their extensions: what is in it, for how long, and whether there is
 * room (net/netfilter/ipset/ip_set_hash_gen.h). Mutable, one thread.
 */
final class SetElements {
  private static final long NANOS_PER_JIFFY = 4_000_000;
  private static final long JIFFIES_PER_SECOND = 250;

  /** IPSET_GC_TIME, seconds. */
  private static final long LONGEST_PERIOD = 180;

  private final SetHeader header;
  private final SetType type;
  final ElementTable table;
  final PrefixLengths firstLengths;
  final PrefixLengths secondLengths;
  private long nextCollection;

  SetElements(SetHeader header) {
    this(
        header,
        new ElementTable(header.type().hasSecond(), header.timed(), header.counters(), 0),
        header.type().firstNet ? new PrefixLengths() : PrefixLengths.whole(),
        header.type().secondNet ? new PrefixLengths() : PrefixLengths.whole());
  }

  private SetElements(
      SetHeader header,
      ElementTable table,
      PrefixLengths firstLengths,
      PrefixLengths secondLengths) {
    this.header = header;
    this.type = header.type();
    this.table = table;
    this.firstLengths = firstLengths;
    this.secondLengths = secondLengths;
  }

  /**
   * Lets the kernel's garbage collection run until a time: it starts a second after the set was
   * made; what has expired before it is gone, its prefix length and its comment (mtype_gc and
   * IPSET_GC_PERIOD, include/linux/netfilter/ipset/ip_set_timeout.h).
   */
  void collect(long nanos) {
    long now = jiffies(nanos);
    if (!header.timed() || !type.isHash() || now < nextCollection) {
      return;
    }
    long third = header.timeout() / 3;
    long period = (third == 0 ? 1 : Math.min(third, LONGEST_PERIOD)) * JIFFIES_PER_SECOND;
    long last = nextCollection + (now - nextCollection) / period * period;
    // The kernel's timer comes a little late, never early.
    expire(last + 1);
    nextCollection = last + period;
  }

  /** The same elements, whose time begins at {@code startNanos}. */
  SetElements copy(long startNanos) {
    long start = jiffies(startNanos);
    SetElements copy =
        new SetElements(header, table.copy(start), firstLengths.copy(), secondLengths.copy());
    copy.nextCollection = start + JIFFIES_PER_SECOND;
    return copy;
  }

  static long jiffies(long nanos) {
    return Math.floorDiv(nanos, NANOS_PER_JIFFY);
  }

  int insert(long first, long second) {
    if (type.firstNet) {
      firstLengths.add(SetKey.length(first));
    }
    if (type.secondNet) {
      secondLengths.add(SetKey.length(second));
    }
    return table.add(first, second);
  }

  void extend(int element, long timeout, long packets, long bytes, long jiffies) {
    table.setCounters(element, packets, bytes);
    table.setDeadline(element, deadline(timeout, jiffies));
  }

  private long deadline(long timeout, long jiffies) {
    long seconds =
        timeout == IpSet.NO_TIMEOUT ? header.timeout() : Math.min(timeout, IpSet.MOST_TIMEOUT);
    return seconds == 0 || !header.timed() ? 0 : jiffies + seconds * JIFFIES_PER_SECOND;
  }

  void remove(int element) {
    if (type.firstNet) {
      firstLengths.remove(SetKey.length(table.first(element)));
    }
    if (type.secondNet) {
      secondLengths.remove(SetKey.length(table.second(element)));
    }
    table.remove(element);
  }

  boolean full(long nanos) {
    if (!type.isHash() || Integer.compareUnsigned(table.size(), header.most()) < 0) {
      return false;
    }
    if (header.timed()) {
      expire(jiffies(nanos));
    }
    return Integer.compareUnsigned(table.size(), header.most()) >= 0;
  }

  private void expire(long jiffies) {
    for (int slot = 0; slot < table.slots(); slot++) {
      // Another may have moved into the slot.
      while (table.first(slot) != 0 && expired(slot, jiffies)) {
        remove(slot);
      }
    }
  }

  boolean expired(int element, long jiffies) {
    long deadline = table.deadline(element);
    return deadline != 0 && jiffies > deadline;
  }

  /**
   * With forceadd the kernel gives up one element of the bucket that its secret hash leads to; here
   * it is the oldest of all.
   */
  boolean makeRoom() {
    int oldest = header.forceAdd() ? table.oldest() : ElementTable.NONE;
    if (oldest >= 0) {
      remove(oldest);
    }
    return oldest >= 0;
  }

  /** As {@link IpSet#enter}. */
  IpSet.Entered enter(
      long first,
      long second,
      long timeout,
      long packets,
      long bytes,
      ElementNote note,
      boolean exist) {
    int element = table.find(first, second);
    if (element >= 0 && !exist) {
      return IpSet.Entered.THERE_ALREADY;
    }
    if (element >= 0) {
      table.setNomatch(element, (first & SetKey.NOMATCH) != 0);
    } else if (full(0)) {
      return IpSet.Entered.FULL;
    } else {
      element = insert(first, second);
    }
    extend(element, timeout, packets, bytes, 0);
    table.setNote(element, note);
    return IpSet.Entered.YES;
  }

  /** As {@link IpSet#visit}. */
  void visit(long nanos, IpSet.Visitor visitor) {
    long now = jiffies(nanos);
    for (int element : type.isBitmap() ? table.byKey() : table.inOrder()) {
      if (!expired(element, now)) {
        long deadline = table.deadline(element);
        long left = deadline == 0 ? 0 : Math.max(1, (deadline - now) / JIFFIES_PER_SECOND);
        visitor.element(
            table.first(element),
            table.second(element),
            left,
            table.packets(element),
            table.bytes(element),
            table.note(element));
      }
    }
  }
}

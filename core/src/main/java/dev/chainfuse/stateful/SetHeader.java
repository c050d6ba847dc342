package dev.chainfuse.stateful;

/**
 * What a set is made with, and what does not change: the options of {@code ipset create}.
 *
 * @param timeout seconds that elements live unless they say otherwise, 0 for ever; {@link
 *     IpSet#NO_TIMEOUT} of a set without time-outs
 * @param counters elements count packets and bytes
 * @param comments elements may have comments
 * @param skbInfo elements may have marks, priorities and queues
 * @param forceAdd a full set makes room for what SET adds
 * @param mask what of the first address counts (netmask, bitmask); -1 for all
 * @param maskForm how the mask is written
 * @param from first address or port of a bitmap, unsigned
 * @param to last address or port of a bitmap, unsigned
 * @param most how many elements a hash may hold (maxelem), unsigned
 * @param hashSize as given; not used but printed
 * @param bucketSize as given; not used but printed; {@link #NOT_GIVEN}
 * @param seed as given (initval); not used but printed; {@link #NOT_GIVEN}
 * @param size of a list:set as given; neither the kernel nor we look at it
 */
public record SetHeader(
    SetType type,
    long timeout,
    boolean counters,
    boolean comments,
    boolean skbInfo,
    boolean forceAdd,
    int mask,
    MaskForm maskForm,
    int from,
    int to,
    int most,
    long hashSize,
    int bucketSize,
    long seed,
    long size) {
  /** Of {@link #bucketSize} and {@link #seed}: old versions of ipset print none. */
  public static final int NOT_GIVEN = -1;

  /** How {@link #mask} is written. */
  public enum MaskForm {
    NONE,
    PREFIX_LENGTH,
    ADDRESS
  }

  /** A set of that type with the kernel's defaults and no extensions. */
  public static SetHeader of(SetType type) {
    return new SetHeader(
        type,
        IpSet.NO_TIMEOUT,
        false,
        false,
        false,
        false,
        -1,
        MaskForm.NONE,
        0,
        0,
        65_536,
        1024,
        NOT_GIVEN,
        NOT_GIVEN,
        8);
  }

  /** The same with time-outs. */
  public SetHeader withTimeout(long seconds) {
    return new SetHeader(
        type,
        seconds,
        counters,
        comments,
        skbInfo,
        forceAdd,
        mask,
        maskForm,
        from,
        to,
        most,
        hashSize,
        bucketSize,
        seed,
        size);
  }

  /** The same with counters. */
  public SetHeader withCounters() {
    return new SetHeader(
        type,
        timeout,
        true,
        comments,
        skbInfo,
        forceAdd,
        mask,
        maskForm,
        from,
        to,
        most,
        hashSize,
        bucketSize,
        seed,
        size);
  }

  /** The same with room for so many elements. */
  public SetHeader withMost(int elements) {
    return new SetHeader(
        type,
        timeout,
        counters,
        comments,
        skbInfo,
        forceAdd,
        mask,
        maskForm,
        from,
        to,
        elements,
        hashSize,
        bucketSize,
        seed,
        size);
  }

  /** The same for a range of addresses or ports, both included. */
  public SetHeader withRange(int first, int last) {
    return new SetHeader(
        type,
        timeout,
        counters,
        comments,
        skbInfo,
        forceAdd,
        mask,
        maskForm,
        first,
        last,
        most,
        hashSize,
        bucketSize,
        seed,
        size);
  }

  /** Whether elements have time-outs. */
  public boolean timed() {
    return timeout != IpSet.NO_TIMEOUT;
  }
}

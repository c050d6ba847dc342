package dev.chainfuse.conntrack;

/** Choices from a seeded generator: the same seed and questions give the same answers. */
public final class SeededChoices implements ChoiceSource {
  private long state;

  public SeededChoices(long seed) {
    state = seed;
  }

  @Override
  public int port(int protocol, int source, int destination, int ports, int minimum, int range) {
    state += 0x9e37_79b9_7f4a_7c15L;
    long z = state;
    z = (z ^ z >>> 30) * 0xbf58_476d_1ce4_e5b9L;
    z = (z ^ z >>> 27) * 0x94d0_49bb_1331_11ebL;
    int random16 = (int) ((z ^ z >>> 31) >>> 48);
    return minimum + random16 % range;
  }
}

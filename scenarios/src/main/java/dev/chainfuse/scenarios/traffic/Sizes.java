package dev.chainfuse.scenarios.traffic;

import java.util.SplittableRandom;

/** How many bytes a message has. */
public sealed interface Sizes {
  /** Draws one. */
  int next(SplittableRandom random);

  /** The smallest and largest that can be drawn. */
  int least();

  int most();

  /** Always the same. */
  record Fixed(int bytes) implements Sizes {
    @Override
    public int next(SplittableRandom random) {
      return bytes;
    }

    @Override
    public int least() {
      return bytes;
    }

    @Override
    public int most() {
      return bytes;
    }
  }

  /** Each from {@code least} to {@code most} alike. */
  record Uniform(int least, int most) implements Sizes {
    @Override
    public int next(SplittableRandom random) {
      return random.nextInt(least, most + 1);
    }
  }

  /** Exponentially distributed, cut to {@code least} to {@code most}. */
  record Exponential(double mean, int least, int most) implements Sizes {
    @Override
    public int next(SplittableRandom random) {
      double drawn = -mean * StrictMath.log(1 - random.nextDouble());
      return (int) Math.max(least, Math.min(most, Math.round(drawn)));
    }
  }
}

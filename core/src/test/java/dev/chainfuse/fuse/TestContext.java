package dev.chainfuse.fuse;

import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;

/** A packet path that does nothing but count log lines. */
final class TestContext extends TargetContext {
  int logged;

  @Override
  public int bind(
      boolean source, int flags, int minAddress, int maxAddress, int minPort, int maxPort) {
    return Target.ACCEPT;
  }

  @Override
  public int masqueradeAddress() {
    return 0;
  }

  @Override
  public int redirectAddress() {
    return 0;
  }

  @Override
  public boolean bound(boolean source) {
    return false;
  }

  @Override
  public void rejectWithIcmp(int type, int code) {}

  @Override
  public void rejectWithReset() {}

  @Override
  public void untrack() {}

  @Override
  public void log(String prefix, int level, int flags) {
    logged++;
  }

  @Override
  public void trackIn(int zone, boolean ofMark) {}

  @Override
  public int routeMtu() {
    return 1500;
  }

  @Override
  public int mtuToward(int address) {
    return 1500;
  }

  @Override
  public void duplicate(int gateway, String device) {}

  @Override
  public void trace(String chain, String comment, int index) {
    logged++;
  }

  @Override
  public void nflog(String prefix, int group) {
    logged++;
  }

  @Override
  public int bypassQueue() {
    return Target.ACCEPT;
  }

  @Override
  public int notModelled() {
    return Target.DROP;
  }
}

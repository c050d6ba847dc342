package dev.chainfuse.bench;

import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;

/** A packet path that only counts what targets do. */
final class VerdictContext extends TargetContext {
  long effects;

  @Override
  public int bind(
      boolean source, int flags, int minAddress, int maxAddress, int minPort, int maxPort) {
    effects++;
    return Target.ACCEPT;
  }

  @Override
  public int masqueradeAddress() {
    return 1;
  }

  @Override
  public int redirectAddress() {
    return 1;
  }

  @Override
  public boolean bound(boolean source) {
    return false;
  }

  @Override
  public void rejectWithIcmp(int type, int code) {
    effects++;
  }

  @Override
  public void rejectWithReset() {
    effects++;
  }

  @Override
  public void untrack() {
    effects++;
  }

  @Override
  public void log(String prefix, int level, int flags) {
    effects++;
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
  public void trace(String chain, String comment, int index) {}

  @Override
  public void nflog(String prefix, int group) {}

  @Override
  public int bypassQueue() {
    return Target.ACCEPT;
  }

  @Override
  public int notModelled() {
    return Target.DROP;
  }
}

package dev.chainfuse.rules;

/** {@code -j CHAIN} or {@code -g CHAIN}. */
public record ChainTarget(Kind kind, String chain) implements Target {
  public ChainTarget {
    if (kind != Kind.JUMP && kind != Kind.GOTO) {
      throw new IllegalArgumentException("not a jump: " + kind);
    }
  }

  @Override
  public String targetName() {
    return chain;
  }

  @Override
  public void save(StringBuilder out) {}

  /** Nothing: a listing has its {@code [goto]} before the matches, so the writer prints it. */
  @Override
  public void list(StringBuilder out) {}
}

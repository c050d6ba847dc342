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

  @Override
  public void list(StringBuilder out) {
    if (kind == Kind.GOTO) {
      out.append(" [goto]");
    }
  }
}

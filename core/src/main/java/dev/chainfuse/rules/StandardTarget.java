package dev.chainfuse.rules;

/** The targets without options: ACCEPT, DROP, RETURN, and none. */
public enum StandardTarget implements Target {
  NONE(Kind.NONE, ""),
  ACCEPT(Kind.ACCEPT, "ACCEPT"),
  DROP(Kind.DROP, "DROP"),
  RETURN(Kind.RETURN, "RETURN");

  private final Kind kind;
  private final String text;

  StandardTarget(Kind kind, String text) {
    this.kind = kind;
    this.text = text;
  }

  @Override
  public Kind kind() {
    return kind;
  }

  @Override
  public String targetName() {
    return text;
  }

  @Override
  public void save(StringBuilder out) {}

  @Override
  public void list(StringBuilder out) {}
}

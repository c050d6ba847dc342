package dev.chainfuse.host;

/** Scopes of addresses and routes: {@code RT_SCOPE_}, include/uapi/linux/rtnetlink.h. */
public final class Scope {
  public static final int UNIVERSE = 0;
  public static final int SITE = 200;
  public static final int LINK = 253;
  public static final int HOST = 254;
  public static final int NOWHERE = 255;

  private Scope() {}

  /**
   * The number of a scope as {@code ip} writes it.
   *
   * @throws IllegalArgumentException if it is neither a known word nor 0 to 255
   */
  static int parse(String text) {
    return switch (text) {
      case "global" -> UNIVERSE;
      case "site" -> SITE;
      case "link" -> LINK;
      case "host" -> HOST;
      case "nowhere" -> NOWHERE;
      default -> Numbers.within(text, 0, 255, "scope");
    };
  }
}

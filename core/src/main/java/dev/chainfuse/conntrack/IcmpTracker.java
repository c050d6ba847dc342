package dev.chainfuse.conntrack;

/** ICMP as nf_conntrack_proto_icmp.c tracks it. */
public final class IcmpTracker {
  static final int ECHO_REPLY = 0;
  static final int UNREACHABLE = 3;
  static final int SOURCE_QUENCH = 4;
  static final int REDIRECT = 5;
  static final int ECHO = 8;
  static final int TIME_EXCEEDED = 11;
  static final int PARAMETER_PROBLEM = 12;
  static final int TIMESTAMP = 13;
  static final int TIMESTAMP_REPLY = 14;
  static final int INFORMATION = 15;
  static final int INFORMATION_REPLY = 16;
  static final int MASK = 17;
  static final int MASK_REPLY = 18;

  private IcmpTracker() {}

  /** The type that answers a type, in both directions; -1 if there is none (invmap). */
  public static int answer(int type) {
    return switch (type) {
      case ECHO -> ECHO_REPLY;
      case ECHO_REPLY -> ECHO;
      case TIMESTAMP -> TIMESTAMP_REPLY;
      case TIMESTAMP_REPLY -> TIMESTAMP;
      case INFORMATION -> INFORMATION_REPLY;
      case INFORMATION_REPLY -> INFORMATION;
      case MASK -> MASK_REPLY;
      case MASK_REPLY -> MASK;
      default -> -1;
    };
  }

  /** Whether a packet of that type makes an entry (valid_new). */
  static boolean makesEntry(int type) {
    return type == ECHO || type == TIMESTAMP || type == INFORMATION || type == MASK;
  }

  /** Whether the type is an error that quotes a packet (icmp_is_err). */
  public static boolean isError(int type) {
    return type == UNREACHABLE
        || type == SOURCE_QUENCH
        || type == REDIRECT
        || type == TIME_EXCEEDED
        || type == PARAMETER_PROBLEM;
  }
}

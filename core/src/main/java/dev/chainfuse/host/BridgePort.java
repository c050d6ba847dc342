package dev.chainfuse.host;

import java.util.Locale;

/**
 * What makes an interface a port of a bridge (br_port flags, include/linux/if_bridge.h).
 *
 * @param state of the spanning tree; only FORWARDING ports carry traffic
 * @param hairpin a frame may leave by the port that it came in by
 * @param learning source addresses are learned
 * @param unicastFlood frames to unknown unicast addresses leave here
 * @param multicastFlood frames to unregistered groups leave here
 * @param broadcastFlood broadcasts leave here
 * @param isolated exchanges nothing with other isolated ports
 * @param multicastRouter 0 never, 1 by queries, 2 always gets multicast
 * @param groupForwardMask bit n: forward 01:80:c2:00:00:0n
 */
public record BridgePort(
    State state,
    boolean hairpin,
    boolean learning,
    boolean unicastFlood,
    boolean multicastFlood,
    boolean broadcastFlood,
    boolean isolated,
    int multicastRouter,
    int groupForwardMask) {

  /** BR_STATE_, include/uapi/linux/if_bridge.h. */
  public enum State {
    DISABLED,
    LISTENING,
    LEARNING,
    FORWARDING,
    BLOCKING;

    static State of(String text) {
      for (State state : values()) {
        if (state.name().toLowerCase(Locale.ROOT).equals(text)) {
          return state;
        }
      }
      throw new IllegalArgumentException("'" + text + "' is not a state of a bridge port");
    }
  }

  /** A new port: learns and floods; forwarding. */
  public static final BridgePort DEFAULT =
      new BridgePort(State.FORWARDING, false, true, true, true, true, false, 1, 0);

  /** This port in another state. */
  public BridgePort withState(State other) {
    return new BridgePort(
        other,
        hairpin,
        learning,
        unicastFlood,
        multicastFlood,
        broadcastFlood,
        isolated,
        multicastRouter,
        groupForwardMask);
  }

  /** This port with hairpin mode on or off. */
  public BridgePort withHairpin(boolean on) {
    return new BridgePort(
        state,
        on,
        learning,
        unicastFlood,
        multicastFlood,
        broadcastFlood,
        isolated,
        multicastRouter,
        groupForwardMask);
  }
}

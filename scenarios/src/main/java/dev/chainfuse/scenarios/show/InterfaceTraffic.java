package dev.chainfuse.scenarios.show;

/**
 * What an interface moved.
 *
 * @param rxBytes with Ethernet headers, as are {@code txBytes}
 */
public record InterfaceTraffic(
    long rxPackets, long rxBytes, long rxDropped, long txPackets, long txBytes) {
  public static final InterfaceTraffic NONE = new InterfaceTraffic(0, 0, 0, 0, 0);
}

package dev.chainfuse.scenarios.capture;

/** What a captured packet begins with. */
public enum LinkType {
  /** An Ethernet header. */
  ETHERNET(1),
  /** An IPv4 header, nothing before it. */
  IPV4(228);

  private final int number;

  LinkType(int number) {
    this.number = number;
  }

  /** The number in capture files (LINKTYPE_ registry). */
  public int number() {
    return number;
  }

  static LinkType of(int number, CaptureInput in) {
    return switch (number) {
      case 1 -> ETHERNET;
      case 228 -> IPV4;
      default ->
          throw in.wrong(
              "link type "
                  + number
                  + " is not read; Ethernet (1) and plain IPv4 (228) are. Capture on the device"
                  + " itself, not on 'any'");
    };
  }
}

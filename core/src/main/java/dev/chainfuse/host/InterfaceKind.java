package dev.chainfuse.host;

import java.util.Locale;

/** What an interface is: {@code linkinfo.info_kind} of {@code ip -d addr}. */
public enum InterfaceKind {
  LOOPBACK,
  /** No {@code info_kind}: a network card. */
  PHYSICAL,
  BRIDGE,
  VETH,
  DUMMY,
  TUN,
  VLAN,
  MACVLAN,
  VXLAN,
  WIREGUARD,
  /** Any other; frames enter and leave by it as by a network card. */
  OTHER;

  /** The kind that {@code ip} prints as {@code text}. */
  static InterfaceKind of(String text) {
    for (InterfaceKind kind : values()) {
      if (kind.name().toLowerCase(Locale.ROOT).equals(text)) {
        return kind;
      }
    }
    return OTHER;
  }
}

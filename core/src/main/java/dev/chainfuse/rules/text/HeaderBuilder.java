package dev.chainfuse.rules.text;

import dev.chainfuse.rules.HeaderMatch;
import dev.chainfuse.rules.HeaderMatch.Address;
import dev.chainfuse.rules.HeaderMatch.Fragment;
import dev.chainfuse.rules.HeaderMatch.Interface;
import dev.chainfuse.rules.ProtocolNames;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects {@code -s -d -i -o -p -f} of one rule. */
final class HeaderBuilder {
  private static final int LONGEST_INTERFACE = 15;

  private List<Address> sources = List.of(Address.ANY);
  private List<Address> destinations = List.of(Address.ANY);
  private Interface in = Interface.ANY;
  private Interface out = Interface.ANY;
  private int protocol;
  private boolean protocolInverted;
  private Fragment fragment = Fragment.ANY;
  private @Nullable Token inOption;
  private @Nullable Token outOption;

  /** Takes an option if it is one of the header's. */
  void take(OptionReader.Found found) {
    boolean inverted = found.inverted();
    Token value = found.value();
    CommandOption option = found.command();
    if (option == null) {
      return;
    }
    switch (option) {
      case SOURCE -> sources = AddressText.parse(value, inverted);
      case DESTINATION -> destinations = AddressText.parse(value, inverted);
      case IN_INTERFACE -> {
        in = interfaceMatch(value, inverted);
        inOption = found.token();
      }
      case OUT_INTERFACE -> {
        out = interfaceMatch(value, inverted);
        outOption = found.token();
      }
      case PROTOCOL -> takeProtocol(value, inverted);
      case FRAGMENTS -> fragment = inverted ? Fragment.NOT_LATER : Fragment.LATER;
      default -> {}
    }
  }

  private void takeProtocol(Token value, boolean inverted) {
    protocol = ProtocolNames.number(value.text());
    protocolInverted = inverted;
    if (protocol < 0) {
      throw new LineException(
          value.column(),
          "unknown protocol '" + value.text() + "'",
          "a name such as tcp, a number from 0 to 255, or all");
    }
    if (protocol == 0 && inverted) {
      throw new LineException(value.column(), "no packet is of none of all protocols", "");
    }
  }

  private static Interface interfaceMatch(Token value, boolean inverted) {
    String name = value.text();
    if (name.isEmpty()) {
      throw new LineException(value.column(), "the interface name is empty", "");
    }
    if (name.length() > LONGEST_INTERFACE) {
      throw new LineException(
          value.column(),
          "interface name '" + name + "' has more than 15 characters",
          "Linux allows 15; shorten it with a '+' at the end");
    }
    return new Interface(name, inverted);
  }

  /** The protocol that the rule is for, 0 if any or unknown yet. */
  int protocol() {
    return protocol;
  }

  /** What iptables refuses by the name of the chain alone. */
  void checkChain(String chain) {
    Token wrong =
        switch (chain) {
          case "PREROUTING", "INPUT" -> outOption;
          case "POSTROUTING", "OUTPUT" -> inOption;
          default -> null;
        };
    if (wrong != null) {
      throw new LineException(
          wrong.column(),
          "a packet in "
              + chain
              + " has no "
              + (wrong.equals(outOption) ? "outgoing" : "incoming")
              + " interface",
          "leave " + wrong.text() + " out, or use FORWARD");
    }
  }

  /** One header for each pair of source and destination. */
  List<HeaderMatch> build() {
    Collection<HeaderMatch> headers = new ArrayList<>(1);
    for (Address source : sources) {
      for (Address destination : destinations) {
        headers.add(
            new HeaderMatch(source, destination, in, out, protocol, protocolInverted, fragment));
      }
    }
    return List.copyOf(headers);
  }
}

package dev.chainfuse.fuse;

import dev.chainfuse.packet.Field;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** Tells fields of a packet from fields of a flow. */
final class PerPacket {
  /** The same for all packets of a direction of a flow; interfaces and ports are not. */
  private static final Set<Field> OF_FLOW =
      EnumSet.of(
          Field.SOURCE,
          Field.DESTINATION,
          Field.PROTOCOL,
          Field.SOURCE_PORT,
          Field.DESTINATION_PORT,
          Field.CT_PROTOCOL,
          Field.CT_DIRECTION,
          Field.CT_ORIGINAL_SOURCE,
          Field.CT_ORIGINAL_DESTINATION,
          Field.CT_REPLY_SOURCE,
          Field.CT_REPLY_DESTINATION,
          Field.CT_ORIGINAL_SOURCE_PORT,
          Field.CT_ORIGINAL_DESTINATION_PORT,
          Field.CT_REPLY_SOURCE_PORT,
          Field.CT_REPLY_DESTINATION_PORT);

  private PerPacket() {}

  /** Those of {@code fields} that may differ from packet to packet. Unmodifiable. */
  static Set<Field> of(Set<Field> fields) {
    EnumSet<Field> differing = EnumSet.noneOf(Field.class);
    differing.addAll(fields);
    differing.removeAll(OF_FLOW);
    return Collections.unmodifiableSet(differing);
  }
}

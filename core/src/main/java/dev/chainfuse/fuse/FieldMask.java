package dev.chainfuse.fuse;

import dev.chainfuse.packet.Field;
import java.util.Collection;

/** Sets of fields as the bits of a long, by {@link Field#ordinal}. */
final class FieldMask {
  private FieldMask() {}

  static long of(Field field) {
    return 1L << field.ordinal();
  }

  static long of(Collection<Field> fields) {
    long mask = 0;
    for (Field field : fields) {
      mask |= of(field);
    }
    return mask;
  }
}

package dev.chainfuse.rules.text;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.stateful.ElementNote;
import dev.chainfuse.stateful.IpSet;
import dev.chainfuse.stateful.SetHeader;
import dev.chainfuse.stateful.SetHeader.MaskForm;
import dev.chainfuse.stateful.SetKey;
import dev.chainfuse.stateful.SetType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;

/**
 * Writes sets as {@code ipset save} prints them (ipset 7.17). Elements of a hash stand in the order
 * in which they were read, then in that in which packets entered them: the kernel prints them in
 * the order of a hash whose seed it draws anew. What {@code ipset save} leaves out, such as
 * forceadd, is left out here, too.
 */
public final class SetWriter {
  private static final int FLUSH_AT = 1 << 16;

  private final Appendable out;
  private final StringBuilder line = new StringBuilder();

  private SetWriter(Appendable out) {
    this.out = out;
  }

  /**
   * Writes sets with the elements that live at a time.
   *
   * @param nanos virtual time, from the start of the session; 0 for sets as they were read
   */
  public static void write(Collection<IpSet> sets, long nanos, Appendable out) throws IOException {
    SetWriter writer = new SetWriter(out);
    try {
      for (IpSet set : sets) {
        writer.set(set, nanos);
      }
      writer.flush();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void flush() {
    try {
      out.append(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    line.setLength(0);
  }

  private void set(IpSet set, long nanos) {
    create(set);
    set.visit(
        nanos,
        (first, second, timeout, packets, bytes, note) -> {
          element(set, first, second);
          extensions(set.header(), first, timeout, packets, bytes, note);
          line.append('\n');
          if (line.length() >= FLUSH_AT) {
            flush();
          }
        });
  }

  private void create(IpSet set) {
    SetHeader header = set.header();
    SetType type = header.type();
    line.append("create ").append(set.name()).append(' ').append(type.text());
    if (type.isHash()) {
      // A set of MAC addresses has no family.
      line.append(type == SetType.HASH_MAC ? "" : " family inet");
      line.append(" hashsize ").append(header.hashSize());
      line.append(" maxelem ").append(Integer.toUnsignedString(header.most()));
    } else if (type == SetType.LIST_SET) {
      line.append(" size ").append(header.size());
    } else if (type == SetType.BITMAP_PORT) {
      line.append(" range ").append(header.from()).append('-').append(header.to());
    } else {
      line.append(" range ").append(Ipv4.format(header.from()));
      line.append('-').append(Ipv4.format(header.to()));
    }
    if (type != SetType.HASH_IP_PORT) {
      mask(header);
    }
    if (header.timed()) {
      line.append(" timeout ").append(header.timeout());
    }
    line.append(header.counters() ? " counters" : "");
    line.append(header.comments() ? " comment" : "");
    line.append(header.skbInfo() ? " skbinfo" : "");
    if (header.bucketSize() != SetHeader.NOT_GIVEN) {
      line.append(" bucketsize ").append(header.bucketSize());
    }
    if (header.seed() != SetHeader.NOT_GIVEN) {
      line.append(" initval ").append(String.format("0x%08x", header.seed()));
    }
    if (type == SetType.HASH_IP_PORT) {
      mask(header);
    }
    line.append('\n');
  }

  private void mask(SetHeader header) {
    if (header.maskForm() == MaskForm.PREFIX_LENGTH) {
      line.append(" netmask ").append(Ipv4.prefixLength(header.mask()));
    } else if (header.maskForm() == MaskForm.ADDRESS) {
      line.append(" bitmask ").append(Ipv4.format(header.mask()));
    }
  }

  private void element(IpSet set, long first, long second) {
    line.append("add ").append(set.name()).append(' ');
    if (set.header().type() == SetType.LIST_SET) {
      line.append(set.member(SetKey.address(first)));
    } else {
      SetElement.append(line, set.header().type(), first, second);
    }
  }

  private void extensions(
      SetHeader header, long first, long timeout, long packets, long bytes, ElementNote note) {
    if (header.timed()) {
      line.append(" timeout ").append(timeout);
    }
    line.append((first & SetKey.NOMATCH) != 0 ? " nomatch" : "");
    if (header.counters()) {
      line.append(" packets ").append(Long.toUnsignedString(packets));
      line.append(" bytes ").append(Long.toUnsignedString(bytes));
    }
    if (!note.comment().isEmpty()) {
      line.append(" comment \"").append(note.comment()).append('"');
    }
    if (note.mark() != 0 || note.markMask() != 0) {
      line.append(" skbmark 0x").append(Integer.toHexString(note.mark()));
      line.append(note.markMask() == -1 ? "" : "/0x" + Integer.toHexString(note.markMask()));
    }
    if (note.priority() != 0) {
      line.append(" skbprio ").append(Integer.toHexString(note.priority() >>> 16));
      line.append(':').append(Integer.toHexString(note.priority() & 0xffff));
    }
    if (note.queue() != 0) {
      line.append(" skbqueue ").append(note.queue());
    }
  }
}

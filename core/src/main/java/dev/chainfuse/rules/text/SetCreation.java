package dev.chainfuse.rules.text;

import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.stateful.IpSet;
import dev.chainfuse.stateful.SetHeader;
import dev.chainfuse.stateful.SetHeader.MaskForm;
import dev.chainfuse.stateful.SetType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads {@code create NAME TYPE OPTIONS}. Used once. */
final class SetCreation {
  /** IPSET_MAXNAMELEN - 1. */
  private static final int LONGEST_NAME = 31;

  /** IPSET_BITMAP_MAX_RANGE + 1. */
  private static final long LARGEST_BITMAP = 65_536;

  /** As many seconds as ipset takes. */
  private static final long MOST_TIMEOUT = 2_147_483;

  private static final long MOST_32 = 0xffff_ffffL;

  /** Names from before ipset 4. */
  private static final Map<String, String> OLD_NAMES =
      Map.of(
          "iphash", "hash:ip",
          "nethash", "hash:net",
          "ipporthash", "hash:ip,port",
          "ipportiphash", "hash:ip,port,ip",
          "ipportnethash", "hash:ip,port,net",
          "ipmap", "bitmap:ip",
          "portmap", "bitmap:port",
          "setlist", "list:set");

  private static final Set<String> NOT_MODELLED =
      Set.of("hash:ip,mac", "hash:ip,mark", "hash:net,iface", "hash:net,port,net", "bitmap:ip,mac");

  private final SetWords words;
  private final SetType type;
  private final Set<String> given = new HashSet<>();

  private long timeout = IpSet.NO_TIMEOUT;
  private boolean counters;
  private boolean comments;
  private boolean skbInfo;
  private boolean forceAdd;
  private int mask = -1;
  private MaskForm maskForm = MaskForm.NONE;
  private long from = -1;
  private long to = -1;
  private long most = 65_536;
  private long hashSize = 1024;
  private int bucketSize = SetHeader.NOT_GIVEN;
  private long seed = SetHeader.NOT_GIVEN;
  private long size = 8;

  private SetCreation(SetWords words) {
    this.words = words;
    this.type = type();
  }

  /** The header of the set that the words create. */
  static SetHeader read(SetWords words) {
    return new SetCreation(words).read();
  }

  /** The name of the set that the words create. */
  static String name(SetWords words) {
    if (words.count() < 3) {
      throw new LineException(
          words.column(words.count()), "a set needs a name and a type", "create NAME hash:ip");
    }
    String name = words.text(1);
    if (name.length() > LONGEST_NAME || name.isEmpty()) {
      throw new LineException(
          words.column(1),
          "setname '" + name + "' is longer than 31 characters",
          "a set's name has 1 to 31 characters");
    }
    return name;
  }

  private SetType type() {
    String text = words.text(2);
    SetType found = SetType.of(OLD_NAMES.getOrDefault(text, text));
    if (found == null) {
      List<String> known = new ArrayList<>();
      for (SetType each : SetType.values()) {
        known.add(each.text());
      }
      throw new LineException(
          words.column(2),
          NOT_MODELLED.contains(text)
              ? "set type '" + text + "' is not modelled"
              : "set type '" + text + "' is unknown",
          NOT_MODELLED.contains(text)
              ? "leave the set out, or read leniently"
              : Suggestion.of(text, known, "the types are "));
    }
    return found;
  }

  private SetHeader read() {
    int i = 3;
    while (i < words.count()) {
      String option = words.text(i);
      String name = option.startsWith("--") ? option.substring(2) : option;
      if (flag(name)) {
        i++;
        continue;
      }
      value(name, i, words.argument(i), words.column(i + 1));
      if (!given.add(name)) {
        throw new LineException(words.column(i), "'" + name + "' is given twice", "keep one");
      }
      i += 2;
    }
    if (type.isBitmap()) {
      finishRange();
    }
    return new SetHeader(
        type,
        timeout,
        counters,
        comments,
        skbInfo,
        forceAdd,
        mask,
        maskForm,
        (int) from,
        (int) to,
        (int) most,
        hashSize,
        bucketSize,
        seed,
        size);
  }

  private boolean flag(String name) {
    switch (name) {
      case "counters" -> counters = true;
      case "comment" -> comments = true;
      case "skbinfo" -> skbInfo = true;
      case "forceadd" -> {
        if (!type.isHash()) {
          return false;
        }
        forceAdd = true;
      }
      case "-4" -> {}
      case "-6" -> throw inet6(words.column(words.count() - 1));
      default -> {
        return false;
      }
    }
    return true;
  }

  private static LineException inet6(int column) {
    return new LineException(
        column, "family inet6 is not modelled", "leave the set out, or read leniently");
  }

  private void value(String name, int option, String text, int column) {
    boolean known =
        switch (name) {
          case "timeout" -> true;
          case "family", "hashsize", "maxelem", "bucketsize", "initval", "probes", "resize", "gc" ->
              type.isHash();
          case "netmask" -> masked() || type == SetType.BITMAP_IP;
          case "bitmask" -> masked();
          case "range", "from", "to" -> type.isBitmap();
          case "network" -> type == SetType.BITMAP_IP;
          case "size" -> type == SetType.LIST_SET;
          default -> false;
        };
    if (!known) {
      throw new LineException(
          words.column(option),
          "Unknown argument: '" + name + "'",
          "a set of type " + type.text() + " has no such option");
    }
    switch (name) {
      case "timeout" -> timeout = SetNumbers.number(text, column, 0, MOST_TIMEOUT);
      case "family" -> family(text, column);
      case "hashsize" -> hashSize = hashSize(SetNumbers.number(text, column, 0, MOST_32), column);
      case "maxelem" -> most = SetNumbers.number(text, column, 0, MOST_32);
      case "bucketsize" -> bucketSize = bucketSize((int) SetNumbers.number(text, column, 0, 255));
      case "initval" -> seed = SetNumbers.number(text, column, 0, MOST_32);
      case "netmask" ->
          mask(
              MaskForm.PREFIX_LENGTH,
              Ipv4.mask(SetNumbers.length(text, 0, text.length(), column, 1)),
              column);
      case "bitmask" ->
          mask(MaskForm.ADDRESS, SetNumbers.address(text, 0, addressEnd(text), column), column);
      case "range", "network" -> range(text, column);
      case "from" -> from = bound(text, column);
      case "to" -> to = bound(text, column);
      case "size" -> size = Math.max(4, SetNumbers.number(text, column, 0, MOST_32));
      default -> SetNumbers.number(text, column, 0, MOST_32);
    }
  }

  /** ipset 7.17 sometimes prints a prefix length behind a bitmask, without sense. */
  private static int addressEnd(String text) {
    int slash = text.indexOf('/');
    return slash < 0 ? text.length() : slash;
  }

  private boolean masked() {
    return type == SetType.HASH_IP || type == SetType.HASH_IP_PORT;
  }

  private static void family(String text, int column) {
    if (text.equals("inet6") || text.equals("ipv6") || text.equals("-6")) {
      throw inet6(column);
    }
    if (!text.equals("inet") && !text.equals("ipv4") && !text.equals("-4")) {
      throw new LineException(column, "'" + text + "' is not a family", "write inet");
    }
  }

  /** htable_bits, ip_set_hash_gen.h: the next power of two, at least IPSET_MIMINAL_HASHSIZE. */
  private static long hashSize(long given, int column) {
    long size = 64;
    while (size < given) {
      size <<= 1;
    }
    if (size > 1 << 27) {
      throw new LineException(column, "the kernel allocates no table of that size", "such as 1024");
    }
    return size;
  }

  /**
   * From AHASH_INIT_SIZE to AHASH_MAX_SIZE in steps of two (hash:..._create, ip_set_hash_gen.h).
   */
  private static int bucketSize(int given) {
    return given < 2 ? 2 : given > 12 ? 12 : given + (given & 1);
  }

  private void mask(MaskForm form, int value, int column) {
    if (maskForm != MaskForm.NONE) {
      throw new LineException(
          column, "bitmask and netmask are mutually exclusive, provide only one", "keep one");
    }
    if (value == 0) {
      throw new LineException(column, "the mask is empty", "such as 255.255.255.0");
    }
    maskForm = value == -1 ? MaskForm.NONE : form;
    mask = value;
  }

  private long bound(String text, int column) {
    return type == SetType.BITMAP_IP
        ? SetNumbers.address(text, 0, text.length(), column) & MOST_32
        : SetNumbers.port(text, column, "tcp");
  }

  private void range(String text, int column) {
    int colon = text.indexOf(':');
    int start = type == SetType.BITMAP_PORT ? colon + 1 : 0;
    int dash = text.indexOf('-', start);
    int slash = text.indexOf('/', start);
    if (dash >= 0) {
      from = bound(text.substring(start, dash), column + start);
      to = bound(text.substring(dash + 1), column + dash + 1);
    } else if (slash >= 0 && type == SetType.BITMAP_IP) {
      int bits = SetNumbers.length(text, slash + 1, text.length(), column, 0);
      if (bits == 32) {
        throw new LineException(
            column + slash + 1, "a range of one address needs no bitmap", "use a hash:ip");
      }
      int address = SetNumbers.address(text, 0, slash, column) & Ipv4.mask(bits);
      from = address & MOST_32;
      to = (address | ~Ipv4.mask(bits)) & MOST_32;
    } else {
      throw new LineException(
          column,
          "'" + text + "' is not a range",
          type == SetType.BITMAP_IP ? "such as 10.0.0.0-10.0.0.255" : "such as 0-1023");
    }
  }

  private void finishRange() {
    if (from < 0 || to < 0) {
      throw new LineException(
          words.column(words.count()), "Mandatory option 'range' is missing", "add it");
    }
    if (from > to) {
      long swapped = from;
      from = to;
      to = swapped;
    }
    long elements = to - from + 1;
    if (maskForm == MaskForm.PREFIX_LENGTH) {
      from &= mask;
      to |= ~mask & MOST_32;
      int bits = networkBits();
      int netmask = Ipv4.prefixLength(mask);
      if (bits < 0 || netmask <= bits) {
        throw new LineException(
            words.column(3), "Element is out of the range of the set", "choose a longer netmask");
      }
      elements = 1L << netmask - bits;
    }
    if (elements > LARGEST_BITMAP) {
      throw new LineException(
          words.column(3),
          "The range you specified exceeds the size limit of the set type",
          "a bitmap has at most 65,536 elements");
    }
  }

  /**
   * Prefix length of the smallest network that begins with the range and holds its last address; -1
   * if none does (range_to_mask, include/linux/netfilter/ipset/ip_set_bitmap.h).
   */
  private int networkBits() {
    for (int bits = 31; bits >= 0; bits--) {
      if ((to & Ipv4.mask(bits) & MOST_32) == from) {
        return bits;
      }
    }
    return -1;
  }
}

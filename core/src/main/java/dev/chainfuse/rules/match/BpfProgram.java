package dev.chainfuse.rules.match;

import dev.chainfuse.packet.Bytes;
import dev.chainfuse.packet.Ipv4;
import dev.chainfuse.packet.Skb;

/**
 * A program of the classic Berkeley packet filter over an IP packet (net/core/filter.c). Immutable.
 *
 * <pre>
 *   codes[i] | jumpTrue[i] | jumpFalse[i] | constants[i]     one instruction
 * </pre>
 */
final class BpfProgram {
  static final int MOST_INSTRUCTIONS = 64;
  static final int MEMORY_WORDS = 16;

  // include/uapi/linux/bpf_common.h: class, size, mode, operation, source.
  private static final int CLASS = 7;
  private static final int LOAD = 0;
  private static final int LOAD_X = 1;
  private static final int STORE = 2;
  private static final int STORE_X = 3;
  private static final int ALU = 4;
  private static final int JUMP = 5;
  private static final int RETURN = 6;
  private static final int SIZE = 0x18;
  private static final int HALF = 0x08;
  private static final int BYTE = 0x10;
  private static final int MODE = 0xe0;
  private static final int IMMEDIATE = 0;
  private static final int ABSOLUTE = 0x20;
  private static final int INDIRECT = 0x40;
  private static final int MEMORY = 0x60;
  private static final int LENGTH = 0x80;
  private static final int HEADER_LENGTH = 0xa0;
  private static final int OPERATION = 0xf0;
  private static final int SOURCE_X = 0x08;
  private static final int RETURN_K = RETURN;
  private static final int RETURN_A = RETURN | 0x10;
  private static final int X_FROM_A = 0x07;
  private static final int A_FROM_X = 0x87;
  private static final int JUMP_ALWAYS = JUMP;

  // include/uapi/linux/filter.h: offsets that are no offsets.
  private static final int ANCILLARY = -0x1000;
  private static final int NETWORK = -0x10_0000;
  private static final int LINK = -0x20_0000;
  private static final int PROTOCOL = 0;
  private static final int PACKET_TYPE = 4;
  private static final int MARK = 20;
  private static final int QUEUE = 24;
  private static final int CPU = 36;
  private static final int XOR_X = 40;
  private static final int VLAN_TAG = 44;
  private static final int VLAN_TAG_PRESENT = 48;

  private static final long OUTSIDE = -1;

  private final int[] codes;
  private final int[] jumpTrue;
  private final int[] jumpFalse;
  private final int[] constants;

  BpfProgram(int[] codes, int[] jumpTrue, int[] jumpFalse, int[] constants) {
    this.codes = codes.clone();
    this.jumpTrue = jumpTrue.clone();
    this.jumpFalse = jumpFalse.clone();
    this.constants = constants.clone();
  }

  int size() {
    return codes.length;
  }

  /** The instructions as iptables prints them. */
  void append(StringBuilder out) {
    for (int i = 0; i < codes.length; i++) {
      out.append(i == 0 ? "" : ",").append(codes[i]).append(' ').append(jumpTrue[i]);
      out.append(' ').append(jumpFalse[i]).append(' ');
      out.append(Integer.toUnsignedString(constants[i]));
    }
  }

  /**
   * The number of the first instruction that the kernel refuses (bpf_check_classic), or that is not
   * modelled; -1 if there is none.
   */
  int firstWrong() {
    // Memory words that hold a value whichever way an instruction is reached.
    int[] written = new int[codes.length];
    java.util.Arrays.fill(written, 0xffff);
    int now = 0;
    for (int i = 0; i < codes.length; i++) {
      now &= written[i];
      if (!known(i) || (loadsMemory(codes[i]) && (now >> constants[i] & 1) == 0)) {
        return i;
      }
      int left = codes.length - i - 1;
      int type = codes[i] & CLASS;
      if (type == STORE || type == STORE_X) {
        now |= 1 << constants[i];
      } else if (codes[i] == JUMP_ALWAYS) {
        if (Integer.compareUnsigned(constants[i], left) >= 0) {
          return i;
        }
        written[i + 1 + constants[i]] &= now;
        now = -1;
      } else if (type == JUMP) {
        if (jumpTrue[i] >= left || jumpFalse[i] >= left) {
          return i;
        }
        written[i + 1 + jumpTrue[i]] &= now;
        written[i + 1 + jumpFalse[i]] &= now;
        now = -1;
      }
    }
    int last = codes.length - 1;
    return codes[last] == RETURN_K || codes[last] == RETURN_A ? -1 : last;
  }

  private static boolean loadsMemory(int code) {
    return code == (LOAD | MEMORY) || code == (LOAD_X | MEMORY);
  }

  private boolean known(int i) {
    int code = codes[i];
    int k = constants[i];
    boolean inMemory = k >= 0 && k < MEMORY_WORDS;
    return switch (code & CLASS) {
      case LOAD ->
          switch (code & MODE) {
            case ABSOLUTE -> (code & SIZE) != SIZE && (k >= 0 || k < ANCILLARY || ancillary(k));
            case INDIRECT -> (code & SIZE) != SIZE;
            case MEMORY -> (code & SIZE) == 0 && inMemory;
            case IMMEDIATE, LENGTH -> (code & SIZE) == 0;
            default -> false;
          };
      case LOAD_X ->
          switch (code & MODE) {
            case HEADER_LENGTH -> (code & SIZE) == BYTE;
            case MEMORY -> (code & SIZE) == 0 && inMemory;
            case IMMEDIATE, LENGTH -> (code & SIZE) == 0;
            default -> false;
          };
      case STORE -> code == STORE && inMemory;
      case STORE_X -> code == STORE_X && inMemory;
      case ALU -> knownAlu(code, k);
      case JUMP ->
          code == JUMP_ALWAYS || ((code & OPERATION) >= 0x10 && (code & OPERATION) <= 0x40);
      case RETURN -> code == RETURN_K || code == RETURN_A;
      default -> code == X_FROM_A || code == A_FROM_X;
    };
  }

  private static boolean knownAlu(int code, int k) {
    boolean constant = (code & SOURCE_X) == 0;
    return switch (code & OPERATION) {
      case 0x30, 0x90 -> !constant || k != 0;
      case 0x60, 0x70 -> !constant || (k >= 0 && k < Integer.SIZE);
      case 0x80 -> constant;
      default -> (code & OPERATION) <= 0xa0 && code <= 0xff;
    };
  }

  private static boolean ancillary(int k) {
    return switch (k - ANCILLARY) {
      case PROTOCOL, PACKET_TYPE, MARK, QUEUE, CPU, XOR_X, VLAN_TAG, VLAN_TAG_PRESENT -> true;
      default -> false;
    };
  }

  /** What the program returns for the packet, which starts at its IP header. */
  int run(Skb skb, int[] memory) {
    int a = 0;
    int x = 0;
    int i = 0;
    while (true) {
      int code = codes[i];
      int k = constants[i];
      switch (code & CLASS) {
        case LOAD -> {
          long loaded = load(skb, code, k, x, a, memory);
          if (loaded == OUTSIDE) {
            return 0;
          }
          a = (int) loaded;
        }
        case LOAD_X -> {
          if ((code & MODE) == HEADER_LENGTH) {
            long first = read(skb, k, BYTE);
            if (first == OUTSIDE) {
              return 0;
            }
            x = (int) (first & 15) << 2;
          } else {
            x = (int) load(skb, code, k, x, a, memory);
          }
        }
        case STORE -> memory[k] = a;
        case STORE_X -> memory[k] = x;
        case ALU -> {
          int operand = (code & SOURCE_X) == 0 ? k : x;
          int operation = code & OPERATION;
          if (operand == 0 && (operation == 0x30 || operation == 0x90)) {
            return 0;
          }
          a = calculate(operation, a, operand);
        }
        case JUMP -> {
          if (code == JUMP_ALWAYS) {
            i += k;
          } else {
            boolean holds = compare(code & OPERATION, a, (code & SOURCE_X) == 0 ? k : x);
            i += holds ? jumpTrue[i] : jumpFalse[i];
          }
        }
        case RETURN -> {
          return code == RETURN_A ? a : k;
        }
        default -> {
          if (code == X_FROM_A) {
            x = a;
          } else {
            a = x;
          }
        }
      }
      i++;
    }
  }

  private static int calculate(int operation, int a, int operand) {
    return switch (operation) {
      case 0x00 -> a + operand;
      case 0x10 -> a - operand;
      case 0x20 -> a * operand;
      case 0x30 -> Integer.divideUnsigned(a, operand);
      case 0x40 -> a | operand;
      case 0x50 -> a & operand;
      case 0x60 -> a << operand;
      case 0x70 -> a >>> operand;
      case 0x80 -> -a;
      case 0x90 -> Integer.remainderUnsigned(a, operand);
      default -> a ^ operand;
    };
  }

  private static boolean compare(int operation, int a, int operand) {
    return switch (operation) {
      case 0x10 -> a == operand;
      case 0x20 -> Integer.compareUnsigned(a, operand) > 0;
      case 0x30 -> Integer.compareUnsigned(a, operand) >= 0;
      default -> (a & operand) != 0;
    };
  }

  /** The value as an unsigned number, or OUTSIDE. */
  private static long load(Skb skb, int code, int k, int x, int a, int[] memory) {
    return switch (code & MODE) {
      case IMMEDIATE -> k & 0xffff_ffffL;
      case MEMORY -> memory[k] & 0xffff_ffffL;
      case LENGTH -> (long) skb.end - skb.network;
      case INDIRECT -> read(skb, x + k, code & SIZE);
      default ->
          k < 0 && k >= ANCILLARY
              ? ask(skb, k - ANCILLARY, x, a) & 0xffff_ffffL
              : read(skb, k, code & SIZE);
    };
  }

  private static int ask(Skb skb, int what, int x, int a) {
    return switch (what) {
      case PROTOCOL -> Ipv4.ETHERTYPE_IPV4;
      case PACKET_TYPE -> skb.packetType;
      case MARK -> skb.mark;
      case XOR_X -> a ^ x;
      default -> 0;
    };
  }

  private static long read(Skb skb, int offset, int size) {
    int bytes = size == BYTE ? 1 : size == HALF ? 2 : 4;
    int at;
    if (offset >= 0) {
      at = offset > skb.end ? skb.end : skb.network + offset;
    } else if (offset >= NETWORK) {
      at = skb.network + Math.min(offset - NETWORK, 0x1_0000);
    } else if (offset >= LINK && skb.inInterface >= 0) {
      at = skb.frame + Math.min(offset - LINK, 0x1_0000);
    } else {
      return OUTSIDE;
    }
    if (at + bytes > skb.end) {
      return OUTSIDE;
    }
    return switch (bytes) {
      case 1 -> Bytes.getByte(skb.data, at);
      case 2 -> Bytes.getShort(skb.data, at);
      default -> Bytes.getInt(skb.data, at) & 0xffff_ffffL;
    };
  }
}

package dev.chainfuse.rules.target;

import dev.chainfuse.packet.ConnectionFacts;
import dev.chainfuse.packet.Field;
import dev.chainfuse.packet.Skb;
import dev.chainfuse.rules.NumberText;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.Target;
import dev.chainfuse.rules.TargetContext;
import dev.chainfuse.rules.TargetModule;
import java.util.List;
import java.util.Set;

/**
 * {@code -j CONNMARK}: sets the connection's mark, or copies between it and the packet's mark
 * (net/netfilter/xt_connmark.c, connmark_tg_shift).
 *
 * @param value of SET: {@code ctmark = ctmark & ~connectionMask ^ value}
 * @param connectionMask {@code --ctmask}
 * @param packetMask {@code --nfmask}
 * @param shift what is written is shifted left by so many bits, right if it is negative
 */
public record ConnmarkTarget(Mode mode, int value, int connectionMask, int packetMask, int shift)
    implements Target {
  /** The direction of the copy, if it is one. */
  public enum Mode {
    SET,
    SAVE,
    RESTORE
  }

  @Override
  public Kind kind() {
    return Kind.EXTENSION;
  }

  @Override
  public String targetName() {
    return "CONNMARK";
  }

  @Override
  public void save(StringBuilder out) {
    if (mode == Mode.SET) {
      new MarkValue(value, connectionMask).save(out);
    } else {
      out.append(mode == Mode.SAVE ? " --save-mark" : " --restore-mark");
      out.append(" --nfmask ").append(NumberText.hex(packetMask));
      out.append(" --ctmask ").append(NumberText.hex(connectionMask));
    }
    appendShift(out, " --");
  }

  private void appendShift(StringBuilder out, String dashes) {
    if (shift != 0) {
      out.append(dashes).append(shift > 0 ? "left" : "right");
      out.append("-shift-mark ").append(Math.abs(shift));
    }
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" CONNMARK");
    if (mode == Mode.SET) {
      new MarkValue(value, connectionMask).list(out);
    } else {
      listCopy(out);
    }
    appendShift(out, " ");
  }

  private void listCopy(StringBuilder out) {
    out.append(mode == Mode.SAVE ? " save" : " restore");
    String packet = NumberText.hex(packetMask);
    String connection = NumberText.hex(connectionMask);
    if (packetMask != connectionMask) {
      out.append(
          mode == Mode.SAVE
              ? " nfmask " + packet + " ctmask ~" + connection
              : " ctmask " + connection + " nfmask ~" + packet);
    } else if (packetMask != -1) {
      out.append(" mask ").append(packet);
    }
  }

  @Override
  public int apply(TargetContext context) {
    Skb skb = context.skb;
    if (skb.flow == ConnectionFacts.NO_FLOW) {
      return CONTINUE;
    }
    int mark = skb.connections.mark(skb.flow);
    switch (mode) {
      case SET -> skb.connections.setMark(skb.flow, shifted(mark & ~connectionMask ^ value));
      case SAVE ->
          skb.connections.setMark(
              skb.flow, mark & ~connectionMask ^ shifted(skb.mark & packetMask));
      case RESTORE -> skb.mark = skb.mark & ~packetMask ^ shifted(mark & connectionMask);
    }
    return CONTINUE;
  }

  private int shifted(int mark) {
    return shift >= 0 ? mark << shift : mark >>> -shift;
  }

  @Override
  public Set<Field> writes() {
    return Set.of(mode == Mode.RESTORE ? Field.MARK : Field.CT_MARK);
  }

  /** Both marks may have changed when the next packet of the flow comes. */
  @Override
  public boolean everyPacket() {
    return true;
  }

  /** How {@code -j CONNMARK} is written. */
  public static final class Module implements TargetModule {
    private static final List<Option> OPTIONS =
        List.of(
            Option.value("set-xmark"),
            Option.value("set-mark"),
            Option.value("and-mark"),
            Option.value("or-mark"),
            Option.value("xor-mark"),
            Option.flag("save-mark"),
            Option.flag("restore-mark"),
            Option.value("ctmask"),
            Option.value("nfmask"),
            Option.value("mask"),
            Option.value("left-shift-mark"),
            Option.value("right-shift-mark"));

    @Override
    public String name() {
      return "CONNMARK";
    }

    @Override
    public List<Option> options() {
      return OPTIONS;
    }

    @Override
    public Target parse(OptionValues values) {
      int shift = 0;
      String operation = "";
      int value = 0;
      int connectionMask = -1;
      int packetMask = -1;
      // In the order of the text, as iptables does: a later --mask overrides the mask of
      // --set-mark.
      for (String option : values.given()) {
        switch (option) {
          case "ctmask" -> connectionMask = MarkValue.bits(values, option);
          case "nfmask" -> packetMask = MarkValue.bits(values, option);
          case "mask" -> {
            refuseTogether(values, "mask", values.has("ctmask") ? "ctmask" : "nfmask");
            connectionMask = MarkValue.bits(values, option);
            packetMask = connectionMask;
          }
          case "left-shift-mark" -> shift = (int) Values.number(values, option, 0, 31);
          case "right-shift-mark" -> shift = -(int) Values.number(values, option, 0, 31);
          default -> {
            if (!operation.isEmpty()) {
              refuseTogether(values, operation, option);
            }
            operation = option;
            if (!option.equals("save-mark") && !option.equals("restore-mark")) {
              MarkValue parsed = MarkValue.of(values, option);
              value = parsed.value();
              connectionMask = parsed.mask();
            }
          }
        }
      }
      return new ConnmarkTarget(mode(values, operation), value, connectionMask, packetMask, shift);
    }

    private static Mode mode(OptionValues values, String operation) {
      return switch (operation) {
        case "" ->
            throw values.error(
                "",
                "CONNMARK says not what to do",
                "add --set-mark, --set-xmark, --and-mark, --or-mark, --xor-mark, --save-mark or"
                    + " --restore-mark");
        case "save-mark" -> Mode.SAVE;
        case "restore-mark" -> Mode.RESTORE;
        default -> Mode.SET;
      };
    }

    private static void refuseTogether(OptionValues values, String one, String other) {
      if (values.has(one) && values.has(other)) {
        throw values.error(other, "--" + other + " cannot go with --" + one, "keep one");
      }
    }
  }
}

package dev.chainfuse.rules.match;

import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import java.util.Objects;

/** {@code -m bpf --bytecode}: a packet filter program (net/netfilter/xt_bpf.c, bpf_mt). */
public final class BpfMatch implements Match {
  private static final int PARTS = 4;

  public static final MatchModule MODULE =
      Module.of("bpf", BpfMatch::parse, Option.value("bytecode"), Option.value("object-pinned"));

  private final BpfProgram program;

  private BpfMatch(BpfProgram program) {
    this.program = program;
  }

  private static BpfMatch parse(OptionValues values) {
    if (values.has("object-pinned")) {
      throw values.error(
          "object-pinned", "programs that are pinned elsewhere cannot be read", "use --bytecode");
    }
    String text = Module.required(values, "bytecode");
    int end = text.endsWith(",") ? text.length() - 1 : text.length();
    String[] parts = text.substring(0, end).split(",", -1);
    int size = (int) Numbers.parseDecimal(parts[0], BpfProgram.MOST_INSTRUCTIONS);
    if (size < 1 || size != parts.length - 1) {
      throw values.error(
          "bytecode",
          "the program does not start with the number of its instructions, 1 to 64",
          "write it as nfbpf_compile prints it");
    }
    BpfProgram program = program(values, parts, size);
    int wrong = program.firstWrong();
    if (wrong >= 0) {
      throw values.error(
          "bytecode",
          "instruction " + wrong + " '" + parts[wrong + 1].strip() + "' cannot stand there",
          "the kernel would refuse it, or it asks for what is not modelled");
    }
    return new BpfMatch(program);
  }

  private static BpfProgram program(OptionValues values, String[] parts, int size) {
    int[][] columns = new int[PARTS][size];
    for (int i = 0; i < size; i++) {
      String[] numbers = parts[i + 1].strip().split("\\s+");
      for (int column = 0; column < PARTS; column++) {
        long most = column == 0 ? 0xffff : column == 3 ? Numbers.MAX_32 : 0xff;
        long number = numbers.length == PARTS ? Numbers.parseDecimal(numbers[column], most) : -1;
        if (number < 0) {
          throw values.error(
              "bytecode",
              "instruction " + i + " '" + parts[i + 1].strip() + "' is not four numbers",
              "write them as 48 0 0 9");
        }
        columns[column][i] = (int) number;
      }
    }
    return new BpfProgram(columns[0], columns[1], columns[2], columns[3]);
  }

  @Override
  public String name() {
    return "bpf";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(" --bytecode \"").append(program.size()).append(',');
    program.append(out);
    out.append('"');
  }

  /** Without a space before and with a NUL behind: so prints iptables 1.8.9. */
  @Override
  public void list(StringBuilder out) {
    out.append("match bpf ");
    program.append(out);
    out.append('\0');
  }

  @Override
  public boolean matches(MatchContext context) {
    return program.run(context.skb, (int[]) Objects.requireNonNull(context.state)) != 0;
  }

  @Override
  public Condition condition(HostFacts host) {
    return new Condition.Ask(this);
  }

  /** The program's memory. */
  @Override
  public Object newState() {
    return new int[BpfProgram.MEMORY_WORDS];
  }
}

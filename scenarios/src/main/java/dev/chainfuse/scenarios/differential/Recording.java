package dev.chainfuse.scenarios.differential;

import dev.chainfuse.Host;
import dev.chainfuse.scenarios.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * A case with the kernel's answers, kept in a directory so that it can be compared without a
 * kernel: {@code kernel.txt} has for each frame a line {@code sent NANOS}, then {@code out PORT
 * HEX} and {@code local HEX} and what NAT drew at random; {@code counters.v4} and {@code
 * conntrack.txt} are the end.
 */
record Recording(Case of, List<Answer> answers, FinalState end) {
  private static final HexFormat HEX = HexFormat.of();

  /** Writes the case, its host's files and the answers. */
  static void write(
      Path directory, Case of, Map<String, String> files, List<Answer> answers, FinalState end)
      throws IOException {
    of.write(directory);
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(directory.resolve(file.getKey()), file.getValue());
    }
    List<String> lines = new ArrayList<>();
    for (Answer answer : answers) {
      lines.add("sent " + answer.nanos());
      lines.addAll(answer.lines(of.lab()));
    }
    lines.add("end " + end.nanos());
    Files.write(directory.resolve("kernel.txt"), lines);
    Files.writeString(directory.resolve("counters.v4"), end.counters());
    Files.writeString(directory.resolve("conntrack.txt"), end.connections());
  }

  /** Reads what {@link #write} wrote. */
  static Recording read(Path directory) throws IOException {
    Case of = Case.read(directory);
    List<Answer> answers = new ArrayList<>();
    long sent = -1;
    long end = 0;
    List<Answer.Out> out = new ArrayList<>();
    List<byte[]> local = new ArrayList<>();
    List<Draw> draws = new ArrayList<>();
    Path file = directory.resolve("kernel.txt");
    for (String line : Files.readAllLines(file)) {
      String[] words = line.split(" ");
      switch (words[0]) {
        case "sent", "end" -> {
          if (sent >= 0) {
            answers.add(new Answer(sent, out, local, draws, false));
            out.clear();
            local.clear();
            draws.clear();
          }
          sent = Long.parseLong(words[1]);
          end = sent;
        }
        case "out" -> out.add(new Answer.Out(of.lab().port(words[1]), HEX.parseHex(words[2])));
        case "drawn" -> draws.add(Draw.read(words));
        case "local" -> local.add(HEX.parseHex(words[1]));
        default -> throw new InputException(file + ": cannot be read: " + line);
      }
    }
    FinalState state =
        new FinalState(
            end,
            Files.readString(directory.resolve("counters.v4")),
            Files.readString(directory.resolve("conntrack.txt")));
    return new Recording(of, answers, state);
  }

  /** Runs both engines against the recorded answers. */
  Trial replay(Host host) {
    int[] next = {0};
    return Trial.of(
        of,
        host,
        new Trial.Oracle() {
          @Override
          public boolean dropsWhatIsCutShort() {
            return true;
          }

          @Override
          public long start() {
            return answers.isEmpty() ? end.nanos() : answers.get(0).nanos();
          }

          @Override
          public void letTimersPass(EngineHost engine, Step step) {}

          @Override
          public Answer send(Step step) {
            return answers.get(next[0]++);
          }

          @Override
          public Draw draw(int protocol, int source, int destination, int ports) {
            for (Draw known : answers.get(next[0] - 1).draws()) {
              if (known.isOf(protocol, source, destination, ports)) {
                return known;
              }
            }
            return new Draw(protocol, source, destination, ports, List.of());
          }

          @Override
          public FinalState state() {
            return end;
          }
        });
  }
}

package dev.chainfuse.scenarios.cli;

import dev.chainfuse.scenarios.InputException;
import dev.chainfuse.scenarios.record.RunDirectory;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.LongConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;

/** Prints lines, in colour on a terminal, and shows progress there. */
final class Output {
  private static final long NANOS_PER_STEP = 1_000_000;

  private final PrintWriter out;
  private final PrintWriter err;
  private final Ansi ansi;

  Output(CommandSpec spec) {
    out = spec.commandLine().getOut();
    err = spec.commandLine().getErr();
    ansi = spec.commandLine().getColorScheme().ansi();
  }

  /** Lines of a report; headings begin with {@code ==}. */
  void lines(List<String> lines) {
    for (String line : lines) {
      if (line.startsWith("== ")) {
        out.println(styled("bold,cyan", line.substring(3)));
      } else if (line.startsWith("  NOT MET")) {
        out.println(styled("bold,red", line));
      } else {
        out.println(line);
      }
    }
    out.flush();
  }

  private String styled(String style, String text) {
    return ansi.enabled() ? ansi.new Text(style(style, text)).toString() : text;
  }

  /** Picocli's markup ends at {@code |@}, which no rule or name contains unescaped here. */
  private static String style(String style, String text) {
    return "@|" + style + " " + text.replace("|@", "| @") + "|@";
  }

  void text(String text) {
    out.print(text);
    out.flush();
  }

  /** A text that is not held in memory as a whole. */
  void write(RunDirectory.Text text) {
    try {
      text.write(out);
    } catch (IOException e) {
      throw new InputException("cannot write: " + e.getMessage(), e);
    }
    out.flush();
  }

  /** Lines on standard error, beside a text that another tool may read. */
  void notes(List<String> lines) {
    lines.forEach(err::println);
    err.flush();
  }

  /** Since JDK 22 there is a console even without a terminal, and a method to ask about it. */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean onTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  /** Work that shows how far it is, on standard error and only if that is a terminal. */
  interface Work<T> {
    T run(LongConsumer progressNanos);
  }

  /** Runs {@code work}; it reports virtual time up to {@code untilNanos}. */
  static <T> T withProgress(String task, long untilNanos, Work<T> work) {
    if (!onTerminal()) {
      return work.run(nanos -> {});
    }
    try (ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(Math.max(1, untilNanos / NANOS_PER_STEP))
            .setUnit(" virtual ms", 1)
            .setStyle(ProgressBarStyle.ASCII)
            .clearDisplayOnFinish()
            .build()) {
      return work.run(nanos -> bar.stepTo(Math.min(nanos, untilNanos) / NANOS_PER_STEP));
    }
  }
}

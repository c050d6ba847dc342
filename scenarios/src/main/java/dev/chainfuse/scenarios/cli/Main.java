package dev.chainfuse.scenarios.cli;

import dev.chainfuse.host.HostFileException;
import dev.chainfuse.rules.text.RuleFileException;
import dev.chainfuse.scenarios.InputException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program. */
@Command(
    name = "chainfuse",
    mixinStandardHelpOptions = true,
    version = "chainfuse 0.1.0",
    header = "Sends packets through a Linux host that runs Docker, and shows what becomes of them.",
    description = {
      "",
      "The host is what the ordinary tools print: iptables-save, ip -j addr, ip -j route and so on,"
          + " in one directory. Time is virtual; the same seed gives the same run.",
      ""
    },
    subcommands = {
      RunCommand.class,
      ReplayCommand.class,
      ExplainCommand.class,
      ShowCommand.class,
      ScenariosCommand.class,
      NewCommand.class,
      DifferentialCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    optionListHeading = "%nOptions:%n",
    commandListHeading = "%nCommands:%n",
    footerHeading = "%nFor a start:%n",
    footer = {
      "  chainfuse run article                  the article's host under traffic",
      "  chainfuse run allow-as-written         why rules appended to DOCKER-USER do nothing",
      "  chainfuse replay --host DIR --out DIR  a recording, compared packet by packet",
      "  chainfuse explain --host DIR --packet 'in=eno1 src=10.0.0.9 dst=10.0.0.1 proto=tcp"
          + " dport=8080 flags=SYN'",
      "  chainfuse show host --host DIR         bridges, ports, containers, published ports",
      "",
      "Exit codes: 0 done, 1 expectations not met, 2 bad usage or bad input."
    })
public final class Main implements Runnable {
  static final int DONE = 0;
  static final int NOT_AS_EXPECTED = 1;
  static final int BAD_INPUT = 2;

  /** Set to anything to have stack traces printed. */
  private static final String DEBUG = "CHAINFUSE_DEBUG";

  @Spec CommandSpec spec = CommandSpec.create();

  /** Runs the program and ends the virtual machine with its exit code. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The command line, ready to execute. */
  public static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExpandAtFiles(false)
        .setUsageHelpWidth(110)
        .setExitCodeExceptionMapper(e -> BAD_INPUT)
        .setParameterExceptionHandler(Main::badUsage)
        .setExecutionExceptionHandler(Main::failed);
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "say what to do: run, replay, explain, show, scenarios, new or differential");
  }

  private static int badUsage(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(error(command, String.valueOf(e.getMessage())));
    UnmatchedArgumentException.printSuggestions(e, err);
    err.println("See '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return BAD_INPUT;
  }

  private static int failed(Exception e, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    boolean input =
        e instanceof InputException
            || e instanceof HostFileException
            || e instanceof RuleFileException;
    String message = String.valueOf(e.getMessage());
    if (!input) {
      message = "a mistake in this program: " + e + " (" + DEBUG + "=1 shows where)";
    }
    err.println(error(command, message));
    if (System.getenv(DEBUG) != null) {
      e.printStackTrace(err);
    }
    return BAD_INPUT;
  }

  private static String error(CommandLine command, String message) {
    Ansi ansi = command.getColorScheme().ansi();
    return ansi.string("@|bold,red error:|@ ") + message;
  }
}

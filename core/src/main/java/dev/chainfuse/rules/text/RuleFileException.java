package dev.chainfuse.rules.text;

import java.util.List;

/** A text of rules could not be taken: all that is wrong with it. */
public final class RuleFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final int PRINTED = 20;

  private final transient List<Problem> problems;

  /** An exception for at least one problem. */
  public RuleFileException(List<Problem> problems) {
    super(message(problems));
    this.problems = List.copyOf(problems);
  }

  private static String message(List<Problem> problems) {
    StringBuilder out = new StringBuilder();
    for (Problem problem : problems.subList(0, Math.min(PRINTED, problems.size()))) {
      out.append(out.length() == 0 ? "" : "\n").append(problem);
    }
    if (problems.size() > PRINTED) {
      out.append("\n... and ").append(problems.size() - PRINTED).append(" more problems");
    }
    return out.toString();
  }

  /** The problems in the order of the text; the message prints the first 20. */
  public List<Problem> problems() {
    return problems;
  }
}

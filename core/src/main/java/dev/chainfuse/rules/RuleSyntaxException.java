package dev.chainfuse.rules;

/**
 * A mistake in a match's or target's options. The reader turns it into an error with place and
 * text.
 */
public final class RuleSyntaxException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String option;
  private final String mend;

  /**
   * @param option usual name of the option at fault; empty for the module as a whole
   * @param mend what to do; may be empty
   */
  public RuleSyntaxException(String option, String problem, String mend) {
    super(problem);
    this.option = option;
    this.mend = mend;
  }

  public String option() {
    return option;
  }

  public String mend() {
    return mend;
  }
}

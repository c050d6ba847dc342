package dev.chainfuse.scenarios;

import org.jspecify.annotations.Nullable;

/**
 * Input from outside is wrong or cannot be read. The message is complete: it names the file and the
 * place, says what is wrong and what to do, and is shown to the user as it is.
 */
public class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InputException(String message) {
    super(message);
  }

  public InputException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}

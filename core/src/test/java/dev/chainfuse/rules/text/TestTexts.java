package dev.chainfuse.rules.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Texts beside the tests. */
final class TestTexts {
  private TestTexts() {}

  static String read(String name) throws IOException {
    try (InputStream in = TestTexts.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}

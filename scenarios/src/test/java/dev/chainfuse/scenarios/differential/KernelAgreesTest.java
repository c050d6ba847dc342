package dev.chainfuse.scenarios.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A handful of random cases against this machine's kernel, where that is possible. */
class KernelAgreesTest {
  @Test
  void enginesAndKernelAgreeOnRandomCases() throws InterruptedException {
    String unable = Differential.unable(false);
    if (unable != null) {
      System.out.println(
          "SKIPPED: engines were NOT compared with this machine's kernel: " + unable);
    }
    assumeTrue(unable == null, unable);
    List<String> said = new ArrayList<>();
    Differential differential =
        new Differential(
            new Differential.Options(Long.getLong("seed", 20), 5, 100, false, 1, null, 60),
            said::add);
    assertEquals(0, differential.run(), () -> String.join("\n", said));
    String sums = String.join("\n", differential.lines());
    assertTrue(sums.contains("0 disagreements"), sums);
  }
}

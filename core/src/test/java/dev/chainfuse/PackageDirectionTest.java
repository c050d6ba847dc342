package dev.chainfuse;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Dependencies between packages point one way, and core needs little. */
class PackageDirectionTest {
  private static final String ROOT = "dev.chainfuse";

  /** What each package may use, besides itself and the JDK; a package not named here fails. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("packet", Set.of()),
          Map.entry("rules", Set.of("packet", "stateful")),
          Map.entry("stateful", Set.of("packet")),
          Map.entry("event", Set.of()),
          Map.entry("classify", Set.of()),
          Map.entry("rules.match", Set.of("packet", "rules", "stateful")),
          Map.entry("rules.target", Set.of("packet", "rules", "rules.match", "stateful")),
          Map.entry(
              "rules.text", Set.of("packet", "rules", "rules.match", "rules.target", "stateful")),
          Map.entry("host", Set.of("packet")),
          Map.entry("forwarding", Set.of("packet", "rules", "host")),
          Map.entry("conntrack", Set.of("packet", "rules")),
          Map.entry("fuse", Set.of("packet", "rules", "classify", "stateful")),
          Map.entry("reference", Set.of("packet", "rules", "conntrack", "stateful")),
          Map.entry(
              "path",
              Set.of("packet", "rules", "host", "forwarding", "conntrack", "fuse", "stateful")),
          Map.entry(
              "",
              Set.of(
                  "packet",
                  "rules",
                  "rules.text",
                  "host",
                  "forwarding",
                  "conntrack",
                  "fuse",
                  "reference",
                  "path",
                  "stateful")),
          Map.entry("analysis", Set.of("", "packet", "rules", "host")));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  private static String shortName(JavaClass type) {
    String name = type.getPackageName();
    return name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1);
  }

  @Test
  void eachPackageUsesOnlyThoseBelowIt() {
    Set<String> wrong = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      Set<String> allowed = MAY_USE.get(shortName(type));
      if (allowed == null) {
        wrong.add("package '" + shortName(type) + "' has no place in the order");
        continue;
      }
      type.getDirectDependenciesFromSelf().stream()
          .map(dependency -> dependency.getTargetClass())
          .filter(target -> target.getPackageName().startsWith(ROOT))
          .map(PackageDirectionTest::shortName)
          .filter(target -> !target.equals(shortName(type)) && !allowed.contains(target))
          .forEach(target -> wrong.add(type.getName() + " uses '" + target + "'"));
    }
    assertEquals(Set.of(), wrong);
  }

  @Test
  void noPackagesUseEachOtherInACircle() {
    slices().matching("dev.chainfuse.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void coreNeedsAgronaAndJacksonCoreAlone() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages(
            "dev.chainfuse..", "java..", "org.agrona..", "tools.jackson.core..", "org.jspecify..")
        .check(CLASSES);
  }

  @Test
  void coreNeedsNoFlagOfTheVirtualMachine() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveNameMatching("org\\.agrona\\.(concurrent\\..*|.*Buffer)")
        .check(CLASSES);
  }

  @Test
  void coreNeverReadsTheWallClock() {
    for (List<String> call :
        List.of(
            List.of("java.lang.System", "nanoTime"),
            List.of("java.lang.System", "currentTimeMillis"))) {
      noClasses().should().callMethod(call.get(0), call.get(1)).check(CLASSES);
    }
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.time.Instant")
        .check(CLASSES);
  }
}

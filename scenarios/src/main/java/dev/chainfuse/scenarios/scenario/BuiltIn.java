package dev.chainfuse.scenarios.scenario;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The scenarios and hosts that the program brings. */
public final class BuiltIn {
  private static final String ROOT = "/dev/chainfuse/scenarios/builtin";
  private static final String SUFFIX = ".yaml";

  private BuiltIn() {}

  /** Names of the scenarios, in alphabetical order. */
  public static List<String> names() {
    try (Stream<Path> files = Files.list(root())) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.endsWith(SUFFIX))
          .map(name -> name.substring(0, name.length() - SUFFIX.length()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A scenario's file; it exists only if the name is one of {@link #names}. */
  public static Path file(String name) {
    return root().resolve(name + SUFFIX);
  }

  /** Directory of a host that scenarios use. */
  public static Path host(String name) {
    return root().resolve("hosts").resolve(name);
  }

  private static Path root() {
    URL url = BuiltIn.class.getResource(ROOT + "/article" + SUFFIX);
    if (url == null) {
      throw new IllegalStateException("the program lacks its scenarios");
    }
    try {
      URI uri = url.toURI();
      if (uri.getScheme().equals("jar")) {
        mount(uri);
      }
      Path parent = Path.of(uri).getParent();
      if (parent == null) {
        throw new IllegalStateException(uri + " has no directory");
      }
      return parent;
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The archive stays open as long as the program runs. */
  private static void mount(URI uri) {
    try {
      FileSystems.newFileSystem(uri, Map.of());
    } catch (FileSystemAlreadyExistsException e) {
      return; // An earlier call opened it.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

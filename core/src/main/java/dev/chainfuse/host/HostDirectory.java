package dev.chainfuse.host;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads the files of a host directory that describe the host itself. Each is optional:
 *
 * <table>
 * <caption>Files</caption>
 * <tr><th>file</th><th>printed by</th><th>if absent</th></tr>
 * <tr><td>addr.json</td><td>{@code ip -j -d addr}</td><td>loopback alone</td></tr>
 * <tr><td>route.json</td><td>{@code ip -j route show table all}</td>
 *     <td>the routes that the addresses make</td></tr>
 * <tr><td>rule.json</td><td>{@code ip -j rule}</td><td>the kernel's three rules</td></tr>
 * <tr><td>neigh.json</td><td>{@code ip -j neigh}</td><td>no neighbour is known</td></tr>
 * <tr><td>fdb.json</td><td>{@code bridge -j fdb}</td><td>the bridges' own addresses</td></tr>
 * <tr><td>sysctl.conf</td><td>{@code sysctl -a}</td><td>the kernel's defaults</td></tr>
 * </table>
 *
 * <p>IPv6 parts of the files are skipped. What cannot be modelled is refused.
 */
public final class HostDirectory {
  private HostDirectory() {}

  /**
   * The host that the directory describes.
   *
   * @throws HostFileException if the directory or a file in it cannot be read, is malformed,
   *     contradicts another or asks for what is not modelled
   */
  public static Topology load(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new HostFileException(
          directory.toString(),
          0,
          0,
          "is not a directory",
          "name one that holds rules.v4 and, if at hand, addr.json, route.json and the others");
    }
    TopologyBuilder builder = Topology.builder();
    LinkFile links = new LinkFile(builder);
    if (present(directory, "addr.json")) {
      links.read(directory.resolve("addr.json"));
    }
    if (present(directory, "route.json")) {
      new RouteFile(builder, links).read(directory.resolve("route.json"));
    }
    EntryFiles entries = new EntryFiles(builder, links);
    if (present(directory, "rule.json")) {
      entries.readRules(directory.resolve("rule.json"));
    }
    if (present(directory, "neigh.json")) {
      entries.readNeighbours(directory.resolve("neigh.json"));
    }
    if (present(directory, "fdb.json")) {
      entries.readFdb(directory.resolve("fdb.json"));
    }
    if (present(directory, "sysctl.conf")) {
      SysctlFile.read(directory.resolve("sysctl.conf"), builder);
    }
    try {
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new HostFileException(
          directory.toString(), 0, 0, "the files do not fit: " + e.getMessage(), "print them anew");
    }
  }

  private static boolean present(Path directory, String file) {
    return Files.exists(directory.resolve(file));
  }
}

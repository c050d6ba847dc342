package dev.chainfuse.scenarios.differential;

import java.util.List;
import java.util.SplittableRandom;

/** Draws options of the less common matches that fit any protocol. */
final class FurtherMatches {
  /** One of the words in each pair of braces is taken; an underline in it is a blank. */
  private static final List<String> ANYWHERE =
      List.of(
          " -m length {--length !_--length} {28 40 28:48 :60 100:}",
          " -m ttl {--ttl-eq_64 !_--ttl-eq_64 --ttl-lt_64 --ttl-gt_63 --ttl-eq_63 --ttl-lt_2}",
          " -m tos {--tos !_--tos} {0x00 0x10/0x3f 0x08/0x08 0xc0/0xff}",
          " -m dscp {--dscp !_--dscp} {0x00 0x30 0x2e}",
          " -m ecn {--ecn-ip-ect !_--ecn-ip-ect} {0 2 3}",
          " -m quota {--quota !_--quota} {100 1000 4000}",
          " -m string --algo {bm kmp} {--string !_--string} {E a aa} --to {40 60 1500}",
          " -m string --algo bm --hex-string \"|{00_00 08_00 11}|\" --from {0 20 28}",
          " -m u32 --u32 \"{6&0xff=6 6&0xff=17 0&0xffff=28:60 0>>22&0x3c@0>>16=0:30000}\"",
          " -m bpf --bytecode \"{2,48_0_0_9,22_0_0_0 4,48_0_0_8,21_0_1_64,6_0_0_1,6_0_0_0}\"",
          " -m statistic --mode nth --every 3 --packet {0 1 2}");

  private static final List<String> TRACKED =
      List.of(
          " -m connbytes {--connbytes !_--connbytes} {1:2 3 100:400}"
              + " --connbytes-mode {packets bytes avgpkt} --connbytes-dir {original reply both}",
          " -m cluster --cluster-total-nodes {2 3} --cluster-local-node {1 2}"
              + " --cluster-hash-seed 7",
          " -m helper {--helper !_--helper} ftp");

  private FurtherMatches() {}

  /** A match that the chain, {@code user} for one that every hook may lead to, allows. */
  static String draw(SplittableRandom random, String table, String chain) {
    boolean received = List.of("PREROUTING", "INPUT", "FORWARD").contains(chain);
    boolean filters = List.of("raw", "mangle").contains(table) && chain.equals("PREROUTING");
    return fill(
        switch (random.nextInt(10)) {
          case 0, 1 -> TRACKED.get(random.nextInt(TRACKED.size()));
          case 2 ->
              received
                  ? " -m mac {--mac-source !_--mac-source} {02:42:ac:17:00:02 02:bb:00:00:01:05}"
                  : " -m cpu ! --cpu 999";
          case 3 -> filters ? " -m rpfilter {--loose --invert --accept-local}" : "";
          default -> ANYWHERE.get(random.nextInt(ANYWHERE.size()));
        },
        random);
  }

  private static String fill(String pattern, SplittableRandom random) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    for (int open = pattern.indexOf('{'); open >= 0; open = pattern.indexOf('{', at)) {
      int close = pattern.indexOf('}', open);
      String[] words = pattern.substring(open + 1, close).split(" ");
      out.append(pattern, at, open);
      out.append(words[random.nextInt(words.length)].replace('_', ' '));
      at = close + 1;
    }
    return out.append(pattern.substring(at)).toString();
  }
}

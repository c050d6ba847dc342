package dev.chainfuse;

import java.util.List;
import java.util.SplittableRandom;

/** Draws options of matches that any hook allows, for random rules. */
final class RandomMatches {
  /** One of the words in each pair of braces is taken; an underline in it is a blank. */
  private static final List<String> ANYWHERE =
      List.of(
          " -m length --length {40 40:60 :59 60: 41:1500}",
          " -m length ! --length {40 40:60}",
          " -m ttl {--ttl-eq_64 !_--ttl-eq_64 --ttl-lt_64 --ttl-gt_63 --ttl-eq_63}",
          " -m tos --tos {0x00 0x10/0x3f 0x20/0xe0 0x08/0x08}",
          " -m dscp {--dscp_0x00 !_--dscp_0x00 --dscp-class_EF --dscp_0x10}",
          " -m ecn {--ecn-ip-ect_0 !_--ecn-ip-ect_0 --ecn-ip-ect_2}",
          " -p tcp -m ecn {--ecn-tcp-ece !_--ecn-tcp-ece --ecn-tcp-cwr}",
          " -p tcp -m tcpmss {--mss_1:2000 !_--mss_1:2000}",
          " -m quota {--quota_5000 !_--quota_5000 --quota_200}",
          " -m hashlimit --hashlimit-name {h1 h2} --hashlimit-mode {srcip srcip,dstport dstip}"
              + " {--hashlimit-upto --hashlimit-above} {5/sec 60/min 1kb/s} ",
          " -m hashlimit --hashlimit-name h{3 4} --hashlimit-{upto above} 3/sec"
              + " --hashlimit-htable-expire {500 60000}",
          " -m hashlimit --hashlimit-name h5 --hashlimit-above 20/sec --hashlimit-rate-match",
          " -m recent --name {a b} {--set --update --rcheck_--seconds_2 --remove}",
          " -m time --weekdays {Mon Thu Thu,Fri}",
          " -m time --timestart 00:00 --timestop 00:{00:10 00:40 01:30}",
          " -m string --algo {bm kmp} --string {E aa q} --to {60 1500}",
          " -m string --algo bm {!_--hex-string --hex-string} \"|{00_00_00 08_00 11}|\" --from 20",
          " -m u32 --u32 \"{0&0xffff=40 6&0xff=6 6&0xff=17 0>>22&0x3c@0>>16=0:30000}\"",
          " -m bpf --bytecode \"{2,48_0_0_9,22_0_0_0 4,48_0_0_8,21_0_1_64,6_0_0_1,6_0_0_0}\"",
          " -m connlimit --connlimit-{above upto} {0 1 3} --connlimit-mask {32 24}"
              + " --connlimit-{saddr daddr}",
          " -m cpu {--cpu_0 !_--cpu_0}",
          " -m statistic --mode nth --every 2 --packet 1");

  private static final List<String> TRACKED =
      List.of(
          " -m connbytes --connbytes {1:3 4 100:400} --connbytes-mode {packets bytes avgpkt}"
              + " --connbytes-dir {original reply both}",
          " -m cluster --cluster-total-nodes 2 --cluster-local-node {1 2} --cluster-hash-seed 7",
          " -m helper {--helper_ftp !_--helper_ftp}");

  private RandomMatches() {}

  static String draw(SplittableRandom random, boolean tracked) {
    int of = ANYWHERE.size() + (tracked ? TRACKED.size() : 0);
    int index = random.nextInt(of);
    return fill(
        index < ANYWHERE.size() ? ANYWHERE.get(index) : TRACKED.get(index - ANYWHERE.size()),
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

package dev.chainfuse.conntrack;

/** {@link ConntrackSettings} as the trackers want them: times in jiffies. */
final class TrackerSettings {
  final boolean checksum;
  final boolean tcpLoose;
  final boolean tcpBeLiberal;
  final int tcpMaxRetrans;
  final boolean tcpIgnoreInvalidRst;

  /** By TCP state, then retrans and unacknowledged. */
  final int[] tcp;

  final int udp;
  final int udpStream;
  final int icmp;
  final int generic;
  final int gre;
  final int greStream;
  final int[] sctp;

  TrackerSettings(ConntrackSettings settings) {
    checksum = settings.checksum();
    tcpLoose = settings.tcpLoose();
    tcpBeLiberal = settings.tcpBeLiberal();
    tcpMaxRetrans = settings.tcpMaxRetrans();
    tcpIgnoreInvalidRst = settings.tcpIgnoreInvalidRst();
    tcp = jiffies(settings.tcpTimeouts());
    udp = jiffies(settings.udpTimeout());
    udpStream = jiffies(settings.udpStreamTimeout());
    icmp = jiffies(settings.icmpTimeout());
    generic = jiffies(settings.genericTimeout());
    gre = jiffies(settings.greTimeout());
    greStream = jiffies(settings.greStreamTimeout());
    sctp = jiffies(settings.sctpTimeouts());
    sctp[SctpTracker.NONE] = sctp[SctpTracker.CLOSED];
  }

  private static int[] jiffies(int[] seconds) {
    int[] out = new int[seconds.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = jiffies(seconds[i]);
    }
    return out;
  }

  /**
   * Timeouts above 2^31 - 1 jiffies (99 days) are cut to that, as nf_ct_refresh_acct's wrap does.
   */
  private static int jiffies(int seconds) {
    return (int) Math.min((long) seconds * ConnectionTable.HZ, Integer.MAX_VALUE);
  }
}

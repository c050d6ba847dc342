package dev.chainfuse.rules.match;

import dev.chainfuse.rules.MatchModule;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The matches that there are. A new one is one file and one line here. */
public final class MatchModules {
  /** All of them, by name. */
  public static final List<MatchModule> ALL =
      List.of(
          AddrtypeMatch.MODULE,
          BpfMatch.MODULE,
          CgroupMatch.MODULE,
          ClusterMatch.MODULE,
          CommentMatch.MODULE,
          ConnbytesMatch.MODULE,
          ConnlimitMatch.MODULE,
          ConnmarkMatch.MODULE,
          ConntrackMatch.MODULE,
          CpuMatch.MODULE,
          DccpMatch.MODULE,
          DevgroupMatch.MODULE,
          DscpMatch.MODULE,
          EcnMatch.MODULE,
          HashlimitMatch.MODULE,
          HelperMatch.MODULE,
          IcmpMatch.MODULE,
          IprangeMatch.MODULE,
          LengthMatch.MODULE,
          LimitMatch.MODULE,
          MacMatch.MODULE,
          MarkMatch.MODULE,
          MultiportMatch.MODULE,
          NfacctMatch.MODULE,
          OwnerMatch.MODULE,
          PhysdevMatch.MODULE,
          PkttypeMatch.MODULE,
          PolicyMatch.MODULE,
          QuotaMatch.MODULE,
          RealmMatch.MODULE,
          RecentMatch.MODULE,
          RpfilterMatch.MODULE,
          SctpMatch.MODULE,
          SetMatch.MODULE,
          SocketMatch.MODULE,
          SpiMatch.AH,
          SpiMatch.ESP,
          SpiMatch.IPCOMP,
          StateMatch.MODULE,
          StatisticMatch.MODULE,
          StringMatch.MODULE,
          TcpMatch.MODULE,
          TcpmssMatch.MODULE,
          TimeMatch.MODULE,
          TosMatch.MODULE,
          TtlMatch.MODULE,
          U32Match.MODULE,
          UdpMatch.MODULE);

  private static final Map<String, MatchModule> BY_NAME =
      ALL.stream().collect(Collectors.toUnmodifiableMap(MatchModule::name, Function.identity()));

  private MatchModules() {}

  /** The match of that name, as after {@code -m}; null if there is none. */
  public static @Nullable MatchModule named(String name) {
    return BY_NAME.get(name);
  }

  /** The match whose options {@code -p} with that protocol allows; null if there is none. */
  public static @Nullable MatchModule forProtocol(int protocol) {
    for (MatchModule module : ALL) {
      if (module.protocols().contains(protocol)) {
        return module;
      }
    }
    return null;
  }
}

package dev.chainfuse.rules.target;

import dev.chainfuse.rules.TargetModule;
import java.util.List;

/** The extension targets that there are. A new one is one file and one line here. */
public final class TargetModules {
  /** All of them, by name. */
  public static final List<TargetModule> ALL =
      List.of(
          AuditTarget.MODULE,
          ChecksumTarget.MODULE,
          ClassifyTarget.MODULE,
          new ConnmarkTarget.Module(),
          ConnsecmarkTarget.MODULE,
          CtTarget.MODULE,
          new DnatTarget.Module(),
          DscpTarget.MODULE,
          EcnTarget.MODULE,
          HmarkTarget.MODULE,
          IdletimerTarget.MODULE,
          new LogTarget.Module(),
          new MarkTarget.Module(),
          new MasqueradeTarget.Module(),
          NetmapTarget.MODULE,
          NflogTarget.MODULE,
          NfqueueTarget.MODULE,
          NfqueueTarget.Old.MODULE,
          NotrackTarget.MODULE,
          RateestTarget.MODULE,
          new RedirectTarget.Module(),
          new RejectTarget.Module(),
          SecmarkTarget.MODULE,
          new SetTarget.Module(),
          new SnatTarget.Module(),
          SynproxyTarget.MODULE,
          TcpmssTarget.MODULE,
          TcpoptstripTarget.MODULE,
          TeeTarget.MODULE,
          TosTarget.MODULE,
          TproxyTarget.MODULE,
          TraceTarget.MODULE,
          TtlTarget.MODULE,
          UlogTarget.MODULE);

  private TargetModules() {}
}

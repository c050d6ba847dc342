package dev.chainfuse.rules.match;

import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.Hook;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.OptionValues;
import dev.chainfuse.rules.RuleSyntaxException;
import java.util.EnumSet;
import java.util.Set;

/**
 * {@code -m realm}: the realm of the packet's route (net/netfilter/xt_realm.c, realm_mt). Routes
 * have no realms here: it is always 0.
 */
public record RealmMatch(GroupMask realm) implements Match {
  private static final String ZERO = "cosmos";
  private static final Set<Hook> HOOKS =
      EnumSet.of(Hook.INPUT, Hook.FORWARD, Hook.OUTPUT, Hook.POSTROUTING);

  public static final MatchModule MODULE =
      Module.of("realm", RealmMatch::parse, GroupMask.option("realm"));

  private static RealmMatch parse(OptionValues values) {
    GroupMask realm = GroupMask.parse(values, "realm", ZERO);
    if (realm == null) {
      throw new RuleSyntaxException("realm", "option '--realm' must be given", "add it");
    }
    Module.onlyIn(values, "realm", HOOKS);
    return new RealmMatch(realm);
  }

  @Override
  public String name() {
    return "realm";
  }

  @Override
  public void save(StringBuilder out) {
    realm.save(out, "realm", ZERO);
  }

  @Override
  public void list(StringBuilder out) {
    realm.list(out, "realm");
  }

  private boolean holds() {
    return (realm.value() == 0) != realm.inverted();
  }

  @Override
  public boolean matches(MatchContext context) {
    return holds();
  }

  @Override
  public Condition condition(HostFacts host) {
    return holds() ? Condition.always() : Condition.never();
  }
}

package dev.chainfuse.scenarios.differential;

import dev.chainfuse.Engine;
import dev.chainfuse.Host;
import dev.chainfuse.packet.Action;
import dev.chainfuse.packet.DropReason;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A case, sent through a host that answers (the kernel, or its recording) and through both engines,
 * frame by frame, until they disagree.
 */
final class Trial {
  /** Where frames come from; each may depend on what the kernel did with the one before it. */
  interface Source {
    /** The next frame; null if there is none. */
    @Nullable Step next(@Nullable Answer before);
  }

  /** Who answers as the kernel does. */
  interface Oracle {
    /**
     * Whether matches drop a packet whose header they cannot read, as iptables-legacy's do;
     * iptables-nft's just do not hold.
     */
    boolean dropsWhatIsCutShort();

    /** The time before the first frame. */
    long start();

    /**
     * The kernel's timers are late by some ticks each (kernel/time/timer.c), so a frame is not sent
     * shortly after one was due.
     */
    void letTimersPass(EngineHost engine, Step step);

    Answer send(Step step);

    /** What NAT drew for a connection of the last frame, if that can be known. */
    Draw draw(int protocol, int source, int destination, int ports);

    FinalState state();
  }

  /**
   * @param step the frame in whose answer it showed, or -1: it showed at the end
   * @param what in words
   * @param kernel answer
   * @param engine answer
   */
  record Disagreement(
      int step, Engine.Kind kind, String what, List<String> kernel, List<String> engine) {}

  private final LabTopology lab;
  private final List<Step> steps = new ArrayList<>();
  private final List<Answer> answers = new ArrayList<>();

  /** Of the frame in hand. */
  private final List<Draw> draws = new ArrayList<>();

  private final Map<DropReason, Integer> reasons = new EnumMap<>(DropReason.class);
  private final Map<Action, Integer> actions = new EnumMap<>(Action.class);
  private final List<String> notes = new ArrayList<>();
  private @Nullable FinalState state;
  private @Nullable Disagreement disagreement;
  private boolean notModelled;
  private boolean disturbed;

  private Trial(LabTopology lab) {
    this.lab = lab;
  }

  /** Runs a case whose frames are known. */
  static Trial of(Case known, Host host, Oracle oracle) {
    List<Step> steps = known.steps();
    int[] next = {0};
    return run(
        known.lab(), host, oracle, before -> next[0] < steps.size() ? steps.get(next[0]++) : null);
  }

  /** Runs a case whose frames are made on the way. */
  static Trial run(LabTopology lab, Host host, Oracle oracle, Source source) {
    Trial trial = new Trial(lab);
    List<EngineHost> engines = new ArrayList<>();
    Answer before = null;
    long start = oracle.start();
    for (Engine.Kind kind : Engine.Kind.values()) {
      engines.add(new EngineHost(host, kind, lab, start));
    }
    for (Step step = source.next(null); step != null; step = source.next(before)) {
      oracle.letTimersPass(engines.get(0), step);
      before = oracle.send(step);
      trial.steps.add(step);
      trial.draws.clear();
      trial.compare(engines, step, before, oracle);
      trial.answers.add(before.withDraws(trial.draws));
      if (trial.disagreement != null || trial.notModelled || trial.disturbed) {
        break;
      }
    }
    if (!trial.steps.isEmpty()) {
      oracle.letTimersPass(engines.get(0), trial.steps.get(0));
      FinalState end = oracle.state();
      trial.state = end;
      if (trial.disagreement == null && !trial.notModelled && !trial.disturbed) {
        trial.compare(engines, end);
      } else if (trial.disagreement != null) {
        trial.addStates(engines, trial.disagreement, end);
      }
    }
    engines.forEach(
        each -> {
          trial.notes.addAll(each.notes());
          each.close();
        });
    return trial;
  }

  private void compare(List<EngineHost> engines, Step step, Answer kernel, Oracle oracle) {
    Draw.Source source =
        (protocol, from, to, ports) -> {
          for (Draw known : draws) {
            if (known.isOf(protocol, from, to, ports)) {
              return known.numbers();
            }
          }
          Draw draw = oracle.draw(protocol, from, to, ports);
          draws.add(draw);
          return draw.numbers();
        };
    for (int i = 0; i < engines.size(); i++) {
      EngineHost each = engines.get(i);
      Engine.Kind kind = Engine.Kind.values()[i];
      String what;
      List<String> lines;
      try {
        Answer answer = each.send(step, kernel, source);
        boolean otherMeaning =
            each.reason() == DropReason.HOT_DROP && !oracle.dropsWhatIsCutShort();
        if (each.reason() == DropReason.NOT_MODELLED || otherMeaning) {
          notModelled = true;
          reasons.merge(DropReason.NOT_MODELLED, 1, Integer::sum);
          return;
        }
        disturbed |= kernel.disturbed();
        what = disturbed ? "" : Normal.difference(lab, step, kernel, answer);
        lines = new ArrayList<>(answer.lines(lab));
        lines.add("(" + each.action() + ", " + each.reason() + ")");
      } catch (RuntimeException | AssertionError e) {
        what = "the engine failed";
        lines = new ArrayList<>(List.of(e.toString(), e.getStackTrace()[0].toString()));
      }
      if (!what.isEmpty()) {
        disagreement = new Disagreement(steps.size() - 1, kind, what, kernel.lines(lab), lines);
        return;
      }
    }
    reasons.merge(engines.get(0).reason(), 1, Integer::sum);
    actions.merge(engines.get(0).action(), 1, Integer::sum);
  }

  private void compare(List<EngineHost> engines, FinalState kernel) {
    for (int i = 0; i < engines.size() && disagreement == null; i++) {
      FinalState engine = engines.get(i).state(kernel.nanos());
      String what = Normal.difference(kernel, engine);
      if (!what.isEmpty()) {
        disagreement =
            new Disagreement(-1, Engine.Kind.values()[i], what, lines(kernel), lines(engine));
      }
    }
  }

  /** What rules had counted by then tells most about why. */
  private void addStates(List<EngineHost> engines, Disagreement at, FinalState kernel) {
    FinalState engine = engines.get(at.kind().ordinal()).state(kernel.nanos());
    at.kernel().addAll(lines(kernel));
    at.engine().addAll(lines(engine));
  }

  private static List<String> lines(FinalState state) {
    List<String> lines = new ArrayList<>();
    Normal.counters(state.counters())
        .forEach(
            (table, text) -> {
              lines.add("*" + table);
              lines.addAll(List.of(text.split("\n")));
            });
    lines.addAll(state.connections().lines().map(String::strip).sorted().toList());
    return lines;
  }

  List<Step> steps() {
    return steps;
  }

  List<Answer> answers() {
    return answers;
  }

  /** What the kernel had at the end; null if there was no frame. */
  @Nullable FinalState state() {
    return state;
  }

  @Nullable Disagreement disagreement() {
    return disagreement;
  }

  /** Whether it ended at a frame that needs what the engines do not model. */
  boolean notModelled() {
    return notModelled;
  }

  /** Whether it ended at a frame during which a tick passed: when it was sent is not sure. */
  boolean disturbed() {
    return disturbed;
  }

  Map<DropReason, Integer> reasons() {
    return reasons;
  }

  Map<Action, Integer> actions() {
    return actions;
  }

  List<String> notes() {
    return notes;
  }
}

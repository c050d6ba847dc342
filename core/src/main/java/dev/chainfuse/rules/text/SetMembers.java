package dev.chainfuse.rules.text;

import dev.chainfuse.rules.text.SetFileReading.SetExtensions;
import dev.chainfuse.stateful.ElementNote;
import dev.chainfuse.stateful.IpSet;
import dev.chainfuse.stateful.SetType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The members of a list:set while it is read. */
final class SetMembers {
  private record Member(String set, long timeout, long packets, long bytes, ElementNote note) {}

  private final String list;
  private final List<Member> members = new ArrayList<>();

  SetMembers(String list) {
    this.list = list;
  }

  private int index(String set) {
    for (int i = 0; i < members.size(); i++) {
      if (members.get(i).set.equals(set)) {
        return i;
      }
    }
    return -1;
  }

  /** {@code add LIST NAME [before NAME | after NAME]}. */
  void add(SetWords words, SetExtensions given, boolean exist, Map<String, IpSet> sets) {
    String set = words.text(2);
    IpSet member = sets.get(set);
    if (member == null) {
      throw new LineException(
          words.column(2), "set '" + set + "' does not exist", "create it above this line");
    }
    if (member.header().type() == SetType.LIST_SET) {
      throw new LineException(
          words.column(2), "Sets with list:set type cannot be added to the set", "leave it out");
    }
    int at = index(set);
    int place = place(words, given);
    if (at >= 0 && !exist) {
      throw new LineException(
          words.column(2),
          "Element cannot be added to the set: it's already added",
          "leave it out, or write -exist");
    }
    Member entry = new Member(set, given.timeout, given.packets, given.bytes, given.note);
    if (at >= 0) {
      members.set(at, entry);
    } else {
      members.add(place, entry);
    }
  }

  private int place(SetWords words, SetExtensions given) {
    if (given.before.isEmpty() && given.after.isEmpty()) {
      return members.size();
    }
    boolean before = !given.before.isEmpty();
    int other = index(before ? given.before : given.after);
    if (other < 0) {
      throw new LineException(
          words.column(3),
          "the set to which 'before' or 'after' refers is not in '" + list + "'",
          "add it above this line");
    }
    return before ? other : other + 1;
  }

  /** {@code del LIST NAME}. */
  void delete(SetWords words, boolean exist) {
    int at = index(words.text(2));
    if (at >= 0) {
      members.remove(at);
    } else if (!exist) {
      throw new LineException(
          words.column(2),
          "Element cannot be deleted from the set: it's not added",
          "leave it out");
    }
  }

  /** Enters the members into their list. */
  void enter(Map<String, IpSet> sets) {
    IpSet to = sets.get(list);
    for (Member member : members) {
      IpSet set = sets.get(member.set);
      if (to == null || set == null) {
        throw new IllegalStateException(member.set);
      }
      to.enterMember(set, member.timeout, member.packets, member.bytes, member.note);
    }
  }
}

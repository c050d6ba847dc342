package dev.chainfuse.rules.match;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The users and groups that Debian gives fixed numbers (base-passwd), from a table of our own so
 * that rules mean the same on every machine.
 */
public final class AccountNames {
  private static final Map<String, Long> USERS =
      numbers(
          """
          root 0 daemon 1 bin 2 sys 3 sync 4 games 5 man 6 lp 7 mail 8 news 9 uucp 10 proxy 13
          www-data 33 backup 34 list 38 irc 39 nobody 65534
          """);

  private static final Map<String, Long> GROUPS =
      numbers(
          """
          root 0 daemon 1 bin 2 sys 3 adm 4 tty 5 disk 6 lp 7 mail 8 news 9 uucp 10 man 12 proxy 13
          kmem 15 dialout 20 fax 21 voice 22 cdrom 24 floppy 25 tape 26 sudo 27 audio 29 dip 30
          www-data 33 backup 34 operator 37 list 38 irc 39 src 40 shadow 42 utmp 43 video 44 sasl 45
          plugdev 46 staff 50 games 60 users 100 nogroup 65534
          """);

  private AccountNames() {}

  private static Map<String, Long> numbers(String text) {
    Map<String, Long> numbers = new HashMap<>();
    String[] words = text.toLowerCase(Locale.ROOT).trim().split("\\s+");
    for (int i = 0; i < words.length; i += 2) {
      numbers.put(words[i], Long.valueOf(words[i + 1]));
    }
    return Map.copyOf(numbers);
  }

  /** The number of a user, -1 if unknown. */
  public static long user(String name) {
    return USERS.getOrDefault(name, -1L);
  }

  /** The number of a group, -1 if unknown. */
  public static long group(String name) {
    return GROUPS.getOrDefault(name, -1L);
  }
}

package dev.chainfuse.rules.match;

import dev.chainfuse.rules.Condition;
import dev.chainfuse.rules.HostFacts;
import dev.chainfuse.rules.Match;
import dev.chainfuse.rules.MatchContext;
import dev.chainfuse.rules.MatchModule;
import dev.chainfuse.rules.Option;
import dev.chainfuse.rules.OptionValues;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** {@code -m comment}: a text that matches every packet (net/netfilter/xt_comment.c). */
public record CommentMatch(String text) implements Match {
  /** XT_MAX_COMMENT_LEN of include/uapi/linux/netfilter/xt_comment.h, less the final zero. */
  private static final int MOST_BYTES = 255;

  public static final MatchModule MODULE =
      Module.of("comment", CommentMatch::parse, Option.value("comment"));

  private static CommentMatch parse(OptionValues values) {
    String text = Module.required(values, "comment");
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new CommentMatch(bytes.length <= MOST_BYTES ? text : cut(values, bytes));
  }

  /** The first bytes, as iptables cuts a comment that is too long. */
  private static String cut(OptionValues values, byte[] bytes) {
    try {
      CharBuffer text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, MOST_BYTES));
      return text.toString();
    } catch (CharacterCodingException e) {
      throw values.error(
          "comment",
          "comment of " + bytes.length + " bytes would be cut within a character",
          "shorten it to " + MOST_BYTES + " bytes of UTF-8");
    }
  }

  @Override
  public String name() {
    return "comment";
  }

  @Override
  public void save(StringBuilder out) {
    out.append(" --comment");
    QuotedText.append(out, text);
  }

  @Override
  public void list(StringBuilder out) {
    out.append(" /* ").append(text).append(" */");
  }

  @Override
  public boolean matches(MatchContext context) {
    return true;
  }

  @Override
  public Condition condition(HostFacts host) {
    return Condition.always();
  }
}

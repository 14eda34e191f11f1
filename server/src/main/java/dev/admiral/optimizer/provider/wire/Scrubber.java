package dev.admiral.optimizer.provider.wire;

import java.util.regex.Pattern;

/**
 * Makes vendors' sentences fit to be shown: one line, bounded, without anything that looks like a
 * key. Vendors quote keys they refuse.
 */
final class Scrubber {
  private static final int MOST_CHARS = 300;

  /** Read no further than this: what comes later cannot appear, and patterns cost time. */
  private static final int MOST_READ = 2_000;

  private static final String HIDDEN = "[hidden]";

  /** Vendors' prefixes with what follows, and any long run that no word or number is. */
  private static final Pattern KEY =
      Pattern.compile(
          "(?i)\\b(sk|pk|rk|gsk|csk|xai|key|pat|hf|r8|tgp|nvapi)[-_][a-z0-9_*.-]{6,}"
              + "|\\bAIza[a-z0-9_-]{10,}"
              + "|\\bBearer\\s+\\S+"
              + "|(?=[a-z0-9_*+/-]*[0-9*])(?=[a-z0-9_*+/-]*[a-z])\\b[a-z0-9_*+/-]{32,}={0,2}");

  private final String secret;

  /** Also hides the given secret wherever it stands, if it is not empty. */
  Scrubber(String secret) {
    this.secret = secret;
  }

  String scrub(String text) {
    String line = text.length() > MOST_READ ? text.substring(0, MOST_READ) : text;
    if (!secret.isEmpty()) {
      line = line.replace(secret, HIDDEN);
    }
    line = KEY.matcher(line).replaceAll(HIDDEN);
    StringBuilder out = new StringBuilder(Math.min(line.length(), MOST_CHARS + 1));
    for (int i = 0; i < line.length() && out.length() < MOST_CHARS; i++) {
      char c = line.charAt(i);
      out.append(Character.isISOControl(c) || Character.isSurrogate(c) ? ' ' : c);
    }
    String kept = out.toString().strip();
    return line.length() > MOST_CHARS ? kept + "…" : kept;
  }
}

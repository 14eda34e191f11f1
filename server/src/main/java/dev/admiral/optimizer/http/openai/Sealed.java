package dev.admiral.optimizer.http.openai;

import dev.admiral.optimizer.v1.ReasoningPart;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a vendor wants back with its reasoning, as the one text that a response has room for: the
 * length of the signature, a colon, the signature, and the encrypted reasoning.
 */
final class Sealed {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9}):(.*)", Pattern.DOTALL);

  private Sealed() {}

  /** Returns the text; empty if there is nothing to send back. */
  static String close(String signature, String redactedData) {
    return signature.isEmpty() && redactedData.isEmpty()
        ? ""
        : signature.length() + ":" + signature + redactedData;
  }

  /** Returns what was in the text; one that is not of this server is encrypted reasoning. */
  static ReasoningPart open(String text) {
    Matcher matcher = FORM.matcher(text);
    if (matcher.matches()) {
      int length = Integer.parseInt(matcher.group(1));
      String rest = matcher.group(2);
      if (length <= rest.length()) {
        return ReasoningPart.newBuilder()
            .setSignature(rest.substring(0, length))
            .setRedactedData(rest.substring(length))
            .build();
      }
    }
    return ReasoningPart.newBuilder().setRedactedData(text).build();
  }
}

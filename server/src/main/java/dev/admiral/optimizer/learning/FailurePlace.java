package dev.admiral.optimizer.learning;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.v1.ErrorReason;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;

/**
 * A place in the order of failures: most frequent first, equally frequent ones by name. A page
 * token is the place of the last failure given, so that counts that move between two pages neither
 * end the listing early nor make it begin anew.
 */
record FailurePlace(long count, String provider, String model, ErrorReason reason)
    implements Comparable<FailurePlace> {
  private static final String SEPARATOR = "\n";
  private static final int FIELDS = 4;

  private static final Comparator<FailurePlace> ORDER =
      Comparator.comparingLong(FailurePlace::count)
          .reversed()
          .thenComparing(FailurePlace::provider)
          .thenComparing(FailurePlace::model)
          .thenComparing(FailurePlace::reason);

  static FailurePlace of(FailureRecord record) {
    FailureRecord.Key key = record.key();
    return new FailurePlace(record.count(), key.provider(), key.model(), key.reason());
  }

  /**
   * Returns the place a token stands for.
   *
   * @throws CallException if nobody here made the token
   */
  static FailurePlace ofToken(String token) throws CallException {
    try {
      String[] fields =
          new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8)
              .split(SEPARATOR, -1);
      if (fields.length == FIELDS) {
        return new FailurePlace(
            Long.parseLong(fields[0]), fields[1], fields[2], ErrorReason.valueOf(fields[3]));
      }
    } catch (IllegalArgumentException e) {
      // Not one of ours: said below.
    }
    String message =
        "page_token is not one that this server gave; pass on next_page_token as it came, or leave"
            + " it empty for the first page";
    throw new CallException(
        new Failure.Invalid(message, List.of(new Failure.Violation("page_token", message))));
  }

  String token() {
    String text = String.join(SEPARATOR, Long.toString(count), provider, model, reason.name());
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public int compareTo(FailurePlace other) {
    return ORDER.compare(this, other);
  }
}

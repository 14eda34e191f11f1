package dev.admiral.optimizer.report;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;

/** The contract's rules for pages: sizes, and tokens that name the last key of the page before. */
final class Paging {
  private static final int DEFAULT_SIZE = 100;
  private static final int LARGEST_SIZE = 1_000;

  private Paging() {}

  /** A page of a list. */
  record Page<T>(List<T> items, String nextToken) {}

  /**
   * Checks the size that was asked for.
   *
   * @throws CallException if it is none
   */
  static void checkSize(int requested) throws CallException {
    if (requested < 0) {
      throw new CallException(
          Failure.Invalid.of("page_size", "is " + requested + "; it must not be negative"));
    }
  }

  /** Returns how many items a page has. */
  static int size(int requested) throws CallException {
    checkSize(requested);
    return requested == 0 ? DEFAULT_SIZE : Math.min(requested, LARGEST_SIZE);
  }

  /** Returns what is thrown for a token that no page gave. */
  static CallException badToken() {
    return new CallException(
        Failure.Invalid.of(
            "page_token", "is not one this list gave; leave it empty to begin anew"));
  }

  /** Returns the key after which a page begins; empty for the first page. */
  static String after(String token) throws CallException {
    try {
      return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw badToken();
    }
  }

  /** Returns the number below which a page begins; the largest for the first page. */
  static long beforeNumber(String token) throws CallException {
    String after = after(token);
    if (after.isEmpty()) {
      return Long.MAX_VALUE;
    }
    try {
      return Long.parseLong(after);
    } catch (NumberFormatException e) {
      throw badToken();
    }
  }

  /**
   * Cuts a page.
   *
   * @param found the items from the page's beginning, one more than the page holds if there are
   *     more
   */
  static <T> Page<T> cut(List<T> found, int size, Function<T, String> key) {
    if (found.size() <= size) {
      return new Page<>(found, "");
    }
    List<T> items = found.subList(0, size);
    String last = key.apply(items.getLast());
    return new Page<>(
        items,
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(last.getBytes(StandardCharsets.UTF_8)));
  }
}

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
   * A page of a list whose order may change while it is read: counted from its beginning.
   *
   * @param start how many items are before the page
   * @param size most items on it
   */
  record Slice(int start, int size) {
    /** Cuts the page out of the whole list. */
    <T> Page<T> of(List<T> all) {
      int from = Math.min(start, all.size());
      int to = Math.min(from + size, all.size());
      return new Page<>(all.subList(from, to), to == all.size() ? "" : token(Integer.toString(to)));
    }
  }

  /**
   * Reads which page of a list in changing order is asked for.
   *
   * @throws CallException if the size or the token is not a legal one
   */
  static Slice slice(int requestedSize, String token) throws CallException {
    int size = size(requestedSize);
    String start = after(token);
    try {
      int from = start.isEmpty() ? 0 : Integer.parseInt(start);
      if (from >= 0) {
        return new Slice(from, size);
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw badToken();
  }

  private static String token(String key) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(key.getBytes(StandardCharsets.UTF_8));
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
    return new Page<>(items, token(key.apply(items.getLast())));
  }
}

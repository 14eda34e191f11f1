package dev.admiral.optimizer.client;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Goes through the pages of a list, fetching each when it is reached. */
final class Pages {
  private Pages() {}

  /**
   * Returns the items of all pages.
   *
   * @param fetch fetches the page of a token, empty for the first
   * @param items the items of a page
   * @param next the token of the page after a page; empty at the end
   */
  static <P, T> Stream<T> all(
      Function<String, P> fetch, Function<P, List<T>> items, Function<P, String> next) {
    return Stream.iterate(
            new Page<>("", fetch), page -> !page.isPastEnd(), page -> page.after(next))
        .flatMap(page -> items.apply(page.content()).stream());
  }

  /** A page that is fetched once, when its content is first asked for. */
  private static final class Page<P> {
    private static final String PAST_END = "\0";

    private final String token;
    private final Function<String, P> fetch;
    private @Nullable P content;

    Page(String token, Function<String, P> fetch) {
      this.token = token;
      this.fetch = fetch;
    }

    boolean isPastEnd() {
      return token.equals(PAST_END);
    }

    P content() {
      P fetched = content;
      if (fetched == null) {
        fetched = fetch.apply(token);
        content = fetched;
      }
      return fetched;
    }

    Page<P> after(Function<P, String> next) {
      String token = next.apply(content());
      return new Page<>(token.isEmpty() ? PAST_END : token, fetch);
    }
  }
}

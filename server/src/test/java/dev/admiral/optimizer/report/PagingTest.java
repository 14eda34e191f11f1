package dev.admiral.optimizer.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Pages of lists. */
class PagingTest {
  @Test
  void size_isAsAskedWithinTheBounds() throws Exception {
    assertThat(Paging.size(0)).isEqualTo(100);
    assertThat(Paging.size(7)).isEqualTo(7);
    assertThat(Paging.size(5_000)).isEqualTo(1_000);
  }

  @Test
  void negativeSize_isRefusedByItsName() {
    CallException refused = catchThrowableOfType(CallException.class, () -> Paging.size(-1));

    assertThat(refused.failure())
        .isEqualTo(Failure.Invalid.of("page_size", "is -1; it must not be negative"));
  }

  @Test
  void tokenThatNoPageGave_isRefusedByItsName() {
    CallException refused = catchThrowableOfType(CallException.class, () -> Paging.after("?"));
    CallException number =
        catchThrowableOfType(CallException.class, () -> Paging.beforeNumber("YWJj"));

    assertThat(refused.failure()).isEqualTo(number.failure());
    assertThat(((Failure.Invalid) refused.failure()).violations())
        .extracting(Failure.Violation::field)
        .containsExactly("page_token");
  }

  @Test
  void pages_holdEveryItemOnce_alsoThoseOfStrangeNames() throws Exception {
    List<String> all = IntStream.range(0, 25).mapToObj(i -> "näme\0" + (char) ('a' + i)).toList();
    List<String> seen = new ArrayList<>();
    String token = "";
    int pages = 0;
    do {
      String after = Paging.after(token);
      List<String> rest = all.stream().filter(name -> name.compareTo(after) > 0).limit(11).toList();
      Paging.Page<String> page = Paging.cut(rest, 10, Function.identity());
      seen.addAll(page.items());
      token = page.nextToken();
      pages++;
    } while (!token.isEmpty());

    assertThat(seen).isEqualTo(all);
    assertThat(pages).isEqualTo(3);
  }

  @Test
  void pageThatHoldsTheRest_isTheLast() {
    assertThat(Paging.cut(List.of("a", "b"), 2, Function.identity()).nextToken()).isEmpty();
  }
}

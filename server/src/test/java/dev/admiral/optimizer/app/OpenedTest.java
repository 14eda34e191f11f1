package dev.admiral.optimizer.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenedTest {
  private final List<String> closed = new ArrayList<>();

  @Test
  void close_goesBackwardsWhateverAPartThrows() {
    Opened opened = new Opened();
    opened.add("first", () -> closed.add("first"));
    opened.add(
        "second",
        () -> {
          throw new IOException("the disk is gone");
        });
    opened.add(
        "third",
        () -> {
          throw new NoClassDefFoundError("dev/admiral/Gone");
        });
    opened.beforeClosing("last words", () -> closed.add("last words"));

    opened.close();

    assertThat(closed).containsExactly("last words", "first");
  }

  @Test
  void whole_thatFails_closesWhatItHadOpenedAndTellsWhy() {
    assertThatThrownBy(() ->
            Opened.whole(opened -> {
              opened.add("first", () -> closed.add("first"));
              opened.add(
                  "second",
                  () -> {
                    throw new StackOverflowError();
                  });
              throw new StartException("no port is free");
            }))
        .isInstanceOf(StartException.class)
        .hasMessage("no port is free");
    assertThat(closed).containsExactly("first");
  }
}

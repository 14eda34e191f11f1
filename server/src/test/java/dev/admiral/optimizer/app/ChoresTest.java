package dev.admiral.optimizer.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ChoresTest {
  @Test
  void choreThatFails_isDoneAgainWhateverItThrew() throws Exception {
    AtomicInteger times = new AtomicInteger();
    CountDownLatch works = new CountDownLatch(1);
    try (Chores chores = new Chores(Threads.timer("chores"))) {
      chores.every(
          Duration.ofMillis(1),
          "this",
          () -> {
            switch (times.getAndIncrement()) {
              case 0 -> throw new IOException("the disk is full");
              case 1 -> throw new IllegalStateException("a fault");
              case 2 -> throw new NoClassDefFoundError("dev/admiral/Gone");
              default -> works.countDown();
            }
          });

      assertThat(works.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }
}

package dev.admiral.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** The line that tells a person what is waited for. */
final class WaitingTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Semaphore steps = new Semaphore(0);
  private final Semaphore taken = new Semaphore(0);
  private final FakeTicker time = new FakeTicker();

  @Test
  void longWait_isToldAndLeavesNothing() {
    try (Waiting waiting = Waiting.begin(shell(true), "waiting for x")) {
      step(4);
      assertThat(told()).isEmpty();
      waiting.progress(1, 4);
      step(1);
      assertThat(told()).endsWith("[#####               ] 1 of 4  waiting for x, 1 s");
      waiting.aside(() -> assertThat(told()).endsWith("\r\u001b[K"));
      step(5);
      assertThat(told()).endsWith("waiting for x, 2 s");
    }
    assertThat(told()).endsWith("\r\u001b[K");
  }

  @Test
  void shortWait_isNotTold() {
    try (Waiting waiting = Waiting.begin(shell(true), "waiting for x")) {
      waiting.progress(1, 2);
      step(2);
    }
    assertThat(told()).isEmpty();
  }

  @Test
  void waitThatNobodySees_isNotTold() {
    assertThat(Waiting.<String>during(shell(false), "waiting for x", () -> "answer"))
        .isEqualTo("answer");
    assertThat(told()).isEmpty();
  }

  /** Lets a fifth of a second pass so many times; what is drawn then, is drawn. */
  private void step(int times) {
    for (int i = 0; i < times; i++) {
      steps.release();
      taken.acquireUninterruptibly();
    }
    // The next wait begins after the drawing.
    taken.acquireUninterruptibly();
    taken.release();
  }

  private String told() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private Shell shell(boolean terminal) {
    Ticker stepped =
        new Ticker() {
          @Override
          public Instant now() {
            return time.now();
          }

          @Override
          public long nanos() {
            return time.nanos();
          }

          @Override
          public boolean await(Duration span) {
            taken.release();
            steps.acquireUninterruptibly();
            return time.await(span);
          }
        };
    return new Shell(
        Map.of("NO_COLOR", "1"),
        Path.of(""),
        InputStream.nullInputStream(),
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        new Window(() -> new Window.Size(80, 24)),
        stepped,
        null,
        false,
        false,
        terminal,
        false);
  }
}

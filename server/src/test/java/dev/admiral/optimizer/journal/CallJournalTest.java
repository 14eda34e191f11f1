package dev.admiral.optimizer.journal;

import static dev.admiral.optimizer.journal.FinishedCalls.NOON;
import static dev.admiral.optimizer.journal.FinishedCalls.TOTAL;
import static dev.admiral.optimizer.journal.FinishedCalls.answered;
import static dev.admiral.optimizer.journal.FinishedCalls.call;
import static dev.admiral.optimizer.journal.FinishedCalls.failed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.admiral.optimizer.call.FinishedCall;
import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.journal.CallJournal.Settings;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;
import org.junit.jupiter.api.Test;

/** What is kept of one call, and of its content. Lists of many: CallJournalModelTest. */
class CallJournalTest {
  private final CallJournal journal = new CallJournal(Live.of(new Settings(100, true, 100_000)));

  @Test
  void answeredCall_isKeptWithAllThereIsToTell() {
    journal.finished(
        new FinishedCall(call("acme", "ada", "1", "question"), answered("answer"), TOTAL));

    KeptCall kept = journal.find("acme", "1").orElseThrow();

    assertThat(kept.agent()).isEqualTo("ada");
    assertThat(kept.taskType()).isEqualTo("review");
    assertThat(kept.requestedModel()).isEqualTo("fast");
    assertThat(kept.provider()).isEqualTo("openai");
    assertThat(kept.model()).isEqualTo("gpt-4o");
    assertThat(kept.streamed()).isTrue();
    assertThat(kept.arrival()).isEqualTo(NOON);
    assertThat(kept.totalNanos()).isEqualTo(TOTAL.toNanos());
    assertThat(kept.failed()).isFalse();
    assertThat(kept.source()).isEqualTo(Source.SOURCE_MEMORY);
    assertThat(kept.usage()).isNotNull();
    assertThat(kept.cost()).isNotNull();
  }

  @Test
  void failedCall_isKeptWithItsFirstAttempts() {
    journal.finished(new FinishedCall(call("acme", "ada", "1"), failed(40), TOTAL));

    KeptCall kept = journal.find("acme", "1").orElseThrow();

    assertThat(kept.failed()).isTrue();
    assertThat(kept.failure()).isEqualTo(ErrorReason.ERROR_REASON_NO_PROVIDER_AVAILABLE);
    assertThat(kept.attempts()).hasSize(CallJournal.MOST_ATTEMPTS);
    assertThat(kept.usage()).isNull();
    assertThat(kept.provider()).isEmpty();
  }

  @Test
  void otherTenant_findsNothing() {
    journal.finished(
        new FinishedCall(call("acme", "ada", "1", "question"), answered("answer"), TOTAL));

    assertThat(journal.find("globex", "1")).isEmpty();
    assertThat(journal.content("globex", "1")).isEmpty();
    assertThat(journal.list("globex", "", false, Long.MAX_VALUE, 10)).isEmpty();
  }

  @Test
  void contentNotAskedFor_isNotKept() {
    CallJournal without = new CallJournal(Live.of(Settings.DEFAULT));
    without.finished(
        new FinishedCall(call("acme", "ada", "1", "question"), answered("answer"), TOTAL));

    assertThat(without.find("acme", "1")).isPresent();
    assertThat(without.content("acme", "1")).isEmpty();
  }

  @Test
  void content_isKeptWithTheCallAndSaysNothingOfItself() {
    journal.finished(
        new FinishedCall(call("acme", "ada", "1", "question"), answered("answer"), TOTAL));
    journal.finished(new FinishedCall(call("acme", "ada", "2", "question"), failed(1), TOTAL));

    Content content = journal.content("acme", "1").orElseThrow();
    assertThat(content.prompt().getMessages(0).getParts(0).getText().getText())
        .isEqualTo("question");
    assertThat(content.completion()).isNotNull();
    assertThat(content.toString()).doesNotContain("question").doesNotContain("answer");
    assertThat(journal.content("acme", "2").orElseThrow().completion()).isNull();
  }

  @Test
  void contentBeyondItsBytes_goesOldestFirstAndTheCallsStay() {
    String text = "x".repeat(30_000);
    for (int i = 1; i <= 5; i++) {
      journal.finished(
          new FinishedCall(call("acme", "ada", "" + i, text), answered("short"), TOTAL));
    }

    assertThat(journal.content("acme", "1")).isEmpty();
    assertThat(journal.content("acme", "2")).isEmpty();
    assertThat(journal.content("acme", "3")).isPresent();
    assertThat(journal.content("acme", "5")).isPresent();
    assertThat(journal.find("acme", "1")).isPresent();
  }

  @Test
  void contentLargerThanAllBytes_isNotKeptAndPushesNothingOut() {
    journal.finished(new FinishedCall(call("acme", "ada", "1", "small"), answered("small"), TOTAL));
    journal.finished(
        new FinishedCall(call("acme", "ada", "2", "x".repeat(200_000)), answered("small"), TOTAL));

    assertThat(journal.content("acme", "1")).isPresent();
    assertThat(journal.content("acme", "2")).isEmpty();
  }

  @Test
  void contentOfCallsNoLongerKept_isNotKeptEither() {
    for (int i = 1; i <= 101; i++) {
      journal.finished(
          new FinishedCall(call("acme", "ada", "" + i, "small"), answered("small"), TOTAL));
    }

    assertThat(journal.content("acme", "1")).isEmpty();
    assertThat(journal.content("acme", "2")).isPresent();
  }

  @Test
  void settings_outOfRange_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Settings(0, false, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new Settings(1_000_001, false, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new Settings(1, true, 0));
  }
}

package dev.admiral.optimizer.journal;

import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Attempt;
import dev.admiral.optimizer.call.CacheUse;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Priority;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.RoutingPreferences;
import dev.admiral.optimizer.v1.Source;
import dev.admiral.optimizer.v1.TextPart;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;

/** Calls that ended, for tests. */
final class FinishedCalls {
  static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  static final Duration TOTAL = Duration.ofMillis(250);

  private FinishedCalls() {}

  static Call call(String tenant, String agent, String id) {
    return call(tenant, agent, id, "");
  }

  static Call call(String tenant, String agent, String id, String text) {
    return new Call(
        id,
        new Caller(tenant, agent, "", false),
        Prompt.newBuilder().setModel("fast").addMessages(message(text)).build(),
        new CallKey(0xabcdL << 48, 2, 3, 4),
        true,
        null,
        new CacheUse(CacheUse.Mode.USE, Duration.ofMinutes(10), null, false, false),
        RoutingPreferences.getDefaultInstance(),
        Priority.PRIORITY_INTERACTIVE,
        "review",
        true,
        NOON,
        100,
        Long.MAX_VALUE);
  }

  static Outcome.Answered answered(String text) {
    return new Outcome.Answered(
        new Answer(
            Completion.newBuilder().setMessage(message(text)).build(),
            "openai",
            "gpt-4o",
            Usage.reported(1, 2),
            new Cost.Unknown(),
            NOON,
            Duration.ofSeconds(2)),
        Source.SOURCE_MEMORY,
        new Outcome.Timing(Duration.ofSeconds(3), Duration.ZERO, Duration.ZERO),
        List.of(),
        "");
  }

  static Outcome.Failed failed(int attempts) {
    Failure down = new Failure.Overloaded("too much to do", null);
    Attempt attempt = new Attempt("openai", "gpt-4o", NOON, TOTAL, null, down, 503);
    return new Outcome.Failed(
        new Failure.Refused(ErrorReason.ERROR_REASON_NO_PROVIDER_AVAILABLE, "nobody"),
        Collections.nCopies(attempts, attempt));
  }

  private static ChatMessage message(String text) {
    return ChatMessage.newBuilder()
        .addParts(ContentPart.newBuilder().setText(TextPart.newBuilder().setText(text)))
        .build();
  }
}

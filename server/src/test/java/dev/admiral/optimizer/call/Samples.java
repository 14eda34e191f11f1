package dev.admiral.optimizer.call;

import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.Priority;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.RoutingPreferences;
import dev.admiral.optimizer.v1.Source;
import dev.admiral.optimizer.v1.TextDelta;
import dev.admiral.optimizer.v1.TextPart;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Calls, answers and failures for tests. */
public final class Samples {
  public static final Failure OVERLOADED = new Failure.Overloaded("too much to do", null);
  public static final Failure MALFORMED =
      new Failure.Rejected(ErrorReason.ERROR_REASON_PROVIDER_CALL_INVALID, "not like this");
  public static final Failure LIMITED =
      new Failure.LimitReached(
          ErrorReason.ERROR_REASON_RATE_LIMITED, "requests per minute", "agent a", null);

  private Samples() {}

  public static CallKey key(long n) {
    return new CallKey(n, ~n, n * 31, n * 17);
  }

  /** A call that may be shared, with a deadline far away. */
  public static Call call(String id, CallKey key, boolean streamed) {
    return call(id, key, null, CacheUse.Mode.USE, streamed);
  }

  public static Call call(
      String id, CallKey key, CallKey repeatKey, CacheUse.Mode mode, boolean streamed) {
    return new Call(
        id,
        new Caller("acme", "agent-" + id, "", false),
        Prompt.getDefaultInstance(),
        key,
        mode != CacheUse.Mode.BYPASS,
        repeatKey,
        new CacheUse(mode, Duration.ofMinutes(10), null, false, false),
        RoutingPreferences.getDefaultInstance(),
        Priority.PRIORITY_INTERACTIVE,
        "",
        streamed,
        Instant.parse("2026-03-01T12:00:00Z"),
        0,
        Duration.ofMinutes(10).toNanos());
  }

  public static Call withDeadline(Call call, long deadlineNanos) {
    return new Call(
        call.id(),
        call.caller(),
        call.prompt(),
        call.key(),
        call.shareable(),
        call.repeatKey(),
        call.cacheUse(),
        call.routing(),
        call.priority(),
        call.taskType(),
        call.streamed(),
        call.arrival(),
        call.arrivalNanos(),
        deadlineNanos);
  }

  public static Call arrivingAt(Call call, long arrivalNanos) {
    return new Call(
        call.id(),
        call.caller(),
        call.prompt(),
        call.key(),
        call.shareable(),
        call.repeatKey(),
        call.cacheUse(),
        call.routing(),
        call.priority(),
        call.taskType(),
        call.streamed(),
        call.arrival(),
        arrivalNanos,
        arrivalNanos + call.deadlineNanos());
  }

  public static ContentDelta piece(String text) {
    return ContentDelta.newBuilder().setText(TextDelta.newBuilder().setText(text)).build();
  }

  public static Answer answer(String text) {
    return answer(text, Instant.parse("2026-03-01T12:00:00Z"));
  }

  public static Answer answer(String text, Instant created) {
    return answer(text, FinishReason.FINISH_REASON_STOP, "openai", "gpt", created);
  }

  public static Answer answer(
      String text, FinishReason finish, String provider, String model, Instant created) {
    Completion completion =
        Completion.newBuilder()
            .setMessage(
                ChatMessage.newBuilder()
                    .setRole(Role.ROLE_ASSISTANT)
                    .addParts(
                        ContentPart.newBuilder().setText(TextPart.newBuilder().setText(text))))
            .setFinishReason(finish)
            .build();
    return new Answer(
        completion,
        provider,
        model,
        Usage.reported(10, 20),
        new Cost.Known(new Money(1_234), provider + "/" + model + "@2026-01-01", false),
        created,
        Duration.ofMillis(1_750));
  }

  public static Outcome.Answered answered(String text) {
    return new Outcome.Answered(
        answer(text),
        Source.SOURCE_UPSTREAM,
        new Outcome.Timing(null, Duration.ofMillis(1), Duration.ofMillis(9)),
        List.of(),
        "entry");
  }

  public static Outcome.Failed failed(Failure failure) {
    return new Outcome.Failed(failure, List.of());
  }
}

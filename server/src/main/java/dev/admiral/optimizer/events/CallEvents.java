package dev.admiral.optimizer.events;

import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.FinishedCall;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Outcome.Failed;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;

/** Publishes that a call ended. */
record CallEvents(EventBus bus) implements CallObserver {
  @Override
  public String name() {
    return "events";
  }

  @Override
  public void finished(FinishedCall call) {
    bus.publish(call.call().caller().tenant(), event(call));
  }

  private static Event event(FinishedCall finished) {
    Call call = finished.call();
    return switch (finished.outcome()) {
      case Answered answered -> {
        Answer answer = answered.answer();
        yield new Event.CallFinished(
            call.id(),
            call.caller().agent(),
            answer.provider(),
            answer.model(),
            answered.source(),
            ErrorReason.ERROR_REASON_UNSPECIFIED,
            answer.usage(),
            answer.cost(),
            finished.total());
      }
      case Failed failed ->
          new Event.CallFinished(
              call.id(),
              call.caller().agent(),
              "",
              "",
              Source.SOURCE_UNSPECIFIED,
              failed.failure().reason(),
              null,
              null,
              finished.total());
    };
  }
}

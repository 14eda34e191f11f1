package dev.admiral.optimizer.http.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.http.calls.AnswerFormat;
import dev.admiral.optimizer.http.calls.Places;
import dev.admiral.optimizer.http.calls.StreamFormat;
import dev.admiral.optimizer.pipeline.RunningCall;
import dev.admiral.optimizer.v1.Prompt;
import java.io.IOException;

/** Writes an answer as a response. */
final class ResponseAnswer implements AnswerFormat {
  private final boolean instructed;
  private final Places places;
  private final Time time;

  /**
   * @param instructed true if the first message of the prompt is the request's instructions
   */
  ResponseAnswer(boolean instructed, Places places, Time time) {
    this.instructed = instructed;
    this.places = places;
    this.time = time;
  }

  @Override
  public void whole(JsonGenerator json, Call call, Answered answered) throws IOException {
    Answer answer = answered.answer();
    new ResponseObject(call, instructed).ended(json, answer, answer.created().getEpochSecond());
  }

  @Override
  public StreamFormat stream(RunningCall running) {
    return new ResponseStream(running, new ResponseObject(running.call(), instructed), time);
  }

  @Override
  public Failure inWords(Failure failure, Prompt prompt) {
    return places.translate(failure, prompt, ResponseWords.INSTANCE);
  }
}

package dev.admiral.optimizer.http.calls;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Outcome.Answered;
import java.io.IOException;

/** How the answer to one request is written. */
public interface AnswerFormat {
  /** Writes a whole answer, one JSON object. */
  void whole(JsonGenerator json, Call call, Answered answered) throws IOException;

  /** Returns what writes the answer piece by piece; used once. */
  StreamFormat stream(Call call);
}

package dev.admiral.optimizer.http.calls;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.v1.Prompt;
import java.io.IOException;

/** How the answer to one request is written in one piece. */
interface WholeFormat {
  /** Writes a whole answer, one JSON object. */
  void whole(JsonGenerator json, Call call, Answered answered) throws IOException;

  /**
   * Returns a failure that names fields as the client's request does, not as the contract does.
   *
   * @param prompt what was made of the request
   */
  default Failure inWords(Failure failure, Prompt prompt) {
    return failure;
  }
}

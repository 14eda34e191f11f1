package dev.admiral.optimizer.http.calls;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.v1.Embedding;
import java.io.IOException;
import java.util.List;

/** How vectors are written. */
public interface VectorFormat {
  /**
   * Writes all vectors, one JSON object.
   *
   * @param vectors one for each text, in order
   */
  void whole(JsonGenerator json, Answer answer, List<Embedding> vectors) throws IOException;

  /** Returns a failure that names fields as the client's request does. */
  Failure inWords(Failure failure);
}

package dev.admiral.optimizer.http.anthropic;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.http.calls.Api;
import dev.admiral.optimizer.http.calls.Asked;
import dev.admiral.optimizer.http.calls.HttpFailure;
import dev.admiral.optimizer.http.calls.Incoming;
import dev.admiral.optimizer.http.exchange.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** {@code POST /v1/messages}. */
final class MessagesApi implements Api {
  private static final JsonFactory JSON = new JsonFactory();

  @Override
  public Asked read(Incoming incoming) throws CallException {
    Version version = Version.of(incoming.header(Version.HEADER));
    Place body = Place.root(incoming.body());
    MessageWords words = new MessageWords();
    return new Asked(
        new PromptReader(version, body, words, incoming.header(Version.BETA_HEADER)).message(),
        body.field("stream").flag(),
        new MessageFormat(words));
  }

  @Override
  public Reply error(HttpFailure failure) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(body)) {
      Errors.write(json, failure);
    } catch (IOException e) {
      // The output is memory.
      throw new UncheckedIOException(e);
    }
    return Reply.json(Errors.status(failure), body.toByteArray());
  }
}

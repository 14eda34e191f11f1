package dev.admiral.optimizer.http.openai;

import dev.admiral.optimizer.http.calls.Api;
import dev.admiral.optimizer.http.calls.HttpFailure;
import dev.admiral.optimizer.http.exchange.Reply;

/** What OpenAI's APIs have in common. */
abstract sealed class OpenAiApi implements Api permits ChatApi {
  /** The contract's name of this wire format. */
  static final String DIALECT = "openai";

  @Override
  public final Reply error(HttpFailure failure) {
    return OpenAiErrors.reply(failure);
  }
}

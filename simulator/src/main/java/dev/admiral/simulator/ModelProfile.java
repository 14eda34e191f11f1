package dev.admiral.simulator;

import java.util.Optional;

/**
 * One model that the simulator offers.
 *
 * @param provider the provider that offers it, which is the first segment of its path
 * @param name the model's name; it may contain slashes
 * @param kind what it can do
 * @param prices what it charges; empty when unknown, and its calls then have no cost
 * @param contextWindow the most tokens of prompt and answer together
 * @param maxOutput the most tokens of an answer
 * @param answerTokens median length of an answer that nothing limits, in tokens
 * @param latency how long it takes
 * @param limit what each key may use
 */
public record ModelProfile(
    String provider,
    String name,
    Kind kind,
    Optional<Prices> prices,
    long contextWindow,
    int maxOutput,
    int answerTokens,
    Latency latency,
    RateLimit limit) {

  /** What a model can do. */
  public enum Kind {
    /** Answers chats. */
    CHAT,
    /** Answers chats after reasoning; of OpenAI's, refuses sampling settings. */
    REASONING,
    /** Turns texts into vectors. */
    EMBEDDING
  }

  /** Returns a chat model without price, latency or tight limits. */
  public static ModelProfile chat(String provider, String name) {
    return new ModelProfile(
        provider,
        name,
        Kind.CHAT,
        Optional.empty(),
        1_000_000,
        128_000,
        60,
        Latency.NONE,
        RateLimit.AMPLE);
  }

  /** Returns this profile with another name. */
  public ModelProfile named(String newName) {
    return new ModelProfile(
        provider, newName, kind, prices, contextWindow, maxOutput, answerTokens, latency, limit);
  }

  /** Returns this profile with another kind. */
  public ModelProfile withKind(Kind newKind) {
    return new ModelProfile(
        provider, name, newKind, prices, contextWindow, maxOutput, answerTokens, latency, limit);
  }

  /** Returns this profile with other prices. */
  public ModelProfile withPrices(Prices newPrices) {
    return new ModelProfile(
        provider,
        name,
        kind,
        Optional.of(newPrices),
        contextWindow,
        maxOutput,
        answerTokens,
        latency,
        limit);
  }

  /** Returns this profile with other bounds, in tokens. */
  public ModelProfile withWindow(long newContextWindow, int newMaxOutput) {
    return new ModelProfile(
        provider, name, kind, prices, newContextWindow, newMaxOutput, answerTokens, latency, limit);
  }

  /** Returns this profile with another median length of answers. */
  public ModelProfile withAnswerTokens(int newAnswerTokens) {
    return new ModelProfile(
        provider, name, kind, prices, contextWindow, maxOutput, newAnswerTokens, latency, limit);
  }

  /** Returns this profile with another latency. */
  public ModelProfile withLatency(Latency newLatency) {
    return new ModelProfile(
        provider, name, kind, prices, contextWindow, maxOutput, answerTokens, newLatency, limit);
  }

  /** Returns this profile with another rate limit. */
  public ModelProfile withLimit(RateLimit newLimit) {
    return new ModelProfile(
        provider, name, kind, prices, contextWindow, maxOutput, answerTokens, latency, newLimit);
  }
}

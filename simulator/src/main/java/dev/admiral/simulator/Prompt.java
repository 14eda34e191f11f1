package dev.admiral.simulator;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Collects the content of a request while it is read: its size in tokens, its hash, and what the
 * provider's prompt cache would make of it.
 *
 * <p>The simulator's tokenizer is a rule: four UTF-16 units of text are a token, rounded up; each
 * message costs four more, the whole prompt three; an image is 85 tokens, a file 256. What counts
 * as cached is a rule too, so that it is a function of the request alone: see {@link
 * #implicitCache} and {@link #explicitCache}.
 */
final class Prompt {
  private static final int UNITS_PER_TOKEN = 4;
  private static final int PER_MESSAGE = 4;
  private static final int PER_PROMPT = 3;
  private static final int PER_IMAGE = 85;
  private static final int PER_FILE = 256;
  private static final int LEAST_CACHED = 1024;
  private static final int CACHED_STEP = 128;

  private long hash;
  private long tokens = PER_PROMPT;
  private long beforeMessage;
  private long beforeLastAssistant = -1;
  private long breakpoint = -1;
  private boolean hourly;
  private boolean userTurn;
  private final StringBuilder lastUserText = new StringBuilder();

  Prompt(String model) {
    hash = Mix.text(1, model);
  }

  static long tokensOf(CharSequence text) {
    return Math.ceilDiv(text.length(), UNITS_PER_TOKEN);
  }

  void message(String role) {
    beforeMessage = tokens;
    tokens += PER_MESSAGE;
    hash = Mix.text(hash, role);
    userTurn = role.equals("user");
    lastUserText.setLength(0);
    if (role.equals("assistant")) {
      beforeLastAssistant = beforeMessage;
    }
  }

  void text(String text) {
    hash = Mix.text(Mix.mix(hash, 1), text);
    tokens += tokensOf(text);
    if (userTurn) {
      lastUserText.append(text);
    }
  }

  void image(JsonNode source) {
    hash = Mix.json(Mix.mix(hash, 2), source);
    tokens += PER_IMAGE;
  }

  void file(JsonNode source) {
    hash = Mix.json(Mix.mix(hash, 3), source);
    tokens += PER_FILE;
  }

  void toolCall(String name, JsonNode arguments) {
    hash = Mix.json(Mix.text(Mix.mix(hash, 4), name), arguments);
    tokens += tokensOf(name) + tokensOf(arguments.toString());
  }

  /** The parts that follow, until the next message, are what a tool returned. */
  void toolResult() {
    hash = Mix.mix(hash, 5);
    userTurn = false;
  }

  /** Anything else that may change the answer and costs prompt tokens. */
  void extra(String name, JsonNode value) {
    setting(name, value);
    tokens += tokensOf(value.toString());
  }

  /** Anything else that may change the answer. */
  void setting(String name, JsonNode value) {
    hash = Mix.json(Mix.text(Mix.mix(hash, 6), name), value);
  }

  /** The caller asks for everything up to here to be cached. */
  void breakpoint(boolean forAnHour) {
    breakpoint = tokens;
    hourly = forAnHour;
  }

  long tokens() {
    return tokens;
  }

  long hash() {
    return Mix.mix(hash, 0);
  }

  boolean userTurn() {
    return userTurn;
  }

  String lastUserText() {
    return userTurn ? lastUserText.toString() : "";
  }

  /**
   * OpenAI's cache, which needs no asking. A conversation that the assistant took part in was seen
   * before: what precedes its last message counts as cached, in steps of 128 tokens and from 1,024
   * on. With an explicit breakpoint, everything up to it counts as written on the first turn and as
   * cached on later ones.
   */
  Tokens implicitCache(Options options) {
    boolean seen = beforeLastAssistant >= 0;
    if (breakpoint >= LEAST_CACHED) {
      return split(options, seen ? breakpoint : 0, seen ? 0 : breakpoint, 0, 0);
    }
    long prefix = seen ? beforeMessage / CACHED_STEP * CACHED_STEP : 0;
    return split(options, prefix >= LEAST_CACHED ? prefix : 0, 0, 0, 0);
  }

  /**
   * Anthropic's cache, which works up to the last breakpoint if that is at least 1,024 tokens deep:
   * what precedes the last assistant message was written by an earlier turn and is read, the rest
   * is written.
   */
  Tokens explicitCache(Options options) {
    if (breakpoint < LEAST_CACHED) {
      return split(options, 0, 0, 0, tokens);
    }
    long read = Math.clamp(beforeLastAssistant, 0, breakpoint);
    long written = breakpoint - read;
    return split(options, read, hourly ? 0 : written, hourly ? written : 0, tokens);
  }

  /**
   * Divides the prompt as the options say, else as given.
   *
   * @param mostHourly how many tokens may be written for an hour: none where the vendor has no way
   *     to report them
   */
  private Tokens split(Options options, long cached, long write5m, long write1h, long mostHourly) {
    long left = tokens;
    long read = Math.min(left, options.value(Options.Key.CACHED).orElse(cached));
    left -= read;
    long five = Math.min(left, options.value(Options.Key.CACHE_WRITE).orElse(write5m));
    left -= five;
    long wished = options.value(Options.Key.CACHE_WRITE_1H).orElse(write1h);
    long hour = Math.min(Math.min(left, mostHourly), wished);
    return new Tokens(left - hour, read, five, hour, 0, 0);
  }
}

package dev.admiral.optimizer.provider;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Wire formats that providers speak. */
public enum Dialect {
  /** OpenAI's chat completions and embeddings, and whatever speaks like them. */
  OPENAI,
  /** Anthropic's messages. */
  ANTHROPIC;

  /** The word of the contract and of the configuration for each, in order. */
  public static final List<String> WORDS = Arrays.stream(values()).map(Dialect::word).toList();

  /** Returns the word of the contract and of the configuration. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}

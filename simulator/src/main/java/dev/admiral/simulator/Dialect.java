package dev.admiral.simulator;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What sets one provider's spelling of the common format apart. */
enum Dialect {
  OPENAI(true, true, false, null),
  ANTHROPIC(true, false, true, null),
  GROQ(false, false, true, "reasoning"),
  MISTRAL(false, false, true, null),
  DEEPSEEK(false, false, true, "reasoning_content"),
  CEREBRAS(false, false, true, "reasoning"),
  OPENROUTER(false, false, true, "reasoning"),
  MOONSHOT(false, false, true, "reasoning_content"),
  GEMINI(false, false, false, null),
  /** Any other server of the OpenAI format. */
  COMPATIBLE(false, false, false, null);

  /** Whether an unknown parameter is refused. */
  final boolean strict;

  /** Whether chunks are padded unless the caller declines. */
  final boolean obfuscates;

  /** Whether a stream carries usage although nobody asked. */
  final boolean alwaysUsage;

  /** The field that shows reasoning; null when it stays hidden. */
  final @Nullable String reasoningField;

  Dialect(
      boolean strict, boolean obfuscates, boolean alwaysUsage, @Nullable String reasoningField) {
    this.strict = strict;
    this.obfuscates = obfuscates;
    this.alwaysUsage = alwaysUsage;
    this.reasoningField = reasoningField;
  }

  static Dialect of(String provider) {
    return switch (provider.toLowerCase(Locale.ROOT)) {
      case "openai" -> OPENAI;
      case "anthropic" -> ANTHROPIC;
      case "groq" -> GROQ;
      case "mistral" -> MISTRAL;
      case "deepseek" -> DEEPSEEK;
      case "cerebras" -> CEREBRAS;
      case "openrouter" -> OPENROUTER;
      case "moonshot" -> MOONSHOT;
      case "gemini" -> GEMINI;
      default -> COMPATIBLE;
    };
  }
}

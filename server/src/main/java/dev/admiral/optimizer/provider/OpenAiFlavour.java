package dev.admiral.optimizer.provider;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Who speaks OpenAI's dialect, told by the host, as far as they differ in what they take. What they
 * answer is read in one tolerant way.
 */
enum OpenAiFlavour {
  /** api.openai.com. */
  OPENAI,
  /** A resource of Azure: OpenAI's models under Azure's key. */
  AZURE,
  /** Mistral refuses fields it does not know, and always reports usage. */
  MISTRAL,
  /** DeepSeek wants its reasoning back in reasoning_content. */
  DEEPSEEK,
  /** Groq wants its reasoning back in reasoning. */
  GROQ,
  /** OpenRouter takes addresses of files, and cache marks for the models that know them. */
  OPENROUTER,
  /** Cerebras takes max_completion_tokens only. */
  CEREBRAS,
  /** Anybody else: what most of them take. */
  OTHER;

  static OpenAiFlavour of(URI baseUrl) {
    String host = baseUrl.getHost().toLowerCase(Locale.ROOT);
    if (isBelow(host, "openai.com")) {
      return OPENAI;
    } else if (isBelow(host, "azure.com")) {
      return AZURE;
    } else if (isBelow(host, "mistral.ai")) {
      return MISTRAL;
    } else if (isBelow(host, "deepseek.com")) {
      return DEEPSEEK;
    } else if (isBelow(host, "groq.com")) {
      return GROQ;
    } else if (isBelow(host, "openrouter.ai")) {
      return OPENROUTER;
    } else if (isBelow(host, "cerebras.ai")) {
      return CEREBRAS;
    }
    return OTHER;
  }

  private static boolean isBelow(String host, String domain) {
    return host.equals(domain) || host.endsWith("." + domain);
  }

  /** Returns true for OpenAI's own API, which is strict and has the newest fields. */
  boolean isOpenAi() {
    return this == OPENAI || this == AZURE;
  }

  /**
   * Returns the field for the most output tokens. OpenAI's reasoning models refuse the old name and
   * its other models take both; most others know the old one only.
   */
  String maxTokensField(String model) {
    boolean newName =
        isOpenAi() || this == CEREBRAS || this == GROQ || Reasoner.of(model) != Reasoner.NONE;
    return newName ? "max_completion_tokens" : "max_tokens";
  }

  /** Returns true if usage in a stream must be asked for. */
  boolean takesStreamOptions() {
    return this != MISTRAL;
  }

  String seedField() {
    return this == MISTRAL ? "random_seed" : "seed";
  }

  /** OpenAI's own mark on a part, up to which the prompt is to be cached. */
  static final String CACHE_BREAKPOINT = "prompt_cache_breakpoint";

  private static final Pattern TAKES_BREAKPOINTS =
      Pattern.compile("gpt-(5\\.([6-9]|[1-9][0-9])|[6-9]|[1-9][0-9]).*");

  /** Returns the field that marks a part for caching; empty where the vendor caches by itself. */
  String cacheMark(String model) {
    return switch (this) {
      case OPENROUTER -> "cache_control";
      case OPENAI -> TAKES_BREAKPOINTS.matcher(model).matches() ? CACHE_BREAKPOINT : "";
      case AZURE, MISTRAL, DEEPSEEK, GROQ, CEREBRAS, OTHER -> "";
    };
  }

  /** Returns the field in which reasoning is sent back; empty where there is none. */
  String reasoningField() {
    return switch (this) {
      case DEEPSEEK -> "reasoning_content";
      case GROQ, OPENROUTER -> "reasoning";
      case OPENAI, AZURE, MISTRAL, CEREBRAS, OTHER -> "";
    };
  }

  /** OpenAI's families of reasoning models, told by name: which efforts they take. */
  enum Reasoner {
    /** Not known to reason. */
    NONE,
    /** o1, o3, o4: low and up. */
    O,
    /** gpt-5: minimal and up. */
    GPT_5,
    /** gpt-5.1 and later, gpt-6: none, low and up. */
    LATER;

    private static final Pattern IS_O = Pattern.compile("o[1-9]([.-].*)?");
    private static final Pattern IS_GPT_5 = Pattern.compile("gpt-5([^.0-9].*)?");
    private static final Pattern IS_LATER = Pattern.compile("gpt-(5\\.[1-9]|[6-9]|[1-9][0-9]).*");

    static Reasoner of(String model) {
      String name = model.substring(model.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
      if (IS_O.matcher(name).matches()) {
        return O;
      } else if (IS_GPT_5.matcher(name).matches()) {
        return name.contains("chat") ? NONE : GPT_5;
      } else if (IS_LATER.matcher(name).matches()) {
        return name.contains("chat") ? NONE : LATER;
      }
      return NONE;
    }
  }
}

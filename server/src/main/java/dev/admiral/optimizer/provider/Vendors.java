package dev.admiral.optimizer.provider;

import static dev.admiral.optimizer.provider.Vendor.LimitHeaders.ANTHROPIC_RATELIMIT;
import static dev.admiral.optimizer.provider.Vendor.LimitHeaders.X_RATELIMIT;

import dev.admiral.optimizer.provider.Vendor.Quirk;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The vendors this server knows: the one place that names them. One that speaks a dialect there is
 * needs a row here and nothing else. What is known of their models and prices is data, in the
 * tables models.csv and prices.csv under the same name.
 */
public final class Vendors {
  /** In the order in which they are preferred where the keys in the environment decide. */
  private static final Map<String, Vendor> ALL =
      Stream.of(
              openAiLike("openai", "https://api.openai.com/v1", "openai.com", "OPENAI_API_KEY")
                  .with(
                      Quirk.DEVELOPER_ROLE,
                      Quirk.NO_TOP_K,
                      Quirk.MAX_COMPLETION_TOKENS,
                      Quirk.EFFORT_IF_KNOWN,
                      Quirk.PADDED_STREAMS,
                      Quirk.BASE64_VECTORS,
                      Quirk.CACHE_BREAKPOINTS),
              new Vendor(
                  "anthropic",
                  Dialect.ANTHROPIC,
                  "https://api.anthropic.com/v1",
                  "anthropic.com",
                  List.of("ANTHROPIC_API_KEY"),
                  List.of(ANTHROPIC_RATELIMIT),
                  Set.of()),
              openAiLike(
                      "gemini",
                      "https://generativelanguage.googleapis.com/v1beta/openai",
                      "generativelanguage.googleapis.com",
                      "GEMINI_API_KEY")
                  .with(Quirk.THOUGHT_SIGNATURES),
              openAiLike("groq", "https://api.groq.com/openai/v1", "groq.com", "GROQ_API_KEY")
                  .with(Quirk.MAX_COMPLETION_TOKENS, Quirk.REASONING),
              openAiLike("mistral", "https://api.mistral.ai/v1", "mistral.ai", "MISTRAL_API_KEY")
                  .with(Quirk.NO_STREAM_OPTIONS, Quirk.RANDOM_SEED, Quirk.THINKING_PARTS),
              openAiLike(
                      "cerebras", "https://api.cerebras.ai/v1", "cerebras.ai", "CEREBRAS_API_KEY")
                  .with(Quirk.MAX_COMPLETION_TOKENS, Quirk.REASONING),
              openAiLike(
                      "deepseek", "https://api.deepseek.com/v1", "deepseek.com", "DEEPSEEK_API_KEY")
                  .with(Quirk.REASONING_CONTENT, Quirk.REASONING_ALWAYS),
              openAiLike(
                      "openrouter",
                      "https://openrouter.ai/api/v1",
                      "openrouter.ai",
                      "OPENROUTER_API_KEY")
                  .with(
                      Quirk.CACHE_CONTROL,
                      Quirk.FILE_ADDRESSES,
                      Quirk.REASONING,
                      Quirk.REASONING_DETAILS,
                      Quirk.COST_IN_USAGE),
              openAiLike("xai", "https://api.x.ai/v1", "x.ai", "XAI_API_KEY"),
              openAiLike(
                      "moonshot", "https://api.moonshot.ai/v1", "moonshot.ai", "MOONSHOT_API_KEY")
                  .with(Quirk.REASONING_CONTENT, Quirk.REASONING_NEVER_EMPTY),
              openAiLike(
                  "cohere", "https://api.cohere.ai/compatibility/v1", "cohere.ai", "CO_API_KEY"),
              // Each customer of these has an address of their own.
              openAiLike("azure", "", "azure.com", "AZURE_OPENAI_API_KEY")
                  .with(
                      Quirk.KEY_IN_API_KEY,
                      Quirk.DEVELOPER_ROLE,
                      Quirk.NO_TOP_K,
                      Quirk.MAX_COMPLETION_TOKENS),
              openAiLike("bedrock", "", ""),
              // On this machine, and without a key.
              openAiLike("ollama", "http://127.0.0.1:11434/v1", "").with(Quirk.REASONING))
          .map(vendor -> vendor.and(Quirk.TAKES_BACK_NO_MORE))
          .collect(
              Collectors.toMap(Vendor::name, vendor -> vendor, Vendors::twice, LinkedHashMap::new));

  private Vendors() {}

  /** Returns every vendor, preferred first. */
  public static List<Vendor> all() {
    return List.copyOf(ALL.values());
  }

  /** Returns the vendor of a name; empty if there is none. */
  public static Optional<Vendor> find(String name) {
    return Optional.ofNullable(ALL.get(name));
  }

  /**
   * Returns the vendor of a name that speaks a dialect: the known one, or else one without quirks,
   * as most who speak it are. A known vendor that is asked in another dialect than its usual one is
   * one without quirks too.
   */
  public static Vendor of(String name, Dialect dialect) {
    Vendor known = ALL.get(name);
    return known != null && known.dialect() == dialect
        ? known
        : new Vendor(
            name,
            dialect,
            "",
            known == null ? "" : known.domain(),
            known == null ? List.of() : known.keyVariables(),
            // Whoever passes calls on may pass on either.
            List.of(X_RATELIMIT, ANTHROPIC_RATELIMIT),
            Set.of());
  }

  /** Returns the vendor whose address that is; empty if it is nobody's. */
  public static Optional<Vendor> at(URI address) {
    return ALL.values().stream().filter(vendor -> vendor.owns(address)).findFirst();
  }

  private static Vendor openAiLike(String name, String baseUrl, String domain, String... keys) {
    return new Vendor(
        name, Dialect.OPENAI, baseUrl, domain, List.of(keys), List.of(X_RATELIMIT), Set.of());
  }

  private static Vendor twice(Vendor one, Vendor other) {
    throw new IllegalStateException("two vendors are named " + one.name());
  }
}

package dev.admiral.optimizer.provider;

import dev.admiral.optimizer.v1.VendorData;
import java.net.URI;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Who stands behind a provider, and all that is particular to them. {@link Vendors} is the table.
 *
 * @param name the word of the configuration, and of the tables of models and prices
 * @param dialect what they speak at {@code baseUrl}, and what the quirks are about
 * @param baseUrl their usual address; empty if each customer has another one
 * @param domain the domain below which their addresses lie; empty if they have none
 * @param keyVariables variables that their own tools read the key from, the usual one first; empty
 *     if they want no key
 * @param limitHeaders headers in which they tell their limits
 * @param quirks in what they differ from the rest of their dialect
 */
public record Vendor(
    String name,
    Dialect dialect,
    String baseUrl,
    String domain,
    List<String> keyVariables,
    List<LimitHeaders> limitHeaders,
    Set<Quirk> quirks) {

  /** Ways to differ from what most who speak a dialect take. */
  public enum Quirk {
    /** The key goes into the header api-key. */
    KEY_IN_API_KEY,
    /** Developers' messages have a role of their own. */
    DEVELOPER_ROLE,
    /** top_k is no setting. */
    NO_TOP_K,
    /** The most output tokens are max_completion_tokens for every model. */
    MAX_COMPLETION_TOKENS,
    /** An effort is refused by every model that is not known to reason. */
    EFFORT_IF_KNOWN,
    /** Fields that are not known are refused, stream_options among them; usage always comes. */
    NO_STREAM_OPTIONS,
    /** The seed is random_seed. */
    RANDOM_SEED,
    /** Streams are padded at random unless told not to be. */
    PADDED_STREAMS,
    /** Vectors can come as base64. */
    BASE64_VECTORS,
    /** Reasoning is sent back in reasoning_content. */
    REASONING_CONTENT,
    /** Reasoning is sent back in reasoning. */
    REASONING,
    /** Reasoning is sent back as parts of the content, of the type thinking. */
    THINKING_PARTS,
    /** Once tools were called, messages of the model without reasoning_content are refused. */
    REASONING_ALWAYS,
    /** The same, and an empty text counts as none. */
    REASONING_NEVER_EMPTY,
    /** The list reasoning_details is taken back. */
    REASONING_DETAILS,
    /** Thought signatures are taken back, and calls without one are refused. */
    THOUGHT_SIGNATURES,
    /**
     * Of what an earlier answer had beside its words no more is taken back than is said here. Of
     * anybody else nothing is known: they are sent all they gave, under the names it came with, and
     * thinking without a signature too.
     */
    TAKES_BACK_NO_MORE,
    /** Parts are marked for caching by cache_control. */
    CACHE_CONTROL,
    /** Parts are marked by prompt_cache_breakpoint, for models that take such marks. */
    CACHE_BREAKPOINTS,
    /** Files may be given by their address. */
    FILE_ADDRESSES,
    /** Usage tells in cost, in dollars, what was charged. */
    COST_IN_USAGE
  }

  /**
   * Headers that tell how much is left of a limit and when it begins anew.
   *
   * @param remaining name of the header with what is left, with * in the place of the limit's name
   * @param reset name of the header with when it begins anew
   * @param longPeriods ends of the names of limits by the day or longer
   */
  public record LimitHeaders(String remaining, String reset, Set<String> longPeriods) {
    /** The names that OpenAI began with. */
    public static final LimitHeaders X_RATELIMIT =
        new LimitHeaders(
            "x-ratelimit-remaining-*", "x-ratelimit-reset-*", Set.of("-day", "-month"));

    /** Anthropic's names. */
    public static final LimitHeaders ANTHROPIC_RATELIMIT =
        new LimitHeaders(
            "anthropic-ratelimit-*-remaining", "anthropic-ratelimit-*-reset", Set.of());

    public LimitHeaders {
      if (remaining.indexOf('*') < 0 || reset.indexOf('*') < 0) {
        throw new IllegalArgumentException("names of limits' headers must have a *");
      }
      longPeriods = Set.copyOf(longPeriods);
    }
  }

  public Vendor {
    keyVariables = List.copyOf(keyVariables);
    limitHeaders = List.copyOf(limitHeaders);
    quirks = Set.copyOf(quirks);
  }

  /** Returns the same vendor with these quirks. */
  Vendor with(Quirk... others) {
    return new Vendor(name, dialect, baseUrl, domain, keyVariables, limitHeaders, Set.of(others));
  }

  /** Returns the same vendor with these quirks too. */
  Vendor and(Quirk... others) {
    Set<Quirk> all = EnumSet.noneOf(Quirk.class);
    all.addAll(quirks);
    all.addAll(Set.of(others));
    return new Vendor(name, dialect, baseUrl, domain, keyVariables, limitHeaders, all);
  }

  /** Returns true if they differ so. */
  public boolean has(Quirk quirk) {
    return quirks.contains(quirk);
  }

  /** Returns true if nothing is known of what they take back, and so it is all that came. */
  public boolean takesAnythingBack() {
    return !has(Quirk.TAKES_BACK_NO_MORE);
  }

  /** Returns true if vendor data is theirs, or if nobody knows whose it is. */
  public boolean mayTakeBack(VendorData data) {
    return data.getVendor().isEmpty() || data.getVendor().equals(name);
  }

  /**
   * Returns true if they are sent a field of vendor data: all of their own, and of data that nobody
   * knows the vendor of what they are known to take.
   */
  public boolean takesBack(VendorData data, String field) {
    if (!data.getVendor().isEmpty()) {
      return data.getVendor().equals(name);
    }
    return takesAnythingBack()
        || switch (field) {
          case VendorFields.REASONING_DETAILS -> has(Quirk.REASONING_DETAILS);
          case "extra_content", "thought_signature" -> has(Quirk.THOUGHT_SIGNATURES);
          default -> false;
        };
  }

  /** Returns true if they run on one's own machine, where their address is, and want no key. */
  public boolean local() {
    return keyVariables.isEmpty() && !baseUrl.isEmpty();
  }

  /** Returns true if an address is one of theirs. */
  public boolean owns(URI address) {
    String host = address.getHost() == null ? "" : address.getHost().toLowerCase(Locale.ROOT);
    return !domain.isEmpty() && (host.equals(domain) || host.endsWith("." + domain));
  }
}

package dev.admiral.optimizer.provider;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How to speak to one provider, and every bound on it.
 *
 * @param name configured name, the part before the slash in "provider/model"
 * @param vendor who is behind it, and so how it is spoken to
 * @param baseUrl address that the paths of the dialect are appended to, such as
 *     "https://api.openai.com/v1" or "https://api.anthropic.com/v1"; a query is kept
 * @param apiKey the secret; empty sends none
 * @param apiVersion for {@link Dialect#ANTHROPIC}, the value of anthropic-version: "2023-06-01"
 *     (key sent as x-api-key) or "2026-10-21" (key sent as bearer; temperature, top_p and top_k are
 *     refused); not used by others
 * @param headers further headers of every request; none that the dialect itself sends
 * @param connectTimeout longest wait for a new connection
 * @param connectionWait longest wait for a free connection when all are in use
 * @param firstPieceTimeout longest wait from sending a call to the first piece of a streamed
 *     answer, or to the beginning of a whole one
 * @param silenceTimeout longest wait between two signs of life of an answer that has begun
 * @param keepAlive how long an unused connection is kept; shorter than the provider's own time, or
 *     calls meet connections that the provider is closing
 * @param maxConnections most connections at a time, one for each call in flight
 * @param maxAnswerBytes largest answer on the wire
 */
public record ProviderSettings(
    String name,
    Vendor vendor,
    URI baseUrl,
    String apiKey,
    String apiVersion,
    Map<String, String> headers,
    Duration connectTimeout,
    Duration connectionWait,
    Duration firstPieceTimeout,
    Duration silenceTimeout,
    Duration keepAlive,
    int maxConnections,
    long maxAnswerBytes) {

  private static final Set<String> FRAMING =
      Set.of(
          "host",
          "content-length",
          "transfer-encoding",
          "content-type",
          "content-encoding",
          "accept-encoding",
          "connection",
          "keep-alive",
          "te",
          "trailer",
          "upgrade",
          "expect");

  /** Anthropic's version of 2023, which every account has. */
  public static final String ANTHROPIC_2023 = "2023-06-01";

  /** Anthropic's version of 2026, without sampling settings. */
  public static final String ANTHROPIC_2026 = "2026-10-21";

  public ProviderSettings {
    headers = Map.copyOf(headers);
    String scheme = baseUrl.getScheme() == null ? "" : baseUrl.getScheme().toLowerCase(Locale.ROOT);
    require(!name.isEmpty(), "name", "must not be empty");
    require(
        (scheme.equals("https") || scheme.equals("http")) && baseUrl.getHost() != null,
        "baseUrl",
        "must be an absolute http or https address");
    require(
        vendor.dialect() != Dialect.ANTHROPIC
            || apiVersion.equals(ANTHROPIC_2023)
            || apiVersion.equals(ANTHROPIC_2026),
        "apiVersion",
        "must be " + ANTHROPIC_2023 + " or " + ANTHROPIC_2026);
    require(isPrintable(apiKey), "apiKey", "must hold printable ASCII characters only");
    headers.forEach((header, value) ->
        require(
            !header.isEmpty() && header.indexOf(':') < 0 && isPrintable(header + value),
            "headers",
            "must hold printable ASCII characters only"));
    headers
        .keySet()
        .forEach(header ->
            require(
                !FRAMING.contains(header.toLowerCase(Locale.ROOT)),
                "headers",
                "cannot hold '"
                    + header
                    + "': it tells how a request is sent, which this server does"));
    requirePositive(connectTimeout, "connectTimeout");
    requirePositive(connectionWait, "connectionWait");
    requirePositive(firstPieceTimeout, "firstPieceTimeout");
    requirePositive(silenceTimeout, "silenceTimeout");
    requirePositive(keepAlive, "keepAlive");
    require(maxConnections > 0, "maxConnections", "must be 1 or more");
    require(
        maxAnswerBytes > 0 && maxAnswerBytes <= 1L << 30,
        "maxAnswerBytes",
        "must be 1 byte to 1 GiB");
  }

  /** Begins settings with every bound at its default, for the vendor of that name. */
  public static Builder builder(String name, Dialect dialect, URI baseUrl) {
    return new Builder(name, Vendors.of(name, dialect), baseUrl);
  }

  /** Begins settings with every bound at its default. */
  public static Builder builder(String name, Vendor vendor, URI baseUrl) {
    return new Builder(name, vendor, baseUrl);
  }

  /** Returns the wire format. */
  public Dialect dialect() {
    return vendor.dialect();
  }

  /** Names everything but the key and the headers, which may hold one. */
  @Override
  public String toString() {
    return "ProviderSettings[" + name + ", " + dialect() + ", " + baseUrl.getHost() + "]";
  }

  private static boolean isPrintable(String text) {
    return text.chars().allMatch(c -> c >= 0x20 && c < 0x7f);
  }

  private static void requirePositive(Duration duration, String field) {
    require(duration.isPositive(), field, "must be longer than nothing");
  }

  private static void require(boolean condition, String field, String rule) {
    if (!condition) {
      throw new IllegalArgumentException(field + " " + rule);
    }
  }

  /** Collects settings. Not safe for concurrent use. */
  public static final class Builder {
    private final String name;
    private final Vendor vendor;
    private final URI baseUrl;
    private String apiKey = "";
    private String apiVersion = ANTHROPIC_2023;
    private Map<String, String> headers = Map.of();
    private Duration connectTimeout = Duration.ofSeconds(5);
    private Duration connectionWait = Duration.ofSeconds(5);
    private Duration firstPieceTimeout = Duration.ofMinutes(5);
    private Duration silenceTimeout = Duration.ofMinutes(1);
    private Duration keepAlive = Duration.ofSeconds(20);
    private int maxConnections = 16_384;
    private long maxAnswerBytes = 64L << 20;

    private Builder(String name, Vendor vendor, URI baseUrl) {
      this.name = name;
      this.vendor = vendor;
      this.baseUrl = baseUrl;
    }

    /** Sets the secret. Default: none is sent. */
    public Builder apiKey(String value) {
      apiKey = value;
      return this;
    }

    /** Sets Anthropic's version. Default: 2023-06-01. */
    public Builder apiVersion(String value) {
      apiVersion = value;
      return this;
    }

    /** Sets further headers. Default: none. */
    public Builder headers(Map<String, String> value) {
      headers = value;
      return this;
    }

    /** Sets the longest wait for a new connection. Default: 5 s. */
    public Builder connectTimeout(Duration value) {
      connectTimeout = value;
      return this;
    }

    /** Sets the longest wait for a free connection. Default: 5 s. */
    public Builder connectionWait(Duration value) {
      connectionWait = value;
      return this;
    }

    /** Sets the longest wait for an answer to begin. Default: 5 min. */
    public Builder firstPieceTimeout(Duration value) {
      firstPieceTimeout = value;
      return this;
    }

    /** Sets the longest silence in an answer. Default: 1 min. */
    public Builder silenceTimeout(Duration value) {
      silenceTimeout = value;
      return this;
    }

    /** Sets how long an unused connection is kept. Default: 20 s. */
    public Builder keepAlive(Duration value) {
      keepAlive = value;
      return this;
    }

    /** Sets the most connections at a time. Default: 16,384. */
    public Builder maxConnections(int value) {
      maxConnections = value;
      return this;
    }

    /** Sets the largest answer on the wire. Default: 64 MiB. */
    public Builder maxAnswerBytes(long value) {
      maxAnswerBytes = value;
      return this;
    }

    /**
     * Returns the settings.
     *
     * @throws IllegalArgumentException naming the field that is out of its range
     */
    public ProviderSettings build() {
      return new ProviderSettings(
          name,
          vendor,
          baseUrl,
          apiKey,
          apiVersion,
          headers,
          connectTimeout,
          connectionWait,
          firstPieceTimeout,
          silenceTimeout,
          keepAlive,
          maxConnections,
          maxAnswerBytes);
    }
  }
}

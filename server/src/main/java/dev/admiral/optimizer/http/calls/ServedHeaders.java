package dev.admiral.optimizer.http.calls;

import dev.admiral.optimizer.call.Begun;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Words;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.Source;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What was done for a call, in headers. */
final class ServedHeaders {
  static final String OVERHEAD = "x-admiral-overhead-ms";

  private static final Pattern WORD = Pattern.compile("[\\w.:/@+-]{1,256}");

  private ServedHeaders() {}

  /** Returns the call's identifier under every name that clients look for. */
  static Map<String, String> requestId(String id) {
    return Map.of("x-admiral-request-id", id, "x-request-id", id, "request-id", id);
  }

  /** Returns what is known as soon as a model begins to answer. */
  static Map<String, String> begun(Call call, Begun begun) {
    Map<String, String> headers = new HashMap<>(requestId(call.id()));
    headers.put("x-admiral-served", Words.of(begun.source()));
    headers.put("x-admiral-model", begun.provider() + "/" + begun.model());
    return headers;
  }

  /**
   * Returns all there is to say of an answered call.
   *
   * @param nanos now, on the scale of the call's arrival
   */
  static Map<String, String> answered(Call call, Answered answered, long nanos) {
    Map<String, String> headers =
        begun(
            call,
            new Begun(answered.answer().provider(), answered.answer().model(), answered.source()));
    List<String> omitted = answered.answer().completion().getOmittedFieldsList();
    if (!omitted.isEmpty()) {
      headers.put("x-admiral-omitted-fields", String.join(", ", omitted));
    }
    Completion completion = answered.answer().completion();
    putWord(headers, "x-admiral-served-model", completion.getServedModel());
    putWord(headers, "x-admiral-service-tier", completion.getServiceTier());
    headers.put("x-admiral-cost-usd", cost(answered));
    headers.put(OVERHEAD, overheadMillis(call, answered, nanos));
    return headers;
  }

  /** What a vendor says is put into a header if it is a word. */
  private static void putWord(Map<String, String> headers, String name, String word) {
    if (WORD.matcher(word).matches()) {
      headers.put(name, word);
    }
  }

  /** Returns what the call added to the bill: nothing if no provider was asked for it. */
  static String cost(Answered answered) {
    return switch (answered.answer().cost()) {
      case Cost.Unknown unknown -> "unknown";
      case Cost.Known known when answered.source() == Source.SOURCE_UPSTREAM ->
          known.amount().usd().stripTrailingZeros().toPlainString();
      case Cost.Known known -> "0";
    };
  }

  private static String overheadMillis(Call call, Answered answered, long nanos) {
    long own =
        nanos
            - call.arrivalNanos()
            - answered.timing().queued().toNanos()
            - answered.timing().upstream().toNanos();
    return BigDecimal.valueOf(Math.max(0, own) / 1_000, 3).toPlainString();
  }
}

package dev.admiral.optimizer.telemetry;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

/**
 * What is traced, and where to it is sent.
 *
 * @param endpoint the collector: of HTTP before {@code /v1/traces}
 * @param protocol what it speaks
 * @param headers sent with every export; may hold secrets
 * @param sampledRatio part of the traces that begin here which is made, 0 to 1; of a trace that a
 *     caller began, the caller decides
 * @param maxSpans most spans that wait to be sent, 1 and up
 * @param timeout longest wait for a collector to take one export
 * @param content true to send prompts and answers
 * @param maxContentChars most characters of one of them
 * @param maxContentBytes most bytes of all of them that wait to be sent, two for a character
 */
public record TraceSettings(
    URI endpoint,
    Protocol protocol,
    Map<String, String> headers,
    double sampledRatio,
    int maxSpans,
    Duration timeout,
    boolean content,
    int maxContentChars,
    long maxContentBytes) {

  /** What a collector speaks. */
  public enum Protocol {
    /** OTLP over HTTP, in protobuf. */
    HTTP,
    /** OTLP over gRPC. */
    GRPC
  }

  /** Keeps the headers to itself. */
  @Override
  public String toString() {
    return "TraceSettings[" + endpoint + "]";
  }
}

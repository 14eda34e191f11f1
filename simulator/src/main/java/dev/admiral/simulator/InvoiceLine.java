package dev.admiral.simulator;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One call on the invoice.
 *
 * @param requestId the id given in the response header ({@code x-request-id} or {@code request-id})
 * @param clientRequestId the caller's {@code x-client-request-id} header
 * @param provider the provider played, from the path: {@code openai}, {@code anthropic}, {@code
 *     groq} and so on
 * @param model the model as asked for
 * @param operation {@code chat}, {@code messages} or {@code embeddings}
 * @param stream whether server-sent events were asked for
 * @param requestHash 16 hex digits, equal for requests that mean the same, streamed or not
 * @param status the HTTP status sent, 0 when the connection broke before one was
 * @param outcome how the call ended
 * @param usageReported whether the final usage was completely written to a living connection; false
 *     too for an OpenAI stream that did not ask for usage
 * @param tokens what is billed: for a broken call the whole prompt and the output generated so far
 * @param costPicos pico-dollars (1e-12 USD); empty when the simulator has no price for the model
 * @param acceptTime when the call was accepted, by the simulator's clock
 * @param clientClosedNanos {@link System#nanoTime} at which the caller's close was noticed
 */
public record InvoiceLine(
    String requestId,
    Optional<String> clientRequestId,
    String provider,
    String model,
    String operation,
    boolean stream,
    String requestHash,
    int status,
    Outcome outcome,
    boolean usageReported,
    Tokens tokens,
    OptionalLong costPicos,
    Instant acceptTime,
    OptionalLong clientClosedNanos) {}

package dev.admiral.optimizer.provider;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Terms;
import dev.admiral.optimizer.call.Usage;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A try that gave no complete answer. It has no stack trace: the fault is the vendor's. */
public final class ProviderException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Failure failure;
  private final transient @Nullable Usage billable;
  private final transient Terms terms;
  private final String requestId;
  private final int httpStatus;

  /** Makes a failure on the usual terms, as the other constructor does. */
  public ProviderException(
      Failure failure, @Nullable Usage billable, String requestId, int httpStatus) {
    this(failure, billable, Terms.USUAL, requestId, httpStatus);
  }

  /**
   * @param failure the one classification of what went wrong
   * @param billable tokens the vendor bills or may bill: it accepted the call and the answer broke
   *     off; null if the vendor refused the call or never received it
   * @param terms on what terms the vendor says it served the try
   * @param requestId the vendor's identifier of the call; empty if it gave none
   * @param httpStatus the HTTP status; 0 if none came
   */
  public ProviderException(
      Failure failure, @Nullable Usage billable, Terms terms, String requestId, int httpStatus) {
    super(failure.reason().name(), null, false, false);
    this.failure = failure;
    this.billable = billable;
    this.terms = terms;
    this.requestId = requestId;
    this.httpStatus = httpStatus;
  }

  /** Returns what went wrong. */
  public Failure failure() {
    return failure;
  }

  /** Returns what the vendor bills or may bill for the try; empty if it bills nothing. */
  public Optional<Usage> billable() {
    return Optional.ofNullable(billable);
  }

  /** Returns on what terms the vendor says it served the try. */
  public Terms terms() {
    return terms;
  }

  /** Returns the vendor's identifier of the call; empty if it gave none. */
  public String requestId() {
    return requestId;
  }

  /** Returns the HTTP status; 0 if none came. */
  public int httpStatus() {
    return httpStatus;
  }
}

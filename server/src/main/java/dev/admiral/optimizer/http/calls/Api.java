package dev.admiral.optimizer.http.calls;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.http.exchange.Reply;

/** One vendor's way to ask for an answer, and to be answered. Thread-safe. */
public interface Api {
  /**
   * Reads a request.
   *
   * @param incoming its headers and its JSON object
   * @throws CallException with what is wrong, where, and what to do, if it is no request
   */
  Asked read(Incoming incoming) throws CallException;

  /** Returns an error in the vendor's shape, without the headers that all vendors share. */
  Reply error(HttpFailure failure);
}

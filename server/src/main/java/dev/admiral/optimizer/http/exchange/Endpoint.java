package dev.admiral.optimizer.http.exchange;

/** Answers the requests of one path. Thread-safe; must not block. */
@FunctionalInterface
public interface Endpoint {
  /** Handles a request, which must be replied to once, now or later. */
  void handle(Exchange exchange);
}

package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.StreamFinished;
import dev.admiral.optimizer.v1.StreamResponse;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A streamed answer as it arrives: one {@code Started}, any number of {@code ContentDelta}, one
 * {@code Finished}. Read it as events (this iterator), as pieces of text ({@link #text}) or as one
 * whole ({@link #collect}).
 *
 * <p>A reader that is slow slows the sender: at most {@link AdmiralClient.Builder#streamWindow}
 * events wait here. A stream that breaks throws {@link AdmiralException} when the break is reached;
 * what was read until then is incomplete. One thread reads; any may close.
 */
public final class CompletionStream implements Iterator<StreamResponse>, AutoCloseable {
  private final MessageQueue<StreamResponse> queue;
  private @Nullable StreamResponse next;
  private @Nullable StreamFinished finished;
  private boolean begun;

  CompletionStream(MessageQueue<StreamResponse> queue) {
    this.queue = queue;
  }

  /**
   * Waits until the next event is here or the answer is complete.
   *
   * @throws AdmiralException if the stream failed
   */
  @Override
  public boolean hasNext() {
    if (next == null && finished == null) {
      next = fetch();
    }
    return next != null;
  }

  /**
   * Returns the next event, waiting for it.
   *
   * @throws AdmiralException if the stream failed
   */
  @Override
  public StreamResponse next() {
    if (!hasNext()) {
      throw new NoSuchElementException("The answer is complete.");
    }
    StreamResponse event = next;
    if (event == null) {
      throw new NoSuchElementException("The answer is complete.");
    }
    next = null;
    begun = true;
    if (event.hasFinished()) {
      finished = event.getFinished();
    }
    return event;
  }

  /**
   * Returns what is left of the text of the first candidate, piece by piece; can be gone through
   * once. Other events are passed over.
   */
  public Iterable<String> text() {
    return TextPieces::new;
  }

  /** Returns how the answer ended, once it was read to the end; empty before. */
  public Optional<StreamFinished> finished() {
    return Optional.ofNullable(finished);
  }

  /**
   * Reads what is left and returns how the answer ended.
   *
   * @throws AdmiralException if the stream failed
   */
  public StreamFinished finish() {
    while (hasNext()) {
      next();
    }
    StreamFinished end = finished;
    if (end == null) {
      throw new IllegalStateException("The stream was closed before its end.");
    }
    return end;
  }

  /**
   * Reads the whole stream and returns what {@code Complete} would have answered to the same
   * prompt.
   *
   * @throws AdmiralException if the stream failed
   * @throws IllegalStateException if some of it was read already
   */
  public CompleteResponse collect() {
    if (begun) {
      throw new IllegalStateException(
          "Part of the stream was read: collect a stream from its start.");
    }
    Assembly assembly = new Assembly();
    while (hasNext()) {
      assembly.add(next());
    }
    return assembly.response();
  }

  /** Cancels the call if it still runs; the server and the provider see the caller leave. */
  @Override
  public void close() {
    queue.cancel();
  }

  private @Nullable StreamResponse fetch() {
    StreamResponse event = queue.take();
    if (event == null) {
      throw Failures.unfinished();
    }
    return event;
  }

  private final class TextPieces implements Iterator<String> {
    private @Nullable String piece;

    @Override
    public boolean hasNext() {
      while (piece == null && CompletionStream.this.hasNext()) {
        StreamResponse event = CompletionStream.this.next();
        if (event.getDelta().hasText() && event.getDelta().getCandidateIndex() == 0) {
          piece = event.getDelta().getText().getText();
        }
      }
      return piece != null;
    }

    @Override
    public String next() {
      String text = hasNext() ? piece : null;
      if (text == null) {
        throw new NoSuchElementException("The answer is complete.");
      }
      piece = null;
      return text;
    }
  }
}

package dev.admiral.optimizer.http.dashboard;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.admiral.optimizer.http.exchange.EventBuffer;
import dev.admiral.optimizer.http.exchange.EventStream;
import dev.admiral.optimizer.v1.FleetEvent;
import dev.admiral.optimizer.v1.WatchEventsRequest;
import dev.admiral.optimizer.v1.WatchEventsResponse;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One browser that looks on. What it cannot take in time is not kept: of figures the latest, of
 * events the first so many of each second; the rest is counted and the count is shown. Thread-safe;
 * never blocks.
 */
final class LiveWatch implements ClientResponseObserver<WatchEventsRequest, WatchEventsResponse> {
  /** More than a person can read. */
  static final int EVENTS_A_SECOND = 100;

  @GuardedBy("this")
  private final Queue<FleetEvent> events = new ArrayDeque<>();

  @GuardedBy("this")
  private @Nullable EventStream stream;

  @GuardedBy("this")
  private @Nullable String snapshot;

  /** Why the stream ends; null while it goes on. */
  @GuardedBy("this")
  private @Nullable Status ending;

  /** Events that may come until the next figures. */
  @GuardedBy("this")
  private int welcome = EVENTS_A_SECOND;

  @GuardedBy("this")
  private long missed;

  @GuardedBy("this")
  private boolean sending;

  @GuardedBy("this")
  private boolean ended;

  @GuardedBy("this")
  private @Nullable ClientCallStreamObserver<WatchEventsRequest> source;

  @GuardedBy("this")
  private @Nullable Runnable onEnd;

  /** Names what to do once at the end; called before anything else. */
  synchronized void onEnd(Runnable action) {
    onEnd = action;
  }

  /** Begins to send. */
  void begin(EventStream to, String first) {
    synchronized (this) {
      stream = to;
    }
    snapshot(first);
  }

  /** Sends the figures of a second; what is not sent of an earlier one is forgotten. */
  void snapshot(String json) {
    synchronized (this) {
      snapshot = json;
      welcome = EVENTS_A_SECOND - events.size();
    }
    pump();
  }

  /** Ends the stream, which is told why. */
  void refuse(Status status) {
    synchronized (this) {
      if (ending == null) {
        ending = status;
      }
    }
    pump();
  }

  /** Ends the stream in good order. */
  void end() {
    refuse(Status.UNAVAILABLE.withDescription("this server is shutting down"));
  }

  /** The browser left. */
  void gone() {
    ClientCallStreamObserver<WatchEventsRequest> watched;
    Runnable action;
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      watched = source;
      action = onEnd;
    }
    if (watched != null) {
      watched.cancel("the browser left", null);
    }
    if (action != null) {
      action.run();
    }
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<WatchEventsRequest> call) {
    synchronized (this) {
      source = call;
    }
  }

  /** Says that events come from now on; of one who left before, none must. */
  void started() {
    ClientCallStreamObserver<WatchEventsRequest> useless;
    synchronized (this) {
      useless = ended ? source : null;
    }
    if (useless != null) {
      useless.cancel("the browser left", null);
    }
  }

  @Override
  public void onNext(WatchEventsResponse response) {
    synchronized (this) {
      if (ended) {
        return;
      }
      if (welcome > 0) {
        welcome--;
        events.add(response.getEvent());
      } else {
        missed++;
      }
    }
    pump();
  }

  @Override
  public void onError(Throwable cause) {
    refuse(Status.fromThrowable(cause));
  }

  @Override
  public void onCompleted() {
    end();
  }

  /** Sends what there is, unless the browser has yet to take what was sent before. */
  private void pump() {
    boolean last;
    synchronized (this) {
      EventStream open = stream;
      if (open == null || sending || ended) {
        return;
      }
      EventBuffer out = open.buffer();
      write(out);
      Status why = ending;
      last = why != null;
      if (why != null) {
        out.event(
            "refused",
            json -> {
              json.writeStartObject();
              json.writeStringField("error", BrowserReplies.sentence(why));
              json.writeEndObject();
            });
      } else if (out.size() == 0) {
        return;
      }
      sending = true;
      if (last) {
        open.end();
      } else {
        open.send(this::taken);
      }
    }
    if (last) {
      gone();
    }
  }

  @GuardedBy("this")
  private void write(EventBuffer out) {
    String figures = snapshot;
    if (figures != null) {
      snapshot = null;
      out.event("snapshot", json -> json.writeRawValue(figures));
    }
    for (FleetEvent event = events.poll(); event != null; event = events.poll()) {
      String text = JsonApi.json(event);
      out.event("happened", json -> json.writeRawValue(text));
    }
    if (missed > 0 && figures != null) {
      long count = missed;
      missed = 0;
      out.event(
          "missed",
          json -> {
            json.writeStartObject();
            json.writeNumberField("count", count);
            json.writeEndObject();
          });
    }
  }

  private void taken() {
    synchronized (this) {
      sending = false;
    }
    pump();
  }
}

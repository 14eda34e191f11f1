package dev.admiral.simulator;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * One accepted call, from its acceptance to its line on the invoice.
 *
 * <p>An exchange is a small machine that is driven by events: a timer of the {@link Wheel} is due,
 * a write completed, the caller closed the connection, a {@link Hold} was lifted. Events come from
 * any thread; each only sets a volatile flag and calls {@link #drive}. There, a counter lets one
 * thread in: it takes a step, and another as long as events came in meanwhile, so all other state
 * is touched by one thread at a time and needs no lock. A step never blocks: it writes what is due
 * and returns, and the completion of that write is the next event. No thread belongs to an
 * exchange, which is why ten thousand may be open.
 *
 * <p>The answer flows by the clock: the first frame is due after the model's time to first token,
 * every other after its tokens' time. Frames that are due together are written together, up to
 * {@link #BATCH}. A fault that breaks the answer is reached like a frame: what comes before it is
 * written and has left before it strikes.
 *
 * <p>Money: the line is settled once. A served call is entered just before its last write, so that
 * nobody can have the answer and not find the line; should that very write fail, the line is
 * replaced. A stream's end of transfer is a write of its own: a caller that has the last frame may
 * hang up before that write, and was served. Every other end enters its line when it strikes, with
 * the output generated until then.
 */
final class Exchange implements Callback {
  /** Bytes after which frames that are due are written, and the rest waits for the next write. */
  private static final int BATCH = 16 * 1024;

  private static final int FIRST_BUFFER = 1024;

  private final Engine engine;
  private final Response response;
  private final Callback completion;
  private final EndPoint endPoint;
  private final CloseWatch watch;
  private final Script script;
  private final Call call;
  private final boolean stream;

  /** The fault that breaks the answer, and after how many frames it does. */
  private final @Nullable Fault breaking;

  private final int breakAfter;
  private final @Nullable Hold hold;

  /** Nanoseconds per token, scaled; 0 when the answer flows at once. */
  private final long tokenNanos;

  private final Runnable wake = this::drive;

  // Set by events, on any thread.
  private final AtomicInteger steps = new AtomicInteger();
  private volatile boolean writing;
  private volatile boolean writeFailed;
  private volatile long clientClosedNanos;

  // Touched by one thread at a time, inside step().
  private final Bytes out = new Bytes(FIRST_BUFFER);
  private long due;
  private long wakeSetFor = Long.MIN_VALUE;
  private long frameTime;
  private int frames;
  private long generated;
  private long reasoned;
  private byte @Nullable [] rest;
  private boolean begun;
  private boolean striking;
  private boolean struck;
  private boolean stalled;
  private boolean holdAsked;
  private boolean holdPassed;
  private boolean lastSent;
  private boolean delivered;
  private boolean ended;
  private Outcome outcome = Outcome.SERVED;
  private Book.@Nullable Entry entry;

  /**
   * What the invoice says of a call apart from its end.
   *
   * @param requestId the id in the response's header
   * @param clientRequestId the caller's own id
   * @param operation {@code chat}, {@code messages} or {@code embeddings}
   * @param seed where the call's latencies are drawn from
   */
  record Call(
      String requestId,
      Optional<String> clientRequestId,
      String operation,
      Instant acceptTime,
      long seed) {}

  /** What there is to write now. */
  private enum Batch {
    /** The end of the answer. */
    LAST,
    /** What may be written before the fault strikes. */
    BEFORE_FAULT,
    /** What is due now. */
    DUE
  }

  Exchange(
      Engine engine,
      Request request,
      Response response,
      Callback completion,
      Script script,
      Call call,
      List<Fault> faults) {
    this.engine = engine;
    this.response = response;
    this.completion = completion;
    this.endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
    this.watch = new CloseWatch(endPoint, this::clientClosed);
    this.script = script;
    this.call = call;
    this.stream = script.ask.stream();
    this.hold = engine.holdOn(script.ask.model());
    this.holdPassed = hold == null;

    Latency latency = script.ask.model().latency();
    this.tokenNanos = (long) (latency.perTokenNanos(call.seed()) * engine.timeScale);
    long wait = (long) (latency.firstTokenNanos(call.seed()) * engine.timeScale);
    Fault breaks = null;
    for (Fault fault : faults) {
      engine.faultInjected(fault);
      if (fault instanceof Fault.SlowFirstToken(var delay)) {
        wait += delay.toNanos();
      } else {
        breaks = fault;
      }
    }
    this.breaking = breaks;
    this.breakAfter = after(breaks);
    long tokens = stream ? script.hiddenTokens() : script.answer.tokens().output();
    wait += tokens * tokenNanos;
    long now = engine.wheel.nanoTime();
    this.frameTime = now;
    this.due = now + wait;
  }

  private static int after(@Nullable Fault fault) {
    return switch (fault) {
      case Fault.Stall s -> s.after();
      case Fault.Cut c -> c.after();
      case Fault.Malformed m -> m.after();
      case Fault.ErrorInAnswer e -> e.after();
      case Fault.Reset r -> r.after();
      case null, default -> Integer.MAX_VALUE;
    };
  }

  void start() {
    engine.callAccepted(stream);
    ModelProfile model = script.ask.model();
    engine.listener.accepted(
        call.requestId(), call.clientRequestId(), model.provider(), model.name());
    drive();
  }

  // Events.

  private void clientClosed() {
    if (clientClosedNanos == 0) {
      clientClosedNanos = System.nanoTime();
    }
    drive();
  }

  /** A write completed. */
  @Override
  public void succeeded() {
    writing = false;
    drive();
  }

  /** A write failed. */
  @Override
  public void failed(Throwable cause) {
    writeFailed = true;
    writing = false;
    clientClosed();
  }

  @Override
  public InvocationType getInvocationType() {
    return InvocationType.NON_BLOCKING;
  }

  private void drive() {
    if (steps.getAndIncrement() == 0) {
      int seen = 1;
      do {
        while (step()) {
          // As long as there is something to do at once.
        }
        seen = steps.addAndGet(-seen);
      } while (seen != 0);
    }
  }

  // The machine.

  /** Does what can be done now; returns whether another step may follow at once. */
  private boolean step() {
    if (ended) {
      return false;
    }
    if (clientClosedNanos != 0 && !delivered && (!lastSent || writeFailed)) {
      end(stalled ? Outcome.STALLED : Outcome.CANCELLED);
      return false;
    }
    if (writing) {
      return false;
    }
    if (lastSent) {
      if (stream && !delivered) {
        delivered = true;
        out.clear();
        write(true);
      } else {
        finish();
      }
      return false;
    }
    long now = engine.wheel.nanoTime();
    if (due > now) {
      sleep();
      return false;
    }
    if (stalled) {
      return resume(now);
    }
    if (striking) {
      return strike(now);
    }
    if (!holdPassed && hold != null && frames >= hold.afterFrames()) {
      return pass(hold, now);
    }
    return produce(now);
  }

  /** Waits for what is due, watching the caller meanwhile. */
  private void sleep() {
    watch.arm();
    if (wakeSetFor != due) {
      wakeSetFor = due;
      engine.wheel.at(due, wake);
    }
  }

  private boolean pass(Hold by, long now) {
    boolean wait = holdAsked ? !by.isOpen() : by.enlist(wake);
    holdAsked = true;
    if (wait) {
      watch.arm();
      return false;
    }
    holdPassed = true;
    frameTime = now;
    return true;
  }

  private boolean produce(long now) {
    out.clear();
    Batch batch = stream ? frames(now) : body();
    striking = batch == Batch.BEFORE_FAULT;
    if (batch == Batch.LAST) {
      writeLast();
      return false;
    }
    if (out.size() == 0) {
      return true;
    }
    write(false);
    return false;
  }

  /** Writes the frames that are due. */
  private Batch frames(long now) {
    while (out.size() < BATCH) {
      int tokens = script.nextTokens();
      boolean breaksNow = !struck && breaking != null && (frames >= breakAfter || tokens < 0);
      if (breaksNow && !begun && breaking instanceof Fault.Reset) {
        return Batch.BEFORE_FAULT;
      }
      if (!begun) {
        begun = true;
        script.head(out);
      }
      if (breaksNow) {
        return Batch.BEFORE_FAULT;
      }
      if (tokens < 0) {
        script.tail(out);
        return Batch.LAST;
      }
      if (!holdPassed && hold != null && frames >= hold.afterFrames()) {
        return Batch.DUE;
      }
      if (frames == 0) {
        frameTime = now;
      } else if (tokenNanos > 0) {
        long at = frameTime + tokens * tokenNanos;
        if (at > now) {
          due = at;
          return Batch.DUE;
        }
        frameTime = at;
      }
      frame(tokens);
    }
    return Batch.DUE;
  }

  private void frame(int tokens) {
    if (frames == 0) {
      generated = script.hiddenTokens();
      reasoned = generated;
    }
    reasoned += script.nextIsReasoning() ? tokens : 0;
    generated += tokens;
    script.next(out);
    frames++;
  }

  /** Writes a whole answer, or the part of it that a fault lets pass. */
  private Batch body() {
    if (rest != null) {
      out.add(rest);
      return Batch.LAST;
    }
    if (breaking instanceof Fault.Reset(int after) && after == 0) {
      return Batch.BEFORE_FAULT;
    }
    begun = true;
    generated = script.answer.tokens().output();
    reasoned = script.answer.tokens().reasoning();
    script.whole(out);
    switch (breaking) {
      case Fault.Malformed m -> {
        outcome = Outcome.MALFORMED;
        out.truncate(out.size() - 2);
      }
      case Fault.ErrorInAnswer e -> {
        outcome = Outcome.ERROR_IN_ANSWER;
        out.clear();
        script.wholeError(out);
      }
      case Fault.Cut c -> {
        return half();
      }
      case Fault.Reset r -> {
        return half();
      }
      case Fault.Stall s -> {
        return half();
      }
      case null, default -> {}
    }
    return Batch.LAST;
  }

  private Batch half() {
    byte[] body = out.copy();
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    out.truncate(body.length / 2);
    rest = Arrays.copyOfRange(body, body.length / 2, body.length);
    return Batch.BEFORE_FAULT;
  }

  /** Everything before the fault has left: now it strikes. */
  private boolean strike(long now) {
    striking = false;
    struck = true;
    out.clear();
    switch (breaking) {
      case Fault.Reset r -> end(Outcome.RESET);
      case Fault.Stall s -> {
        stalled = true;
        due = now + s.resumeAfter().map(Duration::toNanos).orElse(engine.stallLimitNanos);
        return true;
      }
      case Fault.Malformed m -> {
        outcome = Outcome.MALFORMED;
        script.malformed(out);
        writeLast();
      }
      case Fault.ErrorInAnswer e -> {
        outcome = Outcome.ERROR_IN_ANSWER;
        script.error(out);
        writeLast();
      }
      case null, default -> end(Outcome.CUT);
    }
    return false;
  }

  private boolean resume(long now) {
    if (breaking instanceof Fault.Stall s && s.resumeAfter().isPresent()) {
      stalled = false;
      frameTime = now;
      return true;
    }
    end(Outcome.STALLED);
    return false;
  }

  private void writeLast() {
    lastSent = true;
    watch.release();
    entry = engine.book.enter(line(outcome));
    write(!stream);
  }

  private void write(boolean last) {
    writing = true;
    response.write(last, out.view(), this);
  }

  /** The answer, broken or not, was written to its end. */
  private void finish() {
    ended = true;
    engine.callEnded(stream, outcome);
    if (writeFailed) {
      endPoint.close();
      completion.failed(new EofException("The caller had its answer and hung up"));
    } else {
      completion.succeeded();
    }
    if (watch.spoiled()) {
      endPoint.close();
    }
    if (entry != null) {
      engine.listener.ended(entry.line());
    }
  }

  /** The connection ends before the answer does. */
  private void end(Outcome how) {
    ended = true;
    watch.release();
    if (hold != null) {
      hold.withdraw(wake);
    }
    InvoiceLine line = line(how);
    if (entry == null) {
      engine.book.enter(line);
    } else {
      engine.book.replace(entry, line);
    }
    if (how == Outcome.RESET) {
      resetOnClose();
    }
    endPoint.close();
    completion.failed(new EofException("The simulator ended the call: " + how));
    engine.callEnded(stream, how);
    engine.listener.ended(line);
  }

  /** Makes the close that follows send RST instead of FIN. */
  private void resetOnClose() {
    if (endPoint.getTransport() instanceof SocketChannel channel) {
      try {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      } catch (IOException e) {
        // The caller closed first, and there is nothing left to reset.
      }
    }
  }

  private InvoiceLine line(Outcome how) {
    boolean whole = how == Outcome.SERVED;
    ModelProfile model = script.ask.model();
    Tokens tokens = whole ? script.answer.tokens() : generatedSoFar();
    return new InvoiceLine(
        call.requestId(),
        call.clientRequestId(),
        model.provider(),
        model.name(),
        call.operation(),
        stream,
        Mix.hex(script.ask.hash(), 16),
        begun ? 200 : 0,
        how,
        whole && script.reportsUsage(),
        tokens,
        Prices.cost(model.prices(), tokens, call.acceptTime()),
        call.acceptTime(),
        clientClosedNanos == 0 ? OptionalLong.empty() : OptionalLong.of(clientClosedNanos));
  }

  /**
   * What the model has generated by now: what was sent, or of a whole answer, what time allowed.
   */
  private Tokens generatedSoFar() {
    Tokens all = script.answer.tokens();
    if (stream || begun || tokenNanos == 0) {
      return all.withOutput(generated, reasoned);
    }
    long left = Math.ceilDiv(Math.max(0, due - engine.wheel.nanoTime()), tokenNanos);
    long output = Math.max(0, all.output() - left);
    return all.withOutput(output, Math.min(output, all.reasoning()));
  }
}

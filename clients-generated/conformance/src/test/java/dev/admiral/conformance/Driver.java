package dev.admiral.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A running driver. Commands may be given by any thread; a thread of its own reads what comes. Once
 * it has died, every reply that is waited for is told so, with the last lines it wrote.
 */
final class Driver implements AutoCloseable {
  /** A driver may still be built when it is given its first command. */
  private static final Duration BUILD_LIMIT = Duration.ofMinutes(15);

  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
  private static final int SHOWN_LINES = 12;

  private final Process process;
  private final Path log;
  private final Writer commands;
  private final Map<Integer, Reply> replies = new ConcurrentHashMap<>();
  private int lastId;
  private volatile Optional<String> death = Optional.empty();

  private Driver(Process process, Path log) {
    this.process = process;
    this.log = log;
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
    Thread.ofPlatform().daemon().name("driver-reader").start(this::read);
  }

  /** What came for one command so far. Safe for use by many threads. */
  static final class Reply {
    private final ArrayNode messages = Contract.JSON.createArrayNode();
    private Optional<JsonNode> end = Optional.empty();

    private synchronized void add(JsonNode line) {
      if (line.has("event")) {
        messages.add(line.get("event"));
      } else if (line.has("piece")) {
        messages.add(line.get("piece"));
      } else {
        end = Optional.of(line);
      }
      notifyAll();
    }

    /** Waits until so many messages are here; returns the last line if the end came before. */
    synchronized Optional<JsonNode> awaitMessages(int count, Duration limit) {
      await(() -> messages.size() >= count || end.isPresent(), limit);
      return messages.size() < count ? end : Optional.empty();
    }

    /** Waits for the last line. */
    synchronized JsonNode awaitEnd(Duration limit) {
      await(() -> end.isPresent(), limit);
      return end.orElseThrow();
    }

    synchronized ArrayNode messages() {
      return messages.deepCopy();
    }

    private synchronized void await(BooleanSupplier met, Duration limit) {
      long deadline = System.nanoTime() + limit.toNanos();
      try {
        while (!met.getAsBoolean()) {
          long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
          if (left <= 0) {
            throw new AssertionError("The driver said nothing for " + limit.toSeconds() + " s.");
          }
          wait(left);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("Interrupted while a driver was waited for.", e);
      }
    }
  }

  /** Starts the driver of a client; building it may take minutes, and its first reply as long. */
  static Driver start(Language language) {
    try {
      Path log =
          Files.createDirectories(Checkout.target().resolve("drivers"))
              .resolve(language.name() + ".log");
      Process process =
          new ProcessBuilder(language.command())
              .directory(Checkout.file(".").toFile())
              .redirectError(log.toFile())
              .start();
      return new Driver(process, log);
    } catch (IOException e) {
      throw new UncheckedIOException("The driver of " + language.name() + " did not start.", e);
    }
  }

  /**
   * Waits until it has been built and obeys: it makes a client and closes it. One that died tells
   * so by its next reply.
   */
  void awaitReady() {
    ObjectNode open = Contract.JSON.createObjectNode();
    open.put("op", "open").put("client", "ready").put("address", "127.0.0.1:1");
    send(open).awaitEnd(BUILD_LIMIT);
    ObjectNode close = Contract.JSON.createObjectNode();
    close.put("op", "close").put("client", "ready");
    send(close).awaitEnd(BUILD_LIMIT);
  }

  /** Gives a command, and returns where its reply comes. */
  Reply send(ObjectNode command) {
    Reply reply = new Reply();
    synchronized (commands) {
      int id = ++lastId;
      command.put("id", id);
      replies.put(id, reply);
      try {
        commands.write(command + "\n");
        commands.flush();
      } catch (IOException e) {
        bury(e.getMessage());
      }
    }
    death.ifPresent(this::bury);
    return reply;
  }

  /** Closes its input, and ends it if it goes on. */
  @Override
  public void close() {
    try {
      commands.close();
    } catch (IOException gone) {
      // It died before; there is nothing to end.
    }
    try {
      if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new AssertionError("The driver did not end when its input did.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void read() {
    String cause = "it ended";
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode json = Contract.JSON.readTree(line);
        Reply reply = replies.get(json.path("id").asInt());
        if (reply == null) {
          throw new IOException("it replied to a command that nobody gave: " + Match.shown(json));
        }
        reply.add(json);
        if (!json.has("event") && !json.has("piece")) {
          replies.remove(json.path("id").asInt());
        }
      }
    } catch (JsonProcessingException e) {
      cause = "it wrote a line that is not JSON: " + e.getOriginalMessage();
    } catch (IOException e) {
      cause = String.valueOf(e.getMessage());
    }
    bury(cause);
  }

  private void bury(String cause) {
    death = Optional.of(cause);
    ObjectNode line = Contract.JSON.createObjectNode();
    line.put("dead", "The driver is gone: " + cause + "\n" + lastLines());
    replies.values().forEach(reply -> reply.add(line));
  }

  private String lastLines() {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join(
          "\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
    } catch (IOException e) {
      return "Its log cannot be read: " + e.getMessage();
    }
  }
}

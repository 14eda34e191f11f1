package dev.admiral.bench;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.CompletionStream;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.simulator.CallListener;
import dev.admiral.simulator.InvoiceLine;
import dev.admiral.simulator.Simulator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * From the last caller's leaving to the vendor's noticing that the connection is closed, over
 * random cases.
 */
final class CancelBenchmark implements Benchmark {
  private static final int CASES = 1_000;

  /** One call of each at a time, so that a line of the invoice tells by its model whose it is. */
  private static final List<String> MODELS =
      List.of(
          "gpt-6-sol",
          "gpt-6-luna",
          "gpt-6-astra",
          "gpt-5.6-sol",
          "gpt-5.6-terra",
          "gpt-5.6-luna",
          "gpt-5.5",
          "gpt-5.4",
          "gpt-5.4-mini",
          "gpt-5.4-nano",
          "gpt-5",
          "gpt-5-mini",
          "gpt-5-nano",
          "gpt-4.1",
          "gpt-4.1-mini",
          "gpt-4o",
          "gpt-4o-mini",
          "o3",
          "o4-mini");

  private static final double MOST_MILLIS = 300;
  private static final double GRACE_MILLIS = 150;

  @Override
  public List<Figure> run() throws Exception {
    BlockingQueue<String> accepted = new ArrayBlockingQueue<>(CASES);
    BlockingQueue<InvoiceLine> ended = new ArrayBlockingQueue<>(CASES);
    CallListener listener =
        new CallListener() {
          @Override
          public void accepted(
              String requestId, Optional<String> clientRequestId, String provider, String model) {
            accepted.add(requestId);
          }

          @Override
          public void ended(InvoiceLine line) {
            ended.add(line);
          }
        };
    try (Simulator simulator = Simulator.builder().timeScale(0).listener(listener).start();
        Child server = Child.admiral(simulator.uri().getAuthority());
        AdmiralClient admiral = Clients.of(server)) {
      Random random = new Random(3);
      List<Double> millis = new ArrayList<>(CASES);
      for (int batch = 0; millis.size() < CASES; batch++) {
        millis.addAll(batch(admiral, random, batch, accepted, ended));
      }
      Collections.sort(millis);
      double worst = millis.getLast();
      System.out.printf(
          "               %d cases: median %.0f ms, p99 %.0f ms, worst %.0f ms, of which %.0f ms"
              + " are the grace for joiners%n",
          millis.size(),
          millis.get(millis.size() / 2),
          millis.get(millis.size() * 99 / 100),
          worst,
          GRACE_MILLIS);
      return List.of(
          new Figure(
              "cancel",
              worst,
              "ms",
              GRACE_MILLIS,
              worst / GRACE_MILLIS,
              "connection closed within 300 ms in every case",
              worst <= MOST_MILLIS));
    }
  }

  /**
   * Leaves the callers of some calls in random order and returns how long after the last of each
   * the vendor noticed.
   */
  private static List<Double> batch(
      AdmiralClient admiral,
      Random random,
      int batch,
      BlockingQueue<String> accepted,
      BlockingQueue<InvoiceLine> ended)
      throws InterruptedException {
    List<List<CompletionStream>> calls = new ArrayList<>();
    for (String model : MODELS) {
      Prompt prompt =
          Prompts.of(
              "openai/" + model,
              "Case " + batch + " [[sim: tokens=9; fault=stall-after=" + random.nextInt(6) + "]]");
      List<CompletionStream> callers = new ArrayList<>();
      for (int c = 1 + random.nextInt(3); c > 0; c--) {
        callers.add(admiral.stream(prompt));
      }
      calls.add(callers);
    }
    for (int i = 0; i < MODELS.size(); i++) {
      if (accepted.poll(20, TimeUnit.SECONDS) == null) {
        throw new IllegalStateException("a call did not reach the simulator");
      }
    }
    Map<String, Long> left = new HashMap<>();
    for (int i = 0; i < MODELS.size(); i++) {
      calls.get(i).forEach(CompletionStream::close);
      left.put(MODELS.get(i), System.nanoTime());
    }
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < MODELS.size(); i++) {
      InvoiceLine line = ended.poll(20, TimeUnit.SECONDS);
      if (line == null || line.clientClosedNanos().isEmpty()) {
        throw new IllegalStateException("a call whose callers had left was not closed");
      }
      millis.add(
          (line.clientClosedNanos().getAsLong() - left.getOrDefault(line.model(), 0L)) / 1e6);
    }
    return millis;
  }
}

package dev.admiral.optimizer.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls among several servers, of which some come and go. */
@Timeout(60)
final class BalanceTest {
  private static final int ENOUGH = 50;

  /** A server and what it says of itself. */
  private static final class Replica {
    HealthStatusManager health = new HealthStatusManager();
    FakeServer server;

    Replica(int port) throws Exception {
      server = FakeServer.startOn(port, health.getHealthService());
    }

    int served() {
      return server.completes.size();
    }

    /** As a server is restarted: it says so, ends what runs, and comes back on its port. */
    void restart() throws Exception {
      int port = server.port();
      health.enterTerminalState();
      server.drain();
      health = new HealthStatusManager();
      server = FakeServer.startOn(port, health.getHealthService());
    }
  }

  private Replica one;
  private Replica two;
  private AdmiralClient client;

  @BeforeEach
  void start() throws Exception {
    one = new Replica(0);
    two = new Replica(0);
    client =
        AdmiralClient.builder()
            .address("127.0.0.1:" + one.server.port(), "127.0.0.1:" + two.server.port())
            .build();
  }

  @AfterEach
  void stop() {
    client.close();
    one.server.stop();
    two.server.stop();
  }

  @Test
  void servers_bothServing_shareTheCalls() {
    askUntilBothServed();
    int before = one.served();
    ask(ENOUGH);
    assertThat(one.served() - before).isEqualTo(ENOUGH / 2);
  }

  @Test
  void server_thatDoesNotServe_getsNoNewCallsUntilItDoes() {
    askUntilBothServed();
    one.health.setStatus("", ServingStatus.NOT_SERVING);
    askUntilOnlyServedBy(two);
    int before = one.served();
    ask(ENOUGH);
    assertThat(one.served()).isEqualTo(before);
    one.health.setStatus("", ServingStatus.SERVING);
    while (one.served() == before) {
      client.ask("fast", "hi");
    }
  }

  @Test
  void server_lost_isLeftAndFoundAgain() throws Exception {
    askUntilBothServed();
    int port = one.server.port();
    one.server.stop();
    ask(ENOUGH);
    one = new Replica(port);
    while (one.served() == 0) {
      client.ask("fast", "hi");
    }
  }

  @Test
  void servers_restartedOneAfterTheOther_loseNoCall() throws Exception {
    askUntilBothServed();
    AtomicBoolean done = new AtomicBoolean();
    List<CompletableFuture<Integer>> callers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      callers.add(
          CompletableFuture.supplyAsync(
              () -> {
                int answered = 0;
                for (; !done.get(); answered++) {
                  assertThat(client.ask("fast", "hi")).isEqualTo("hello");
                }
                return answered;
              },
              task -> new Thread(task).start()));
    }
    for (Replica replica : List.of(one, two, one, two)) {
      replica.restart();
      while (replica.served() == 0) {
        client.ask("fast", "hi");
      }
    }
    done.set(true);
    for (CompletableFuture<Integer> caller : callers) {
      assertThat(caller.get()).isPositive();
    }
  }

  @Test
  void servers_ofWhichNoneServes_areAskedAllTheSameUntilOneDoes() {
    askUntilBothServed();
    one.health.setStatus("", ServingStatus.NOT_SERVING);
    askUntilOnlyServedBy(two);
    two.health.setStatus("", ServingStatus.NOT_SERVING);
    AdmiralClient hasty = client.withRetry(RetryPolicy.NONE);
    int before = one.served();
    while (one.served() == before) {
      assertThat(hasty.ask("fast", "hi")).isEqualTo("hello");
    }
    two.health.setStatus("", ServingStatus.SERVING);
    askUntilOnlyServedBy(two);
  }

  @Test
  void servers_ofWhichOneIsGoneAndOneDoesNotServe_areAskedWhereTheyAre() {
    askUntilBothServed();
    one.health.setStatus("", ServingStatus.NOT_SERVING);
    askUntilOnlyServedBy(two);
    two.server.stop();
    int before = one.served();
    ask(ENOUGH);
    assertThat(one.served() - before).isEqualTo(ENOUGH);
  }

  private void ask(int times) {
    for (int i = 0; i < times; i++) {
      client.ask("fast", "hi");
    }
  }

  private void askUntilOnlyServedBy(Replica only) {
    for (int alone = 0; alone < ENOUGH; ) {
      int before = only.served();
      client.ask("fast", "hi");
      alone = only.served() > before ? alone + 1 : 0;
    }
  }

  private void askUntilBothServed() {
    while (one.served() == 0 || two.served() == 0) {
      client.ask("fast", "hi");
    }
  }
}

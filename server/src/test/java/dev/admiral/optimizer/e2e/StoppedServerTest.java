package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.CompletionStream;
import dev.admiral.optimizer.client.EventStream;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.WatchEventsRequest;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is told to stop while it is used. */
class StoppedServerTest {
  @TempDir Path folder;

  @Test
  void watchers_areToldAndDoNotHoldTheServer() {
    Harness harness = Harness.start();
    EventStream events = harness.client().events().watch(WatchEventsRequest.getDefaultInstance());
    harness.client().complete(Prompts.of("gpt-4o", "something happens"));
    assertThat(events.next().getEventId()).isNotEmpty();

    harness.stopServer();

    assertThatThrownBy(() -> events.forEachRemaining(event -> {}))
        .isInstanceOfSatisfying(
            AdmiralException.class,
            end -> assertThat(end.reason()).isEqualTo(ErrorReason.ERROR_REASON_SERVER_DRAINING));
    harness.close();
  }

  @Test
  void callLeftJustBeforeTheStop_isEnteredAllTheSame() throws Exception {
    Harness harness = Harness.start(folder, "");
    harness.simulator().hold("gpt-4o");
    CompletionStream stream = harness.client().stream(Prompts.of("gpt-4o", "left"));
    harness.awaitUpstream(1);

    stream.close();
    harness.stopServer();

    await().until(() -> harness.simulator().invoice().lines().size() == 1);
    try (Connection database =
            DriverManager.getConnection(
                "jdbc:sqlite:" + folder.resolve("data").resolve("main.db"));
        Statement statement = database.createStatement();
        ResultSet entries =
            statement.executeQuery("SELECT id, usage_estimated FROM ledger_entry")) {
      assertThat(entries.next()).isTrue();
      assertThat(entries.getString("id"))
          .isEqualTo(
              harness.simulator().invoice().lines().getFirst().clientRequestId().orElseThrow());
      assertThat(entries.getBoolean("usage_estimated")).isTrue();
      assertThat(entries.next()).isFalse();
    }
    harness.close();
  }
}

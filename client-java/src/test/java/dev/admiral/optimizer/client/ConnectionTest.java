package dev.admiral.optimizer.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import io.grpc.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a client connects, how the way is protected, and how it ends. */
final class ConnectionTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:1, 127.0.0.1:1",
    "localhost, localhost:50051",
    "[::1]:7, [::1]:7",
    "[::1], [::1]:50051",
    "' example.org:65535 ', example.org:65535",
  })
  void address_inAnyForm_isRead(String text, String read) {
    assertThat(Address.parse(text)).hasToString(read);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":1", "a:0", "a:65536", "a:b", "a:", "[::1", "[::1]7", "http://a:1"})
  void address_malformed_isRefusedInOneSentence(String text) {
    assertThatThrownBy(() -> AdmiralClient.builder().address(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + text + "\"")
        .hasMessageEndingWith("use 127.0.0.1:50051.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"example.org:1", "10.0.0.1", "[2001:db8::1]:1", "127.example.org"})
  void plaintext_beyondLoopback_isRefusedUnlessAllowed(String address) {
    AdmiralClient.Builder builder = AdmiralClient.builder().address("127.0.0.1:1", address);
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Prompts and keys would travel unencrypted to ")
        .hasMessageContaining("use tls(...)");
    builder.plaintextBeyondLoopback().build().close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "two words", "line\nbreak", "schlüssel"})
  void key_thatCannotTravel_isRefusedWithoutShowingIt(String key) {
    assertThatThrownBy(() -> AdmiralClient.builder().key(key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("The key is empty or holds spaces");
  }

  @Test
  void settings_outOfRange_areRefusedInOneSentence() {
    AdmiralClient.Builder builder = AdmiralClient.builder();
    assertThatThrownBy(() -> builder.deadline(Duration.ZERO))
        .hasMessage("deadline is PT0S: use more than zero.");
    assertThatThrownBy(() -> builder.maxMessageBytes(0))
        .hasMessage("maxMessageBytes is 0: use 1 or more.");
    assertThatThrownBy(() -> builder.agent("two words"))
        .hasMessage(
            "The agent \"two words\" is no name: use at most 128 letters, digits and"
                + " \"._:/@-\".");
    assertThatThrownBy(builder::address).hasMessageContaining("No address");
  }

  @Test
  void answer_largerThanAllowed_isTypedFailure() throws Exception {
    try (FakeServer server = FakeServer.start();
        AdmiralClient client = server.client().maxMessageBytes(1_000).build()) {
      server.onComplete =
          (request, answer) -> {
            answer.onNext(FakeServer.answer("x".repeat(2_000)));
            answer.onCompleted();
          };
      AdmiralException e =
          catchThrowableOfType(AdmiralException.class, () -> client.ask("fast", "hi"));
      assertThat(e.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }
  }

  @Test
  void close_whileCallsRun_endsThemAndAllLaterOnes() throws Exception {
    CountDownLatch arrived = new CountDownLatch(2);
    CountDownLatch left = new CountDownLatch(1);
    try (FakeServer server = FakeServer.start()) {
      server.onComplete = (request, answer) -> arrived.countDown();
      server.onStream =
          (request, answer) -> {
            answer.setOnCancelHandler(left::countDown);
            answer.onNext(FakeServer.started());
            arrived.countDown();
          };
      AdmiralClient client = server.client().build();
      CompletableFuture<CompleteResponse> answer =
          client.completeAsync(CompleteRequest.getDefaultInstance());
      CompletionStream stream = client.stream(Prompts.of("fast", "hi"));
      arrived.await();
      client.close();
      assertThatThrownBy(answer::get)
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("The client was closed.");
      AdmiralException broken = catchThrowableOfType(AdmiralException.class, stream::finish);
      assertThat(broken.reasonName()).isEqualTo("CALL_CANCELLED");
      AdmiralException late =
          catchThrowableOfType(AdmiralException.class, () -> client.ask("fast", "hi"));
      assertThat(late).hasMessage("The client was closed.");
      left.await();
      client.close();
    }
  }

  @Test
  void tls_withMissingFile_isRefusedNamingIt() {
    AdmiralClient.Builder builder =
        AdmiralClient.builder().tls(Tls.trusting(Path.of("no-such.pem")));
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("trusted certificates, no-such.pem, cannot be read");
  }
}

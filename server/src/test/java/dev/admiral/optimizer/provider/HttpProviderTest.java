package dev.admiral.optimizer.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.ModelTraits;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.call.VirtualTime;
import dev.admiral.optimizer.provider.assembly.Providers;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.Prompt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One try over real connections: every way it can end, and what each may cost. */
@Timeout(30)
class HttpProviderTest {
  private static final String PIECE =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"twelve chars\"}}]}\n\n";
  private static final String FINISH =
      "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
  private static final String USAGE =
      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":3}}\n\n";
  private static final String DONE = "data: [DONE]\n\n";
  private static final String WHOLE =
      "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"hello\"},\"finish_reason\":\"stop\"}],"
          + "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":3}}";

  /** The same as WHOLE, in Brotli. */
  private static final String BROTLI =
      "G5IAIIzDdKM9f4RwbVYR8e8t9QvJZloSfkjG0F7rsHT11cmB4yVN3lpby77YAw/chs9nBS71qJyYcX1pmWnCbwFlynqg"
          + "EuMJmhUVApt8sf0R5+51fv3ueIwEDwL7Dw==";

  /** The same as WHOLE, in Zstandard. */
  private static final String ZSTANDARD =
      "KLUv/SSTbQMA4scXGHBJ3KYaktoiDFpiCNeAgOqZMSe6AFVxCK0BdLMRqRS4s+Jhm7RKuxTiY9Cutvl3XS64yOHULHy0L0J4fm/F1jUfby3NyVx+R7Tr7I6Gwozpo7gnkKB5JrgzmtxjzgIDADnFKRh2XAhsBoDz/XY=";

  /** Blanks, in Brotli. */
  private static final String SIXTY_FOUR_MEGABYTES =
      "y///P/glQOKxQCD3/o///3/wSwDEYRGA7v0f////4JcAiMMCAN37P/7//8EvARCHBQC693/8//+DXwIgDgsAdO//+P//"
          + "B78EQBwWAOje//H//w9+CYA4LADQvf/L//8//BIAcVgAoHv/Bw==";

  /** Eight characters and the frame of a message. */
  private static final Prompt PROMPT = Prompts.ask("12345678");

  private static final long PROMPT_TOKENS = 6;

  private FakeVendor vendor;
  private Provider provider;

  @BeforeEach
  void start() throws IOException {
    vendor = new FakeVendor();
    provider = openAi(UnaryOperator.identity());
  }

  @AfterEach
  void stop() throws IOException {
    provider.close();
    vendor.close();
  }

  // Success.

  @Test
  void wholeAnswer_isTheReplyWithoutPieces() throws Exception {
    vendor.next(c ->
        c.respond(
            200,
            Map.of("Content-Type", "application/json", "X-Request-Id", "req_1"),
            WHOLE.getBytes(UTF_8)));
    List<ContentDelta> deltas = new ArrayList<>();
    Reply reply = provider.complete(call(false), deltas::add);
    assertThat(reply.completion().getMessage().getParts(0).getText().getText()).isEqualTo("hello");
    assertThat(reply.usage()).isEqualTo(Usage.reported(5, 3));
    assertThat(reply.requestId()).isEqualTo("req_1");
    assertThat(reply.httpStatus()).isEqualTo(200);
    assertThat(deltas).isEmpty();

    FakeVendor.Received request = vendor.taken();
    assertThat(request.path()).isEqualTo("/v1/chat/completions");
    assertThat(request.headers())
        .containsEntry("authorization", "Bearer secret-key")
        .containsEntry("x-client-request-id", "attempt-1")
        .containsEntry("content-type", "application/json")
        .containsEntry("x-team", "blue");
  }

  @Test
  void pieces_areGivenWhileTheStreamIsOpen() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    vendor.next(c -> {
      c.begin(Map.of());
      c.chunk(PIECE);
      await(seen);
      c.chunk(FINISH + USAGE + DONE);
      c.end();
    });
    Reply reply = provider.complete(call(true), delta -> seen.countDown());
    assertThat(reply.usage()).isEqualTo(Usage.reported(5, 3));
  }

  @Test
  void connection_isUsedAgainAfterWholeAnswersStreamsAndRefusals() throws Exception {
    vendor.next(c -> c.json(200, WHOLE));
    vendor.next(c -> c.events(PIECE + FINISH + USAGE + DONE));
    vendor.next(c -> c.json(429, "{}"));
    vendor.next(c -> c.json(200, WHOLE));
    provider.complete(call(false), d -> {});
    provider.complete(call(true), d -> {});
    failure(call(true));
    provider.complete(call(false), d -> {});
    assertThat(vendor.connections()).isEqualTo(1);
  }

  @Test
  void streamThatDoesNotEndAfterItsEndMark_isAReplyAndTheConnectionIsClosed() throws Exception {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    vendor.next(c -> {
      c.begin(Map.of());
      c.chunk(PIECE + FINISH + DONE);
      c.awaitClose();
      closed.complete(null);
    });
    Reply reply = provider.complete(call(true), d -> {});
    assertThat(reply.completion().getFinishReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
    closed.join();
  }

  @Test
  void answerWithoutUsage_isEstimated() throws Exception {
    vendor.next(c -> c.events(PIECE + FINISH + DONE));
    assertThat(provider.complete(call(true), d -> {}).usage())
        .isEqualTo(Usage.estimated(PROMPT_TOKENS, 3));
  }

  @Test
  void streamThatEndsAfterItsFinishReason_isComplete() throws Exception {
    vendor.next(c -> c.events(PIECE + FINISH));
    assertThat(provider.complete(call(true), d -> {}).completion().getFinishReason())
        .isEqualTo(FinishReason.FINISH_REASON_STOP);
  }

  @Test
  void wholeAnswer_inPlaceOfAStream_isTaken() throws Exception {
    vendor.next(c -> c.json(200, WHOLE));
    List<ContentDelta> deltas = new ArrayList<>();
    Reply reply = provider.complete(call(true), deltas::add);
    assertThat(reply.usage()).isEqualTo(Usage.reported(5, 3));
    assertThat(deltas).hasSize(1);
  }

  // Refusals.

  @Test
  void refusal_isNeverBillable() throws Exception {
    vendor.next(c ->
        c.respond(
            500,
            Map.of("Content-Type", "application/json", "x-request-id", "req_9"),
            "{\"error\":{\"message\":\"oops\"}}".getBytes(UTF_8)));
    ProviderException e = failure(call(true));
    assertThat(e.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_FAILED);
    assertThat(e.billable()).isEmpty();
    assertThat(e.requestId()).isEqualTo("req_9");
    assertThat(e.httpStatus()).isEqualTo(500);
  }

  @Test
  void redirect_isNotFollowed() throws Exception {
    vendor.next(c -> c.respond(307, Map.of("Location", "/elsewhere"), new byte[0]));
    ProviderException e = failure(call(false));
    assertThat(e.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_MALFORMED);
    assertThat(e.failure().message()).contains("redirect").contains("base URL");
  }

  @Test
  void pageInPlaceOfAnAnswer_isMalformedAndCostsNothing() throws Exception {
    for (boolean streamed : new boolean[] {false, true}) {
      vendor.next(c ->
          c.respond(
              200,
              Map.of("Content-Type", "text/html; charset=utf-8"),
              "<html>secret</html>".getBytes(UTF_8)));
      ProviderException e = failure(call(streamed));
      assertThat(e.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_MALFORMED);
      assertThat(e.failure().message()).contains("HTML").doesNotContain("secret");
      assertThat(e.billable()).isEmpty();
    }
  }

  // Broken before an answer.

  @Test
  void refusedConnection_isUnreachableAndCostsNothing() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    try (Closing other = at(URI.create("http://127.0.0.1:" + port))) {
      ProviderException e = failure(other.provider, call(true));
      assertThat(e.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_UNREACHABLE);
      assertThat(e.billable()).isEmpty();
      assertThat(e.httpStatus()).isZero();
    }
  }

  @Test
  void unknownHost_isUnreachable() throws Exception {
    try (Closing other = at(URI.create("http://no-such-host.invalid/v1"))) {
      assertThat(failure(other.provider, call(true)).failure().reason())
          .isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_UNREACHABLE);
    }
  }

  @Test
  void resetBeforeAStatus_mayBeBilled() throws Exception {
    vendor.next(FakeVendor.Connection::reset);
    ProviderException e = failure(call(true));
    assertThat(e.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_FAILED);
    assertThat(e.billable()).contains(Usage.estimated(PROMPT_TOKENS, 0));
  }

  @Test
  void somethingThatIsNoHttp_isAFailure() throws Exception {
    vendor.next(c -> {
      c.raw("SSH-2.0-OpenSSH\r\n\r\n");
      c.hangUp();
    });
    assertThat(failure(call(true)).failure()).isInstanceOf(Failure.Broken.class);
  }

  @Test
  void noAnswerInTime_isATimeoutThatMayBeBilled() throws Exception {
    try (Closing hasty = with(s -> s.firstPieceTimeout(Duration.ofMillis(50)))) {
      vendor.always(FakeVendor.Connection::awaitClose);
      ProviderException e = failure(hasty.provider, call(true));
      assertThat(e.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_TIMEOUT);
      assertThat(e.billable()).contains(Usage.estimated(PROMPT_TOKENS, 0));
    }
  }

  @Test
  void commentsOnly_areNoFirstPiece() throws Exception {
    try (Closing hasty = with(s -> s.firstPieceTimeout(Duration.ofMillis(100)))) {
      vendor.always(c -> {
        c.begin(Map.of());
        while (true) {
          c.chunk(": PROCESSING\n\n");
        }
      });
      assertThat(failure(hasty.provider, call(true)).failure().reason())
          .isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_TIMEOUT);
    }
  }

  @Test
  void patienceOfTheCall_boundsTheFirstPieceInBothForms() throws Exception {
    vendor.always(FakeVendor.Connection::awaitClose);
    for (boolean streamed : List.of(false, true)) {
      ProviderException e =
          failure(
              new ProviderCall(
                  "attempt-1", "m", PROMPT, streamed, ModelTraits.UNKNOWN, Duration.ofMillis(100)));
      assertThat(e.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_TIMEOUT);
      assertThat(e.failure().message()).contains("100 ms");
      assertThat(e.failure().unhealthy()).as("the provider's own bound is longer").isFalse();
    }
  }

  /** Pings, and a block of thinking that is opened, say that the model works. */
  @Test
  void signOfWork_putsOffTheEndOfTheWait() throws Exception {
    String start =
        "data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":1}}}\n\n";
    String thinks =
        "data:"
            + " {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"thinking\"}}\n\n";
    String answer =
        "data:"
            + " {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"text\",\"text\":\"hi\"}}\n\n"
            + "data:"
            + " {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":5}}\n\n"
            + "data: {\"type\":\"message_stop\"}\n\n";
    ProviderSettings settings =
        ProviderSettings.builder("vendor", Dialect.ANTHROPIC, vendor.address("/v1"))
            .firstPieceTimeout(Duration.ofMillis(300))
            .build();
    try (Closing anthropic = new Closing(Providers.create(settings, Time.SYSTEM))) {
      for (String sign : List.of("event: ping\ndata: {\"type\": \"ping\"}\n\n", thinks)) {
        vendor.next(c -> {
          c.begin(Map.of());
          c.chunk(start + sign);
          LockSupport.parkNanos(Duration.ofMillis(600).toNanos());
          c.chunk(answer);
          c.end();
        });
        // Who thinks is waited for longer than a call that could go elsewhere would.
        ProviderCall call =
            new ProviderCall(
                "attempt-1",
                "m",
                PROMPT,
                true,
                ModelTraits.UNKNOWN,
                sign.equals(thinks) ? Duration.ofMillis(300) : Duration.ofSeconds(20));
        assertThat(anthropic.provider.complete(call, d -> {}).usage())
            .isEqualTo(Usage.reported(1, 5));
      }
    }
  }

  @Test
  void allConnectionsInUse_isALimitOfOurs() throws Exception {
    try (Closing narrow = with(s -> s.maxConnections(1).connectionWait(Duration.ofMillis(20)))) {
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch enough = new CountDownLatch(1);
      vendor.next(c -> {
        begun.countDown();
        await(enough);
        c.json(200, WHOLE);
      });
      Thread first = Thread.ofVirtual().start(() -> ignore(narrow.provider));
      begun.await();
      ProviderException e = failure(narrow.provider, call(false));
      enough.countDown();
      first.join();
      assertThat(e.failure()).isInstanceOf(Failure.LimitReached.class);
      assertThat(e.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_CONCURRENCY_LIMITED);
      assertThat(e.failure().retryAfter()).isPositive();
      assertThat(e.billable()).isEmpty();
    }
  }

  // Broken answers.

  @Test
  void streamCutBeforeItsFirstPiece_isBrokenAndMayBeBilled() throws Exception {
    vendor.next(c -> {
      c.begin(Map.of());
      c.hangUp();
    });
    ProviderException e = failure(call(true));
    assertThat(e.failure()).isInstanceOf(Failure.Broken.class);
    assertThat(e.billable()).contains(Usage.estimated(PROMPT_TOKENS, 0));
  }

  @Test
  void streamCutAfterItsFirstPiece_isABrokenStreamWithTheOutputSoFar() throws Exception {
    for (FakeVendor.Script script :
        List.<FakeVendor.Script>of(
            FakeVendor.Connection::hangUp,
            FakeVendor.Connection::reset,
            FakeVendor.Connection::end,
            c -> {
              c.chunk("data: {\"choices\":[{\"ind");
              c.end();
            },
            c -> {
              c.chunk("data: nonsense\n\n");
              c.end();
            },
            c -> {
              c.chunk("data: {\"error\":{\"message\":\"overloaded\",\"code\":503}}\n\n" + DONE);
              c.end();
            },
            c -> {
              c.chunk("event: error\ndata: {\"what\":\"ever\"}\n\n");
              c.end();
            })) {
      vendor.next(c -> {
        c.begin(Map.of());
        c.chunk(PIECE);
        script.answer(c);
      });
      ProviderException e = failure(call(true));
      assertThat(e.failure()).isInstanceOf(Failure.StreamBroken.class);
      assertThat(e.billable()).contains(Usage.estimated(PROMPT_TOKENS, 3));
      assertThat(e.httpStatus()).isEqualTo(200);
    }
  }

  @Test
  void errorInPlaceOfAnAnswer_isClassifiedAndMayBeBilled() throws Exception {
    String error = "{\"error\":{\"message\":\"x\",\"type\":\"overloaded_error\"}}";
    vendor.next(c -> c.json(200, error));
    assertThat(failure(call(false)).failure()).isInstanceOf(Failure.Overloaded.class);
    vendor.next(c -> c.events("data: " + error + "\n\n" + DONE));
    ProviderException e = failure(call(true));
    assertThat(e.failure()).isInstanceOf(Failure.Overloaded.class);
    assertThat(e.billable()).contains(Usage.estimated(PROMPT_TOKENS, 0));
  }

  @Test
  void eventNamedAnError_isOneWhateverItsData() throws Exception {
    for (String data : List.of("upstream went away", "[DONE]", "{\"choices\":[]}")) {
      vendor.next(c -> c.events("event: error\ndata: " + data + "\n\n"));
      ProviderException e = failure(call(true));
      assertThat(e.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_FAILED);
      assertThat(e.failure().message()).contains("reported an error");
      assertThat(e.billable()).contains(Usage.estimated(PROMPT_TOKENS, 0));
    }
  }

  @Test
  void streamOfNothingButItsEndMark_isMalformedAndMayBeBilled() throws Exception {
    String message = "data: {\"type\":\"message_start\",\"message\":{}}\n\n";
    String stop = "data: {\"type\":\"message_stop\"}\n\n";
    try (Closing anthropic = anthropic()) {
      for (String stream : List.of(DONE, stop, message + stop, message + DONE)) {
        vendor.next(c -> c.events(stream));
        assertMalformed(failure(anthropic.provider, call(true)));
      }
    }
    for (String stream : List.of(DONE, "data: {\"choices\":[]}\n\n" + DONE)) {
      vendor.next(c -> c.events(stream));
      assertMalformed(failure(call(true)));
    }
  }

  @Test
  void pieceOfAnotherKindThanItsPart_isMalformedAndMayBeBilled() throws Exception {
    String start =
        "data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":10}}}\n\n";
    String block =
        "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":"
            + "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"lookup\",\"input\":{}}}\n\n";
    String text =
        "data: {\"type\":\"content_block_delta\",\"index\":0,"
            + "\"delta\":{\"type\":\"text_delta\",\"text\":\"x\"}}\n\n";
    try (Closing anthropic = anthropic()) {
      vendor.next(c -> c.events(start + block + text));
      ProviderException e = failure(anthropic.provider, call(true));
      assertThat(e.failure()).isInstanceOf(Failure.StreamBroken.class);
      assertThat(e.failure().message()).contains("TEXT").contains("TOOL_CALL");
      assertThat(e.billable()).contains(Usage.estimated(10, 2));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1000000001", "9223372036854775807", "1e300", "1e999"})
  void usageNoModelCouldReach_isAsNoneAndTheAnswerIsGood(String count) throws Exception {
    Usage ours = Usage.estimated(PROMPT_TOKENS, 3);
    String start = "data: {\"type\":\"message_start\",\"message\":{\"usage\":%s}}\n\n";
    String text =
        "data: {\"type\":\"content_block_start\",\"index\":0,"
            + "\"content_block\":{\"type\":\"text\",\"text\":\"twelve chars\"}}\n\n";
    String end =
        "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},"
            + "\"usage\":{\"output_tokens\":%s}}\n\ndata: {\"type\":\"message_stop\"}\n\n";
    String input = "{\"input_tokens\":10,\"output_tokens\":1}";
    String garbled = "{\"input_tokens\":10,\"cache_read_input_tokens\":" + count + "}";
    try (Closing anthropic = anthropic()) {
      vendor.next(c -> c.events(start.formatted(input) + text + end.formatted(count)));
      assertThat(anthropic.provider.complete(call(true), d -> {}).usage())
          .isEqualTo(Usage.estimated(10, 3));
      vendor.next(c -> c.events(start.formatted(garbled) + text + end.formatted("9")));
      assertThat(anthropic.provider.complete(call(true), d -> {}).usage()).isEqualTo(ours);
      vendor.next(c ->
          c.json(
              200,
              "{\"content\":[{\"type\":\"text\",\"text\":\"twelve chars\"}],"
                  + "\"stop_reason\":\"end_turn\",\"usage\":"
                  + garbled.replace("}", ",\"output_tokens\":3}")
                  + "}"));
      assertThat(anthropic.provider.complete(call(false), d -> {}).usage()).isEqualTo(ours);
    }
    for (String usage :
        List.of(
            "{\"prompt_tokens\":" + count + ",\"completion_tokens\":3}",
            "{\"prompt_tokens\":5,\"completion_tokens\":" + count + "}",
            "{\"prompt_tokens\":5,\"completion_tokens\":3,\"prompt_tokens_details\":{"
                + "\"cached_tokens\":"
                + count
                + "}}")) {
      vendor.next(c ->
          c.events(PIECE + FINISH + "data: {\"choices\":[],\"usage\":" + usage + "}\n\n" + DONE));
      assertThat(provider.complete(call(true), d -> {}).usage()).as(usage).isEqualTo(ours);
    }
  }

  @Test
  void usageOfABillionTokens_isBelieved() throws Exception {
    vendor.next(c -> c.events(PIECE + FINISH + USAGE.replace("5", "1000000000") + DONE));

    assertThat(provider.complete(call(true), d -> {}).usage())
        .isEqualTo(Usage.reported(1_000_000_000, 3));
  }

  @Test
  void faultOfOursWhileReading_breaksTheTryWhichMayBeBilled() throws Exception {
    vendor.next(c -> c.events(PIECE + FINISH + DONE));
    ProviderException e =
        catchThrowableOfType(
            ProviderException.class,
            () ->
                provider.complete(
                    call(true),
                    piece -> {
                      throw new IllegalStateException(piece.getText().getText());
                    }));
    assertThat(e.failure()).isInstanceOf(Failure.StreamBroken.class);
    assertThat(e.failure().message()).doesNotContain("twelve chars");
    assertThat(e.billable()).contains(Usage.estimated(PROMPT_TOKENS, 3));
  }

  private static void assertMalformed(ProviderException e) {
    assertThat(e.failure()).isInstanceOf(Failure.Broken.class);
    assertThat(e.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_MALFORMED);
    assertThat(e.failure().message()).contains("does not keep to its protocol");
    assertThat(e.billable()).contains(Usage.estimated(PROMPT_TOKENS, 0));
  }

  @Test
  void brokenStreamWhoseUsageHadCome_isBilledAsReported() throws Exception {
    vendor.next(c -> {
      c.begin(Map.of());
      c.chunk(PIECE + FINISH + USAGE);
      c.hangUp();
    });
    ProviderException e = failure(call(true));
    assertThat(e.failure()).isInstanceOf(Failure.StreamBroken.class);
    assertThat(e.billable()).contains(Usage.reported(5, 3));
  }

  @Test
  void wholeAnswerCutInTheMiddle_isBroken() throws Exception {
    vendor.next(c -> {
      c.raw(
          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n"
              + WHOLE);
      c.hangUp();
    });
    ProviderException e = failure(call(false));
    assertThat(e.failure()).isInstanceOf(Failure.Broken.class);
    assertThat(e.billable()).contains(Usage.estimated(PROMPT_TOKENS, 0));
  }

  @Test
  void silenceInAStream_breaksIt() throws Exception {
    try (Closing hasty = with(s -> s.silenceTimeout(Duration.ofMillis(50)))) {
      vendor.next(c -> {
        c.begin(Map.of());
        c.chunk(PIECE);
        c.awaitClose();
      });
      ProviderException e = failure(hasty.provider, call(true));
      assertThat(e.failure()).isInstanceOf(Failure.StreamBroken.class);
      assertThat(e.failure().message()).contains("50 ms");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {": x\n\n", "data:\n\n", "data: \n\n", "event: tick\n\n", "\n"})
  void nothingThatMattersInAStream_isSilence(String noise) throws Exception {
    try (Closing hasty = with(s -> s.silenceTimeout(Duration.ofMillis(100)))) {
      vendor.next(c -> {
        c.begin(Map.of());
        c.chunk(PIECE);
        while (true) {
          c.chunk(noise);
        }
      });
      ProviderException e = failure(hasty.provider, call(true));
      assertThat(e.failure()).isInstanceOf(Failure.StreamBroken.class);
      assertThat(e.failure().message()).contains("silent", "100 ms");
    }
  }

  @Test
  void statusWithoutABody_isNotWaitedFor() throws Exception {
    vendor.next(c -> {
      c.raw("HTTP/1.1 204 No Content\r\n\r\n");
      c.awaitClose();
    });
    assertThat(failure(call(true)).failure().reason())
        .isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_MALFORMED);
  }

  @Test
  void headThatDrips_isNotWaitedForLongerThanTheFirstToken() throws Exception {
    try (Closing hasty = with(s -> s.firstPieceTimeout(Duration.ofMillis(300)))) {
      vendor.next(c -> {
        c.raw("HTTP/1.1 200 OK\r\n");
        while (true) {
          c.raw("x-drop: 1\r\n");
          LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
      });
      assertThat(failure(hasty.provider, call(true)).failure()).isInstanceOf(Failure.Silent.class);
    }
  }

  @Test
  void pingsBeforeTheMessage_areNoSignOfWork() throws Exception {
    try (Closing hasty =
        new Closing(
            Providers.create(
                ProviderSettings.builder("vendor", Dialect.ANTHROPIC, vendor.address("/v1"))
                    .firstPieceTimeout(Duration.ofMillis(200))
                    .build(),
                Time.SYSTEM))) {
      vendor.next(c -> pingForEver(c, ""));
      ProviderException e = failure(hasty.provider, call(true));
      assertThat(e.failure()).isInstanceOf(Failure.Silent.class);
      assertThat(e.failure().message()).contains("200 ms");
    }
  }

  @Test
  void pingsBehindTheMessage_areWorkWithinThePatience() throws Exception {
    ProviderCall patient =
        new ProviderCall(
            "attempt-1", "m", PROMPT, true, ModelTraits.UNKNOWN, Duration.ofMillis(600));
    String start =
        "data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":1}}}\n\n";
    try (Closing hasty =
        new Closing(
            Providers.create(
                ProviderSettings.builder("vendor", Dialect.ANTHROPIC, vendor.address("/v1"))
                    .firstPieceTimeout(Duration.ofMillis(200))
                    .build(),
                Time.SYSTEM))) {
      vendor.next(c -> pingForEver(c, start));
      ProviderException e = failure(hasty.provider, patient);
      assertThat(e.failure()).isInstanceOf(Failure.Silent.class);
      assertThat(e.failure().message()).contains("was at work and gave no token in time");
    }
  }

  private static void pingForEver(FakeVendor.Connection c, String before) throws IOException {
    c.begin(Map.of());
    c.chunk(before);
    while (true) {
      c.chunk("event: ping\ndata: {\"type\":\"ping\"}\n\n");
    }
  }

  /** More time than three silences, by a clock that goes on whenever it is looked at. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "data: [WAIT]\n\n",
        "data: ping\n\n",
        "event: ping\n\n",
        "event: ping\ndata:\n\n",
        "event: ping\ndata: {\"type\":\"ping\"}\n\n"
      })
  void wordInAStream_isASignOfLife(String word) throws Exception {
    VirtualTime time = new VirtualTime();
    Time hasty =
        new Time() {
          @Override
          public long nanos() {
            time.advance(Duration.ofSeconds(4));
            return time.nanos();
          }

          @Override
          public Instant now() {
            return time.now();
          }

          @Override
          public void sleep(Duration duration) throws InterruptedException {
            time.sleep(duration);
          }
        };
    ProviderSettings settings =
        ProviderSettings.builder("vendor", Dialect.OPENAI, vendor.address("/v1"))
            .silenceTimeout(Duration.ofSeconds(10))
            .build();
    vendor.next(c -> {
      c.begin(Map.of());
      c.chunk(PIECE);
      for (int i = 0; i < 5; i++) {
        c.chunk(word);
        c.chunk(": x\n\n");
      }
      c.chunk(FINISH + USAGE + DONE);
      c.end();
    });
    try (Closing slow = new Closing(Providers.create(settings, hasty))) {
      assertThat(slow.provider.complete(call(true), d -> {}).usage())
          .isEqualTo(Usage.reported(5, 3));
    }
  }

  @Test
  void answerLargerThanAllowed_isGivenUp() throws Exception {
    try (Closing small = with(s -> s.maxAnswerBytes(1_000))) {
      vendor.next(c -> c.json(200, "{\"x\":\"" + "x".repeat(2_000) + "\"}"));
      ProviderException e = failure(small.provider, call(false));
      assertThat(e.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_MALFORMED);
      assertThat(e.failure().message()).contains("1000 bytes");
    }
  }

  @Test
  void anthropicStreamWithoutItsStop_isBrokenThoughItsUsageHadCome() throws Exception {
    String stream =
        """
        data: {"type":"message_start","message":{"usage":{"input_tokens":10,"output_tokens":1}}}

        data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"twelve chars"}}

        data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}

        """;
    try (Closing anthropic = anthropic()) {
      vendor.next(c -> c.events(stream));
      ProviderException e = failure(anthropic.provider, call(true));
      assertThat(e.failure()).isInstanceOf(Failure.StreamBroken.class);
      assertThat(e.billable()).contains(Usage.reported(10, 9));

      vendor.next(
          c -> c.events(stream.substring(0, stream.indexOf("data: {\"type\":\"message_d"))));
      e = failure(anthropic.provider, call(true));
      assertThat(e.billable()).contains(Usage.estimated(10, 3));

      vendor.next(c -> c.events(stream + "data: {\"type\":\"message_stop\"}\n\n"));
      assertThat(anthropic.provider.complete(call(true), d -> {}).usage())
          .isEqualTo(Usage.reported(10, 9));
    }
  }

  @Test
  void usageNotSaidInFull_isEstimatedNeverZero() throws Exception {
    String start = "data: {\"type\":\"message_start\",\"message\":{%s}}\n\n";
    String text =
        "data: {\"type\":\"content_block_start\",\"index\":0,"
            + "\"content_block\":{\"type\":\"text\",\"text\":\"twelve chars\"}}\n\n";
    String delta =
        "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}%s}\n\n";
    String stop = "data: {\"type\":\"message_stop\"}\n\n";
    String input = "\"usage\":{\"input_tokens\":10,\"output_tokens\":1}";
    String output = ",\"usage\":{\"output_tokens\":9}";
    Usage ours = Usage.estimated(PROMPT_TOKENS, 3);
    Map<String, Usage> complete =
        Map.of(
            start.formatted("") + text + delta.formatted("") + stop, ours,
            start.formatted("\"usage\":null") + text + delta.formatted("") + stop, ours,
            start.formatted("\"usage\":{}") + text + delta.formatted(output) + stop, ours,
            start.formatted(input) + text + delta.formatted("") + stop, Usage.estimated(10, 3),
            start.formatted(input) + text + delta.formatted(output) + stop, Usage.reported(10, 9));
    Map<String, Usage> broken =
        Map.of(
            start.formatted("") + text, ours,
            start.formatted("\"usage\":{}") + text + delta.formatted(output), ours,
            start.formatted(input) + text + delta.formatted(""), Usage.estimated(10, 3));
    try (Closing anthropic = anthropic()) {
      for (var stream : complete.entrySet()) {
        vendor.next(c -> c.events(stream.getKey()));
        assertThat(anthropic.provider.complete(call(true), d -> {}).usage())
            .as(stream.getKey())
            .isEqualTo(stream.getValue());
      }
      for (var stream : broken.entrySet()) {
        vendor.next(c -> c.events(stream.getKey()));
        assertThat(failure(anthropic.provider, call(true)).billable())
            .as(stream.getKey())
            .contains(stream.getValue());
      }
      String content = "\"content\":[{\"type\":\"text\",\"text\":\"twelve chars\"}]";
      for (String usage : List.of("", ",\"usage\":{}", output)) {
        vendor.next(c -> c.json(200, "{" + content + usage + "}"));
        assertThat(anthropic.provider.complete(call(false), d -> {}).usage()).isEqualTo(ours);
      }
    }
    for (String usage :
        List.of("null", "{}", "{\"prompt_tokens\":null}", "{\"completion_tokens\":0}")) {
      vendor.next(c ->
          c.events(PIECE + FINISH + "data: {\"choices\":[],\"usage\":" + usage + "}\n\n" + DONE));
      assertThat(provider.complete(call(true), d -> {}).usage()).as(usage).isEqualTo(ours);
    }
  }

  @Test
  void vectorsWithoutACount_areEstimated() throws Exception {
    for (String usage : List.of("{}", "{\"prompt_tokens\":null}", "{\"prompt_tokens\":1e15}")) {
      vendor.next(
          c -> c.json(200, "{\"data\":[{\"index\":0,\"embedding\":[1]}],\"usage\":" + usage + "}"));
      assertThat(
              provider
                  .embed(
                      new VectorCall(
                          "a",
                          "m",
                          List.of("12345678"),
                          OptionalInt.empty(),
                          ProviderCall.UNBOUNDED))
                  .usage())
          .isEqualTo(Usage.estimated(2, 0));
    }
  }

  // Interruption.

  @Test
  void interruptionBeforeSending_isAnInterruption() throws Exception {
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          Thread.currentThread().interrupt();
          thrown.complete(outcome(provider));
        });
    assertThat(thrown.join()).isInstanceOf(InterruptedException.class);
  }

  @Test
  void interruptionAtAnyPoint_closesTheConnectionAndMayBeBilled() throws Exception {
    for (FakeVendor.Script before :
        List.<FakeVendor.Script>of(
            c -> {},
            c -> c.begin(Map.of()),
            c -> {
              c.begin(Map.of());
              c.chunk(PIECE);
            })) {
      CountDownLatch waiting = new CountDownLatch(1);
      CompletableFuture<Void> closed = new CompletableFuture<>();
      vendor.next(c -> {
        before.answer(c);
        waiting.countDown();
        c.awaitClose();
        closed.complete(null);
      });
      CompletableFuture<Throwable> thrown = new CompletableFuture<>();
      Thread call = Thread.ofVirtual().start(() -> thrown.complete(outcome(provider)));
      waiting.await();
      call.interrupt();
      closed.join();
      assertThat(thrown.join())
          .isInstanceOfSatisfying(
              ProviderException.class,
              e -> {
                assertThat(e.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_CALL_CANCELLED);
                assertThat(e.billable()).isPresent();
              });
    }
  }

  @Test
  void interruptionOfAStreamThatNeverPauses_isNoticed() throws Exception {
    CountDownLatch flowing = new CountDownLatch(3);
    vendor.next(c -> {
      c.begin(Map.of());
      while (true) {
        c.chunk(PIECE);
      }
    });
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread call =
        Thread.ofVirtual()
            .start(() -> {
              try {
                provider.complete(call(true), d -> flowing.countDown());
              } catch (ProviderException | InterruptedException e) {
                thrown.complete(e);
              }
            });
    flowing.await();
    call.interrupt();
    assertThat(thrown.join()).isInstanceOf(ProviderException.class);
  }

  @Test
  void interruptionOnceTheAnswerIsComplete_givesTheReplyAndKeepsTheFlag() throws Exception {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    vendor.next(c -> {
      c.begin(Map.of());
      c.chunk(PIECE + FINISH + USAGE + DONE);
      c.awaitClose();
      closed.complete(null);
    });
    CompletableFuture<Reply> reply = new CompletableFuture<>();
    CompletableFuture<Boolean> flag = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            // What is left was read with this piece, but for the connection's end.
            reply.complete(
                provider.complete(call(true), piece -> Thread.currentThread().interrupt()));
          } catch (ProviderException | InterruptedException e) {
            reply.completeExceptionally(e);
          }
          flag.complete(Thread.interrupted());
        });
    assertThat(reply.join().usage()).isEqualTo(Usage.reported(5, 3));
    assertThat(reply.join().completion().getFinishReason())
        .isEqualTo(FinishReason.FINISH_REASON_STOP);
    assertThat(flag.join()).isTrue();
    closed.join();
    vendor.next(c -> c.json(200, WHOLE));
    assertThat(provider.complete(call(false), d -> {}).usage()).isEqualTo(Usage.reported(5, 3));
  }

  @Test
  void providerClosedOnceTheAnswerIsComplete_givesTheReply() throws Exception {
    vendor.next(c -> {
      c.begin(Map.of());
      c.chunk(PIECE + FINISH + USAGE + DONE);
      c.awaitClose();
    });
    assertThat(provider.complete(call(true), piece -> provider.close()).usage())
        .isEqualTo(Usage.reported(5, 3));
  }

  @Test
  void providerClosedInTheMiddleOfAnAnswer_breaksIt() throws Exception {
    vendor.next(c -> {
      c.begin(Map.of());
      c.chunk(PIECE);
      c.awaitClose();
    });
    ProviderException e =
        catchThrowableOfType(
            ProviderException.class,
            () -> provider.complete(call(true), piece -> provider.close()));
    assertThat(e.failure()).isInstanceOf(Failure.StreamBroken.class);
    assertThat(e.failure().message()).contains("closed the connection before");
    assertThat(e.billable()).contains(Usage.estimated(PROMPT_TOKENS, 3));
  }

  // Health, vectors, counts.

  @Test
  void check_tellsWhatTheLastTellingCallTold() throws Exception {
    assertThat(provider.check()).isEqualTo(ProviderCheck.UNTRIED);
    vendor.next(c -> c.json(401, "{\"error\":{\"message\":\"no\"}}"));
    failure(call(false));
    assertThat(provider.check().healthy()).isFalse();
    assertThat(provider.check().failure()).isInstanceOf(Failure.AccessDenied.class);
    vendor.next(c -> c.json(200, WHOLE));
    provider.complete(call(false), d -> {});
    assertThat(provider.check().healthy()).isTrue();
    vendor.next(c -> c.json(400, "{\"error\":{\"message\":\"no\"}}"));
    failure(call(false));
    assertThat(provider.check().healthy()).isTrue();
  }

  @Test
  void closedProvider_makesNoCalls() {
    provider.close();
    assertThat(failure(call(false)).failure().reason())
        .isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_UNREACHABLE);
  }

  @Test
  void vectors_asNumbersOrBase64_comeInTheOrderOfTheTexts() throws Exception {
    vendor.always(c ->
        c.json(
            200,
            """
            {"object":"list","data":[{"index":1,"embedding":[0.5,-1]},
             {"embedding":"AACAPwAAAEA=","index":0}],"usage":{"prompt_tokens":7}}
            """));
    VectorReply reply =
        provider.embed(
            new VectorCall("a", "m", List.of("x", "y"), OptionalInt.of(2), ProviderCall.UNBOUNDED));
    assertThat(reply.embeddings().get(0).getValuesList()).containsExactly(1f, 2f);
    assertThat(reply.embeddings().get(1).getValuesList()).containsExactly(0.5f, -1f);
    assertThat(reply.usage()).isEqualTo(Usage.reported(7, 0));
    assertThat(vendor.taken().body())
        .isEqualTo("{\"model\":\"m\",\"input\":[\"x\",\"y\"],\"dimensions\":2}");
    assertThatThrownBy(() ->
            provider.embed(
                new VectorCall(
                    "a", "m", List.of("x"), OptionalInt.empty(), ProviderCall.UNBOUNDED)))
        .isInstanceOfSatisfying(
            ProviderException.class,
            e ->
                assertThat(e.failure().reason())
                    .isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_MALFORMED));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[1e39]},{\"embedding\":[1]}",
        "[1,2]},{\"embedding\":[1]}",
        "\"AACAfw==\"},{\"embedding\":[1]}"
      })
  void vectorsThatAreNone_areMalformed(String vectors) throws Exception {
    vendor.next(c -> c.json(200, "{\"data\":[{\"embedding\":" + vectors + "}]}"));
    assertThatThrownBy(() ->
            provider.embed(
                new VectorCall(
                    "a", "m", List.of("x", "y"), OptionalInt.empty(), ProviderCall.UNBOUNDED)))
        .isInstanceOfSatisfying(
            ProviderException.class,
            e ->
                assertThat(e.failure().reason())
                    .isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_MALFORMED));
  }

  @Test
  void negativeCountOfTokens_isNone() throws Exception {
    try (Closing anthropic = anthropic()) {
      vendor.next(c -> c.json(200, "{\"input_tokens\": -1}"));
      assertThatThrownBy(() -> anthropic.provider.countTokens(call(false)))
          .isInstanceOfSatisfying(
              ProviderException.class,
              e -> assertThat(e.failure().message()).contains("count of input tokens"));
    }
  }

  @Test
  void countOfTokens_isAskedOfAnthropic() throws Exception {
    try (Closing anthropic = anthropic()) {
      vendor.next(c -> c.json(200, "{\"input_tokens\": 19}"));
      assertThat(anthropic.provider.countTokens(call(false))).isEqualTo(19);
      FakeVendor.Received request = vendor.taken();
      assertThat(request.path()).isEqualTo("/v1/messages/count_tokens");
      assertThat(request.body())
          .isEqualTo(
              "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\","
                  + "\"text\":\"12345678\"}]}]}");
    }
  }

  @Test
  void callsAVendorDoesNotHave_areSaidNotToExist() throws Exception {
    assertThatThrownBy(() -> provider.countTokens(call(false)))
        .isInstanceOfSatisfying(
            ProviderException.class,
            e ->
                assertThat(e.failure().reason())
                    .isEqualTo(ErrorReason.ERROR_REASON_NOT_IMPLEMENTED));
    try (Closing anthropic = anthropic()) {
      assertThatThrownBy(() ->
              anthropic.provider.embed(
                  new VectorCall(
                      "a", "m", List.of("x"), OptionalInt.empty(), ProviderCall.UNBOUNDED)))
          .isInstanceOf(ProviderException.class);
    }
  }

  private static ProviderCall call(boolean streamed) {
    return new ProviderCall(
        "attempt-1", "m", PROMPT, streamed, ModelTraits.UNKNOWN, ProviderCall.UNBOUNDED);
  }

  private ProviderException failure(ProviderCall call) {
    return failure(provider, call);
  }

  private static ProviderException failure(Provider provider, ProviderCall call) {
    ProviderException e =
        catchThrowableOfType(ProviderException.class, () -> provider.complete(call, d -> {}));
    assertThat(e).isNotNull();
    assertThat(e.failure().message()).doesNotContain("12345678").doesNotContain("secret-key");
    return e;
  }

  private static Throwable outcome(Provider provider) {
    return org.assertj.core.api.Assertions.catchThrowable(
        () -> provider.complete(call(true), d -> {}));
  }

  // What vendors say beside, or instead of, what they document.

  @Test
  void labelOfTheAnswer_isNotBelieved() throws Exception {
    String events = PIECE + FINISH + USAGE + DONE;
    for (String label : List.of("text/plain", "application/json", "application/octet-stream", "")) {
      for (String before : List.of("", ": comment\n\n", "\n\n", "\uFEFF", "event: x\n")) {
        vendor.next(
            c -> c.respond(200, Map.of("Content-Type", label), (before + events).getBytes(UTF_8)));
        assertThat(text(call(true))).as("%s %s", label, before).isEqualTo("twelve chars");
      }
    }
    vendor.next(c -> c.respond(200, Map.of("Content-Type", "text/html"), WHOLE.getBytes(UTF_8)));
    assertThat(text(call(false))).isEqualTo("hello");
    vendor.next(c -> c.events(WHOLE));
    assertThat(text(call(true))).isEqualTo("hello");
  }

  @Test
  void errorInPlaceOfEvents_isWhatTheVendorSaid() throws Exception {
    String error = "{\"error\":{\"message\":\"the model is busy\",\"code\":503}}";
    for (String body :
        List.of(error, "[" + error + "]", "data: " + error + "\n\n", "data: [" + error + "]\n\n")) {
      vendor.next(c -> c.events(body));
      assertThat(failure(call(true)).failure().message()).as(body).contains("the model is busy");
    }
  }

  @Test
  void signsOfLife_areNoAnswer() throws Exception {
    String life =
        "data: \n\ndata:\n\ndata: [HEARTBEAT]\n\ndata: ping\n\nevent: ping\ndata: \n\n: x\n\n";
    vendor.next(c -> c.events(life + PIECE + life + FINISH + life + USAGE + life + DONE));
    Reply reply = provider.complete(call(true), d -> {});
    assertThat(reply.completion().getMessage().getParts(0).getText().getText())
        .isEqualTo("twelve chars");
    assertThat(reply.usage()).isEqualTo(Usage.reported(5, 3));
  }

  @Test
  void textInPlaceOfAnAnswer_isMalformed() throws Exception {
    for (String text :
        List.of("upstream connect error", "internal error", "default backend - 404")) {
      vendor.next(c -> c.respond(200, Map.of("Content-Type", "text/plain"), text.getBytes(UTF_8)));
      assertThat(failure(call(true)).failure().reason())
          .isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_MALFORMED);
    }
  }

  @Test
  void answerThatWasGivenUp_isAFailureAndBilledAsReported() throws Exception {
    for (String word :
        List.of("error", "abort", "network_error", "MALFORMED_FUNCTION_CALL", "repetition")) {
      vendor.next(c -> c.json(200, WHOLE.replace("\"stop\"", "\"" + word + "\"")));
      ProviderException whole = failure(call(false));
      assertThat(whole.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_FAILED);
      assertThat(whole.failure().message()).contains("'" + word + "'");
      assertThat(whole.billable()).contains(Usage.reported(5, 3));

      vendor.next(
          c -> c.events(PIECE + FINISH.replace("\"stop\"", "\"" + word + "\"") + USAGE + DONE));
      ProviderException streamed = failure(call(true));
      assertThat(streamed.failure()).isInstanceOf(Failure.StreamBroken.class);
      assertThat(streamed.billable()).contains(Usage.reported(5, 3));
    }
  }

  @Test
  void finishReasons_areReadInAnyCase() throws Exception {
    Map<String, FinishReason> words =
        Map.of(
            "MAX_TOKENS", FinishReason.FINISH_REASON_LENGTH,
            "STOP", FinishReason.FINISH_REASON_STOP,
            "sensitive", FinishReason.FINISH_REASON_CONTENT_FILTER,
            "SAFETY", FinishReason.FINISH_REASON_CONTENT_FILTER);
    for (Map.Entry<String, FinishReason> word : words.entrySet()) {
      vendor.next(c -> c.json(200, WHOLE.replace("\"stop\"", "\"" + word.getKey() + "\"")));
      assertThat(provider.complete(call(false), d -> {}).completion().getFinishReason())
          .isEqualTo(word.getValue());
    }
  }

  @Test
  void picturesAlone_areNoEmptyAnswer() throws Exception {
    vendor.next(
        c -> c.json(200, WHOLE.replace("\"hello\"", "\"\",\"images\":[{\"type\":\"image_url\"}]")));
    assertThat(failure(call(false)).failure().message()).contains("pictures or sound");
  }

  @Test
  void zerosInPlaceOfCounts_areNotBelieved() throws Exception {
    String zeros = "\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0,\"total_tokens\":0}";
    String real = "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":3}";
    vendor.next(c -> c.json(200, WHOLE.replace(real, zeros)));
    assertThat(provider.complete(call(false), d -> {}).usage())
        .isEqualTo(Usage.estimated(PROMPT_TOKENS, 2));
    vendor.next(c -> c.events(PIECE + FINISH + USAGE.replace(real, zeros) + DONE));
    assertThat(provider.complete(call(true), d -> {}).usage())
        .isEqualTo(Usage.estimated(PROMPT_TOKENS, 3));
    // Told in each chunk, and once more at the end without meaning it.
    vendor.next(c -> c.events(PIECE + FINISH + USAGE + USAGE.replace(real, zeros) + DONE));
    assertThat(provider.complete(call(true), d -> {}).usage()).isEqualTo(Usage.reported(5, 3));
  }

  @Test
  void countsOutsideTheirUsualPlace_count() throws Exception {
    vendor.next(c ->
        c.events(
            PIECE
                + FINISH.replace(
                    "\"stop\"", "\"stop\",\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":3}")
                + DONE));
    assertThat(provider.complete(call(true), d -> {}).usage()).isEqualTo(Usage.reported(5, 3));
    String usage = "\"prompt_tokens\":5,\"completion_tokens\":3";
    // Gemini's thoughts.
    vendor.next(c -> c.json(200, WHOLE.replace(usage, usage + ",\"total_tokens\":20")));
    assertThat(provider.complete(call(false), d -> {}).usage())
        .isEqualTo(new Usage(5, 0, 0, 0, 15, 12, false));
    // Cached tokens beside the rest.
    vendor.next(c ->
        c.json(
            200,
            WHOLE.replace(
                usage,
                usage
                    + ",\"total_tokens\":1008,\"prompt_tokens_details\":{\"cached_tokens\":1000}")));
    assertThat(provider.complete(call(false), d -> {}).usage())
        .isEqualTo(new Usage(1005, 1000, 0, 0, 3, 0, false));
  }

  @Test
  void countsThatContradictEachOther_areTakenWithSense() throws Exception {
    String usage = "\"prompt_tokens\":5,\"completion_tokens\":3";
    // A wild total.
    vendor.next(
        c -> c.json(200, WHOLE.replace(usage, usage + ",\"total_tokens\":9223372036854775807")));
    assertThat(provider.complete(call(false), d -> {}).usage()).isEqualTo(Usage.reported(5, 3));
    // Cached tokens told as written once more.
    vendor.next(c ->
        c.json(
            200,
            WHOLE.replace(
                usage,
                "\"prompt_tokens\":1000,\"completion_tokens\":3,\"prompt_tokens_details\":"
                    + "{\"cached_tokens\":900,\"cache_write_tokens\":900}")));
    assertThat(provider.complete(call(false), d -> {}).usage())
        .isEqualTo(new Usage(1000, 900, 100, 0, 3, 0, false));
    // The same once more without its details.
    String detailed = "\"usage\":{" + usage + ",\"prompt_tokens_details\":{\"cached_tokens\":4}}";
    vendor.next(
        c -> c.events(PIECE + FINISH.replace("\"stop\"", "\"stop\"," + detailed) + USAGE + DONE));
    assertThat(provider.complete(call(true), d -> {}).usage())
        .isEqualTo(new Usage(5, 4, 0, 0, 3, 0, false));
  }

  @Test
  void zeroInPlaceOfTheFinalCount_makesTheOutputEstimated() throws Exception {
    String stream =
        "data:"
            + " {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":10,\"output_tokens\":1}}}\n\n"
            + "data:"
            + " {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"twelve"
            + " chars\"}}\n\n"
            + "data:"
            + " {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":0}}\n\n"
            + "data: {\"type\":\"message_stop\"}\n\n";
    vendor.next(c -> c.events(stream));
    try (Closing anthropic = anthropic()) {
      assertThat(anthropic.provider.complete(call(true), d -> {}).usage())
          .isEqualTo(Usage.estimated(10, 3));
    }
  }

  @Test
  void secondEndOfAMessage_takesNothingBack() throws Exception {
    String start =
        "data:"
            + " {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":10,\"cache_read_input_tokens\":1000,\"output_tokens\":1}}}\n\n"
            + "data:"
            + " {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"hi\"}}\n\n";
    String ends =
        "data:"
            + " {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"max_tokens\"},\"usage\":{\"output_tokens\":5}}\n\n"
            + "data:"
            + " {\"type\":\"message_delta\",\"delta\":{},\"usage\":{\"input_tokens\":0,\"cache_read_input_tokens\":0,\"output_tokens\":7}}\n\n"
            + "data: {\"type\":\"message_stop\"}\n\n";
    vendor.next(c -> c.events(start + ends));
    try (Closing anthropic = anthropic()) {
      Reply reply = anthropic.provider.complete(call(true), d -> {});
      assertThat(reply.completion().getFinishReason()).isEqualTo(FinishReason.FINISH_REASON_LENGTH);
      assertThat(reply.usage()).isEqualTo(new Usage(1010, 1000, 0, 0, 7, 0, false));
    }
  }

  @Test
  void codedAnswers_areDecodedWhateverTheyAreCalled() throws Exception {
    for (Coding coding : Coding.values()) {
      for (String label : List.of("gzip", "deflate", "x-gzip")) {
        vendor.next(c -> coded(c, 200, "application/json", label, coding.code(WHOLE)));
        assertThat(text(call(false))).as("%s called %s", coding, label).isEqualTo("hello");
      }
    }
    vendor.next(c ->
        coded(
            c, 200, "text/event-stream", "gzip", Coding.GZIP.code(PIECE + FINISH + USAGE + DONE)));
    assertThat(text(call(true))).isEqualTo("twelve chars");
    vendor.next(c ->
        coded(
            c,
            400,
            "application/json",
            "gzip",
            Coding.GZIP.code(
                "{\"error\":{\"message\":\"m\",\"code\":\"context_length_exceeded\"}}")));
    assertThat(failure(call(false)).failure().reason())
        .isEqualTo(ErrorReason.ERROR_REASON_CONTEXT_TOO_LONG);
    assertThat(vendor.connections()).isEqualTo(1);
  }

  @Test
  void codedPieces_areGivenAsTheyCome() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    vendor.next(c -> {
      c.begin(Map.of("Content-Encoding", "gzip"));
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      GZIPOutputStream gzip = new GZIPOutputStream(bytes, true);
      gzip.write(PIECE.getBytes(UTF_8));
      gzip.flush();
      c.chunk(bytes.toByteArray());
      await(seen);
      bytes.reset();
      gzip.write((FINISH + USAGE + DONE).getBytes(UTF_8));
      gzip.close();
      c.chunk(bytes.toByteArray());
      c.end();
    });
    assertThat(provider.complete(call(true), delta -> seen.countDown()).usage())
        .isEqualTo(Usage.reported(5, 3));
  }

  @Test
  void answerThatGrowsTooLargeWhenDecoded_isGivenUp() throws Exception {
    vendor.next(
        c -> coded(c, 200, "application/json", "gzip", Coding.GZIP.code(" ".repeat(64 << 20))));
    try (Closing small = with(settings -> settings.maxAnswerBytes(1 << 20))) {
      ProviderException e = failure(small.provider, call(false));
      assertThat(e.failure().message()).contains("more than 1048576 bytes");
    }
  }

  @Test
  void codingThatIsBrokenOrUnknown_isMalformed() throws Exception {
    byte[] broken = Coding.GZIP.code(WHOLE);
    broken[12] ^= 0x55;
    vendor.next(c -> coded(c, 200, "application/json", "gzip", broken));
    assertThat(failure(call(false)).failure().reason())
        .isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_MALFORMED);
    for (String label : List.of("br", "zstd", "compress")) {
      vendor.next(c -> coded(c, 200, "application/json", label, new byte[] {11, 2, -128}));
      assertThat(failure(call(false)).failure().reason())
          .isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_MALFORMED);
    }
  }

  /** Coded by the encoders of Node and of Zstandard's own program. */
  @Test
  void brotliAndZstandard_areDecoded() throws Exception {
    vendor.next(c -> coded(c, 200, "application/json", "br", decoded(BROTLI)));
    vendor.next(c -> coded(c, 200, "application/json", "zstd", decoded(ZSTANDARD)));
    vendor.next(c -> coded(c, 200, "application/json", "br", WHOLE.getBytes(UTF_8)));
    vendor.next(c -> coded(c, 200, "application/json", "zstd", WHOLE.getBytes(UTF_8)));
    for (int i = 0; i < 4; i++) {
      assertThat(text(call(false))).isEqualTo("hello");
    }
    assertThat(vendor.taken().headers().get("accept-encoding")).contains("br", "zstd");
    vendor.next(c -> coded(c, 200, "application/json", "br", decoded(SIXTY_FOUR_MEGABYTES)));
    try (Closing small = with(settings -> settings.maxAnswerBytes(1 << 20))) {
      ProviderException e = failure(small.provider, call(false));
      assertThat(e.failure().message()).contains("more than 1048576 bytes");
    }
    for (String coded : List.of(BROTLI, ZSTANDARD)) {
      byte[] cut = Arrays.copyOf(decoded(coded), 40);
      vendor.next(
          c -> coded(c, 200, "application/json", coded.equals(BROTLI) ? "br" : "zstd", cut));
      assertThat(failure(call(false)).failure().reason())
          .isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_MALFORMED);
    }
  }

  private static byte[] decoded(String base64) {
    return Base64.getDecoder().decode(base64);
  }

  private static void coded(
      FakeVendor.Connection c, int status, String type, String coding, byte[] body)
      throws IOException {
    c.respond(status, Map.of("Content-Type", type, "Content-Encoding", coding), body);
  }

  private enum Coding {
    GZIP,
    ZLIB,
    DEFLATE,
    NONE;

    byte[] code(String text) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      OutputStream out =
          switch (this) {
            case GZIP -> new GZIPOutputStream(bytes);
            case ZLIB -> new DeflaterOutputStream(bytes);
            case DEFLATE -> new DeflaterOutputStream(bytes, new Deflater(6, true));
            case NONE -> bytes;
          };
      out.write(text.getBytes(UTF_8));
      out.close();
      return bytes.toByteArray();
    }
  }

  /** Blanks before JSON, and comments before events, say only that somebody works on it. */
  @Test
  void headersAndABlank_areNoAnswerYet() throws Exception {
    vendor.next(c -> {
      c.begin(Map.of("Content-Type", "application/json"));
      c.chunk("\n");
      LockSupport.parkNanos(Duration.ofMillis(400).toNanos());
      c.chunk(WHOLE);
      c.end();
    });
    try (Closing quick = with(settings -> settings.silenceTimeout(Duration.ofMillis(100)))) {
      assertThat(quick.provider.complete(call(false), d -> {}).usage())
          .isEqualTo(Usage.reported(5, 3));
    }
  }

  // Connections. RFC 9112, 9.6 and 11.1: an answer's framing is all that parts it from the next.

  @Test
  void surplusBehindAnAnswer_isNobodysAnswer() throws Exception {
    vendor.next(c -> c.raw(answer("own") + answer("surplus")));
    vendor.next(c -> c.raw(chunked(PIECE + FINISH + USAGE + DONE) + answer("surplus")));
    vendor.next(c -> c.raw(refusal() + answer("surplus")));
    vendor.next(c -> c.json(200, WHOLE));
    assertThat(text(call(false))).isEqualTo("own");
    assertThat(text(call(true))).isEqualTo("twelve chars");
    failure(call(true));
    assertThat(text(call(false))).isEqualTo("hello");
    assertThat(vendor.connections()).isEqualTo(4);
  }

  @Test
  void vendorCaughtWithASurplus_isAskedOnceAConnectionForAWhile() throws Exception {
    VirtualTime time = new VirtualTime();
    ProviderSettings settings =
        ProviderSettings.builder("vendor", Dialect.OPENAI, vendor.address("/v1")).build();
    vendor.next(c -> c.raw(answer("own") + answer("surplus")));
    vendor.always(c -> c.json(200, WHOLE));
    try (Closing caught = new Closing(Providers.create(settings, time))) {
      for (int i = 0; i < 4; i++) {
        caught.provider.complete(call(false), d -> {});
      }
      assertThat(vendor.connections()).isEqualTo(4);

      time.advance(Duration.ofMinutes(10));
      for (int i = 0; i < 4; i++) {
        caught.provider.complete(call(false), d -> {});
      }
      assertThat(vendor.connections()).isEqualTo(5);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.0 408 Request Time-out\r\n\r\n",
        "HTTP/1."
      })
  void connectionGivenUpWithAWord_isNoSurplus(String word) throws Exception {
    CountDownLatch replied = new CountDownLatch(1);
    CountDownLatch sent = new CountDownLatch(1);
    vendor.next(c -> {
      c.json(200, WHOLE);
      await(replied);
      c.raw(word);
      sent.countDown();
      c.awaitClose();
    });
    vendor.always(c -> c.json(200, WHOLE));
    text(call(false));
    replied.countDown();
    await(sent);
    for (int i = 0; i < 4; i++) {
      text(call(false));
    }
    assertThat(vendor.connections()).isEqualTo(2);
  }

  @Test
  void surplusThatComesLater_isNobodysAnswer() throws Exception {
    CountDownLatch replied = new CountDownLatch(1);
    CountDownLatch sent = new CountDownLatch(1);
    vendor.next(c -> {
      c.json(200, WHOLE);
      await(replied);
      c.raw(answer("surplus"));
      sent.countDown();
      c.awaitClose();
    });
    vendor.next(c -> c.json(200, WHOLE));
    provider.complete(call(false), d -> {});
    replied.countDown();
    sent.await();
    assertThat(text(call(false))).isEqualTo("hello");
    assertThat(vendor.connections()).isEqualTo(2);
  }

  @Test
  void connectionClosedWhileItWaits_isNotUsed() throws Exception {
    String said408 =
        "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    for (String before : List.of("", said408)) {
      CountDownLatch closed = new CountDownLatch(1);
      CountDownLatch replied = new CountDownLatch(1);
      vendor.next(c -> {
        c.json(200, WHOLE);
        await(replied);
        c.raw(before);
        c.hangUp();
        closed.countDown();
      });
      provider.complete(call(false), d -> {});
      vendor.taken();
      replied.countDown();
      closed.await();

      vendor.next(c ->
          c.respond(
              200,
              Map.of("Content-Type", "application/json", "Connection", "close"),
              WHOLE.getBytes(UTF_8)));
      assertThat(text(call(false))).isEqualTo("hello");
      vendor.taken();
      assertThat(vendor.waiting()).isZero();
    }
  }

  @Test
  void writeThatBreaksOnAUsedConnection_isDoneAgain() throws Exception {
    vendor.next(c -> {
      c.json(200, WHOLE);
      c.awaitData();
      // With data unread, which resets.
      c.hangUp();
    });
    vendor.next(c -> c.json(200, WHOLE));
    provider.complete(call(false), d -> {});
    vendor.taken();
    Prompt large = Prompts.ask("x".repeat(30 << 20));
    assertThat(
            text(
                new ProviderCall(
                    "attempt-2", "m", large, false, ModelTraits.UNKNOWN, ProviderCall.UNBOUNDED)))
        .isEqualTo("hello");
    assertThat(vendor.connections()).isEqualTo(2);
  }

  @Test
  void requestTimeoutOnAUsedConnection_sendsTheRequestAgain() throws Exception {
    vendor.next(c -> c.json(200, WHOLE));
    vendor.next(c -> {
      c.raw("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      c.hangUp();
    });
    vendor.next(c -> c.json(200, WHOLE));
    provider.complete(call(false), d -> {});
    assertThat(text(call(false))).isEqualTo("hello");
    assertThat(vendor.connections()).isEqualTo(2);
  }

  @Test
  void requestTimeoutOnANewConnection_isTheVendorsAnswer() throws Exception {
    vendor.next(c ->
        c.raw("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
    assertThat(failure(call(false)).httpStatus()).isEqualTo(408);
  }

  @Test
  void lengthShorterThanTheAnswer_closesTheConnection() throws Exception {
    vendor.next(
        c -> c.raw(answer("short").replaceFirst("Content-Length: \\d+", "Content-Length: 20")));
    vendor.next(c -> c.json(200, WHOLE));
    assertThat(failure(call(false)).failure().reason())
        .isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_MALFORMED);
    assertThat(text(call(false))).isEqualTo("hello");
    assertThat(vendor.connections()).isEqualTo(2);
  }

  @Test
  void answerThatCannotBeRead_closesTheConnection() throws Exception {
    vendor.next(c -> c.json(200, "{\"choices\":"));
    vendor.next(c -> c.json(200, WHOLE));
    failure(call(false));
    provider.complete(call(false), d -> {});
    assertThat(vendor.connections()).isEqualTo(2);
  }

  @Test
  void framingThatCanBeReadInTwoWays_closesTheConnection() throws Exception {
    vendor.next(c ->
        c.raw(chunked(PIECE + FINISH + DONE).replaceFirst("\r\n", "\r\nContent-Length: 9\r\n")));
    vendor.next(c -> c.json(200, WHOLE));
    provider.complete(call(true), d -> {});
    provider.complete(call(false), d -> {});
    assertThat(vendor.connections()).isEqualTo(2);
  }

  @Test
  void keepAliveOfTheVendor_isHeeded() throws Exception {
    vendor.next(c ->
        c.respond(
            200,
            Map.of("Content-Type", "application/json", "Keep-Alive", "timeout=0, max=100"),
            WHOLE.getBytes(UTF_8)));
    vendor.next(c ->
        c.respond(
            200,
            Map.of("Content-Type", "application/json", "Keep-Alive", "timeout=60"),
            WHOLE.getBytes(UTF_8)));
    vendor.next(c -> c.json(200, WHOLE));
    for (int i = 0; i < 3; i++) {
      provider.complete(call(false), d -> {});
    }
    assertThat(vendor.connections()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
        "220 mail.example.org ESMTP\r\n250 OK\r\n",
        "HTTP/2.0 what\r\n\r\n",
        "\u0015\u0003\u0001\u0000\u0002\u0002F\r\n"
      })
  void otherProtocol_isSaidAndBillsNothing(String bytes) throws Exception {
    vendor.next(c -> c.raw(bytes));
    ProviderException e = failure(call(true));
    assertThat(e.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_MALFORMED);
    assertThat(e.failure().message()).contains("another protocol", "base URL");
    assertThat(e.billable()).isEmpty();
  }

  /** Who sends them took the request, and may work on it. */
  @Test
  void interimAnswers_arePassedOverUnlessTheyNeverEnd() throws Exception {
    String hints = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
    vendor.next(c -> c.raw("HTTP/1.1 100 Continue\r\n\r\n" + hints + answer("own")));
    vendor.next(c -> c.raw(hints.repeat(100) + answer("own")));
    assertThat(text(call(false))).isEqualTo("own");
    ProviderException endless = failure(call(false));
    assertThat(endless.failure().reason()).isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_MALFORMED);
    assertThat(endless.failure().message()).contains("interim answers (status 1xx)");
    assertThat(endless.billable()).isPresent();
  }

  private String text(ProviderCall call) throws Exception {
    return provider
        .complete(call, d -> {})
        .completion()
        .getMessage()
        .getParts(0)
        .getText()
        .getText();
  }

  private static String answer(String text) {
    String body = WHOLE.replace("hello", text);
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private static String refusal() {
    return "HTTP/1.1 429 Slow Down\r\nContent-Type: application/json\r\nContent-Length: "
        + "{}".length()
        + "\r\n\r\n{}";
  }

  private static String chunked(String body) {
    return "HTTP/1.1 200 OK\r\n"
        + "Content-Type: text/event-stream\r\n"
        + "Transfer-Encoding: chunked\r\n\r\n"
        + Integer.toHexString(body.length())
        + "\r\n"
        + body
        + "\r\n0\r\n\r\n";
  }

  private static void ignore(Provider provider) {
    try {
      provider.complete(call(false), d -> {});
    } catch (ProviderException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Provider openAi(UnaryOperator<ProviderSettings.Builder> more) {
    return Providers.create(
        more.apply(
                ProviderSettings.builder("vendor", Dialect.OPENAI, vendor.address("/v1"))
                    .apiKey("secret-key")
                    .headers(Map.of("X-Team", "blue")))
            .build(),
        Time.SYSTEM);
  }

  private Closing with(UnaryOperator<ProviderSettings.Builder> more) {
    return new Closing(openAi(more));
  }

  private Closing at(URI address) {
    return new Closing(
        Providers.create(
            ProviderSettings.builder("vendor", Dialect.OPENAI, address).build(), Time.SYSTEM));
  }

  private Closing anthropic() {
    return new Closing(
        Providers.create(
            ProviderSettings.builder("vendor", Dialect.ANTHROPIC, vendor.address("/v1")).build(),
            Time.SYSTEM));
  }

  private record Closing(Provider provider) implements AutoCloseable {
    @Override
    public void close() {
      provider.close();
    }
  }
}

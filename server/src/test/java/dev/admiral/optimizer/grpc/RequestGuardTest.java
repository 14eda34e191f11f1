package dev.admiral.optimizer.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.ErrorInfo;
import dev.admiral.optimizer.v1.HealthRequest;
import dev.admiral.optimizer.v1.HealthResponse;
import dev.admiral.optimizer.v1.OptimizerServiceGrpc;
import dev.admiral.optimizer.v1.StatsRequest;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bytes on the wire that are no message of the contract, or too many of them. */
class RequestGuardTest {
  private static final int LIMIT = 1_000;

  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .directExecutor()
            .addService(new RequestGuard(LIMIT).guard(new Healthy().bindService()))
            .build()
            .start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  @Test
  void goodMessage_reachesTheService() {
    assertThat(
            OptimizerServiceGrpc.newBlockingStub(channel)
                .health(HealthRequest.getDefaultInstance())
                .getVersion())
        .isEqualTo("served");
  }

  @Test
  void textThatIsNotUtf8_isInvalid() {
    // StatsRequest.agent_id, one byte long, which begins no character.
    assertRefused(new byte[] {0x12, 0x01, (byte) 0xff}, "CALL_INVALID", "UTF-8");
  }

  @Test
  void requestOfTheOlderContract_isToldSoInOneSentence() {
    // StatsRequest.agent_id where it once was.
    assertRefused(new byte[] {0x0a, 0x01, 'a'}, "CALL_INVALID", "older form of the contract");
  }

  @Test
  void brokenEncoding_isInvalid() {
    assertRefused(new byte[] {0x0a, 0x7f, 0x01}, "CALL_INVALID", "encoding is broken");
  }

  @Test
  void oneByteTooMuch_namesTheLimit() {
    byte[] bytes = StatsRequest.newBuilder().setAgentId("x".repeat(LIMIT)).build().toByteArray();

    assertRefused(bytes, "CALL_TOO_LARGE", "1000 bytes");
  }

  @Test
  void oneByteTooMuchUnpacked_namesTheLimit() {
    byte[] bytes = StatsRequest.newBuilder().setAgentId("x".repeat(LIMIT)).build().toByteArray();

    assertRefused(CallOptions.DEFAULT.withCompression("gzip"), bytes, "CALL_TOO_LARGE", "1000");
  }

  @Test
  void moreUnpackedThanTheTransportTakes_namesTheLimit() {
    byte[] bytes = StatsRequest.newBuilder().setAgentId("x".repeat(5 << 20)).build().toByteArray();

    assertRefused(CallOptions.DEFAULT.withCompression("gzip"), bytes, "CALL_TOO_LARGE", "1000");
  }

  @Test
  void packedMessageWithinTheLimit_reachesTheService() {
    assertThat(
            OptimizerServiceGrpc.newBlockingStub(channel)
                .withCompression("gzip")
                .health(HealthRequest.getDefaultInstance())
                .getVersion())
        .isEqualTo("served");
  }

  @Test
  void brokenEncodingInAPackedMessage_isInvalid() {
    assertRefused(
        CallOptions.DEFAULT.withCompression("gzip"),
        new byte[] {0x0a, 0x7f, 0x01},
        "CALL_INVALID",
        "encoding is broken");
  }

  private void assertRefused(byte[] request, String reason, String part) {
    assertRefused(CallOptions.DEFAULT, request, reason, part);
  }

  private void assertRefused(CallOptions options, byte[] request, String reason, String part) {
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> ClientCalls.blockingUnaryCall(channel, raw(), options, request));

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refused.getStatus().getDescription()).contains(part);
    var status = StatusProto.fromThrowable(refused);
    try {
      assertThat(status.getDetails(0).unpack(ErrorInfo.class).getReason()).isEqualTo(reason);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static MethodDescriptor<byte[], byte[]> raw() {
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(OptimizerServiceGrpc.getStatsMethod().getFullMethodName())
        .setRequestMarshaller(new Bytes())
        .setResponseMarshaller(new Bytes())
        .build();
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] bytes) {
      return new ByteArrayInputStream(bytes);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static final class Healthy extends OptimizerServiceGrpc.OptimizerServiceImplBase {
    @Override
    public void health(HealthRequest request, StreamObserver<HealthResponse> caller) {
      caller.onNext(HealthResponse.newBuilder().setVersion("served").build());
      caller.onCompleted();
    }
  }
}

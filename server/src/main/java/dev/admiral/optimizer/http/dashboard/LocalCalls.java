package dev.admiral.optimizer.http.dashboard;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The contract's services, called from within the process as a client calls them: with a key, and
 * refused without. Thread-safe.
 */
final class LocalCalls implements AutoCloseable {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final Server server;
  private final ManagedChannel channel;
  private final Duration timeout;

  /**
   * @param virtualThreads runs what is told to callers
   * @param timeout how long an answer may take
   */
  LocalCalls(List<ServerServiceDefinition> services, Executor virtualThreads, Duration timeout) {
    String name = InProcessServerBuilder.generateName();
    this.timeout = timeout;
    try {
      // As on the port: what blocks leaves the calling thread by itself.
      server =
          InProcessServerBuilder.forName(name)
              .directExecutor()
              .addServices(services)
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("a name of its own was taken", e);
    }
    channel = InProcessChannelBuilder.forName(name).executor(virtualThreads).build();
  }

  /**
   * Asks, and waits for the answer.
   *
   * @param authorization the caller's header; null if it sent none
   * @throws StatusRuntimeException if the service refuses
   */
  <Q, A> A ask(MethodDescriptor<Q, A> method, Q request, @Nullable String authorization) {
    CallOptions options =
        CallOptions.DEFAULT.withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
    return ClientCalls.blockingUnaryCall(as(authorization), method, options, request);
  }

  /** Asks for a stream, whose messages are told as they come. */
  <Q, A> void watch(
      MethodDescriptor<Q, A> method,
      Q request,
      @Nullable String authorization,
      StreamObserver<A> observer) {
    ClientCalls.asyncServerStreamingCall(
        as(authorization).newCall(method, CallOptions.DEFAULT), request, observer);
  }

  private Channel as(@Nullable String authorization) {
    if (authorization == null) {
      return channel;
    }
    Metadata metadata = new Metadata();
    metadata.put(AUTHORIZATION, authorization);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }
}

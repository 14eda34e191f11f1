package dev.admiral.conformance;

import com.google.protobuf.Message;
import dev.admiral.optimizer.v1.CompleteResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The servers that cases share, and what makes those of one case. Clients take their cases side by
 * side, so each has a live server of its own: what that server tells of itself is of one case only.
 * Safe for use by many threads.
 */
final class World implements AutoCloseable {
  private static final Message ANSWER = CompleteResponse.newBuilder().setCallId("call-1").build();

  private final Path folder;
  private final Map<String, CompletableFuture<LiveServer>> live = new ConcurrentHashMap<>();
  private final AtomicInteger owned = new AtomicInteger();
  private final CompletableFuture<LiveServer> strict;
  private final CompletableFuture<Certificates> named;
  private final CompletableFuture<Certificates> misnamed;

  World() {
    try {
      folder = Files.createTempDirectory("admiral-conformance");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    strict = make(() -> LiveServer.startStrict(folder.resolve("strict")));
    named = make(() -> Certificates.make(folder, "named", "dns:localhost,ip:127.0.0.1"));
    misnamed = make(() -> Certificates.make(folder, "misnamed", "dns:other.example"));
  }

  /** Begins to start the live server of a client, if that has not begun. */
  void prepare(String client) {
    live.computeIfAbsent(
        client, name -> make(() -> LiveServer.start(folder.resolve("live-" + name))));
  }

  /** Waits until what the cases of a client share has started, or has failed to. */
  void awaitReady(String client) {
    CompletableFuture.allOf(live.get(client), strict, named, misnamed)
        .exceptionally(_ -> null)
        .join();
  }

  /** Returns the authority that signed the certificate of a TLS server. */
  Path authority() {
    return named.join().authority();
  }

  /** Returns the authority that signed the certificate of the misnamed TLS server. */
  Path otherAuthority() {
    return misnamed.join().authority();
  }

  /** What a case connects to, and what stands behind it. */
  record Servers(
      Endpoint front,
      Optional<LiveServer> live,
      Optional<ScriptedPeer> scripted,
      Optional<RawPeer> raw,
      List<Endpoint> own)
      implements AutoCloseable {
    @Override
    public void close() {
      own.forEach(Endpoint::close);
    }
  }

  /**
   * Returns what a case of a client goes to.
   *
   * @param client the client that the case is given to, once it is {@link #prepare prepared}
   */
  Servers servers(Case one, String client) {
    return switch (one.server()) {
      case LIVE -> shared(live.get(client).join());
      case STRICT -> shared(strict.join());
      case OWN -> {
        LiveServer server = LiveServer.start(folder.resolve("own-" + owned.incrementAndGet()));
        yield new Servers(
            server, Optional.of(server), Optional.empty(), Optional.empty(), List.of(server));
      }
      case SCRIPTED -> scripted(ScriptedPeer.start(one.script()));
      case TLS -> scripted(ScriptedPeer.startTls(one.script(), named.join()));
      case TLS_MISNAMED -> scripted(ScriptedPeer.startTls(one.script(), misnamed.join()));
      case BREAKABLE -> {
        ScriptedPeer peer = ScriptedPeer.start(one.script());
        RawPeer proxy = RawPeer.proxy(peer.port());
        yield new Servers(
            proxy, Optional.empty(), Optional.of(peer), Optional.of(proxy), List.of(proxy, peer));
      }
      case CLOSED -> {
        String address = "127.0.0.1:" + RawPeer.freePort();
        yield new Servers(
            new Nobody(address), Optional.empty(), Optional.empty(), Optional.empty(), List.of());
      }
      case HTTP1 -> raw(RawPeer.http1());
      case HANGING_UP -> raw(RawPeer.hangingUp());
      case SILENT -> raw(RawPeer.silent());
      case WITHOUT_TRAILERS -> raw(RawPeer.withoutTrailers(ANSWER.toByteArray()));
    };
  }

  @Override
  public void close() {
    // One that did not start has failed its cases already, and must not keep the others alive.
    live.values().forEach(World::stop);
    stop(strict);
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void stop(CompletableFuture<LiveServer> server) {
    server.thenAccept(LiveServer::close).exceptionally(_ -> null).join();
  }

  private static <T> CompletableFuture<T> make(Supplier<T> maker) {
    return CompletableFuture.supplyAsync(maker, task -> Thread.ofPlatform().daemon().start(task));
  }

  private static Servers shared(LiveServer server) {
    return new Servers(server, Optional.of(server), Optional.empty(), Optional.empty(), List.of());
  }

  private static Servers scripted(ScriptedPeer peer) {
    return new Servers(peer, Optional.empty(), Optional.of(peer), Optional.empty(), List.of(peer));
  }

  private static Servers raw(RawPeer peer) {
    return new Servers(peer, Optional.empty(), Optional.empty(), Optional.of(peer), List.of(peer));
  }

  private record Nobody(String address) implements Endpoint {
    @Override
    public void close() {}
  }
}

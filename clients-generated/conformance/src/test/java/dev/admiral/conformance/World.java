package dev.admiral.conformance;

import com.google.protobuf.Message;
import dev.admiral.optimizer.v1.CompleteResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** The servers that all cases share, and what makes those of one case. */
final class World implements AutoCloseable {
  private static final Message ANSWER = CompleteResponse.newBuilder().setCallId("call-1").build();

  private final Path folder;
  private final CompletableFuture<LiveServer> live;
  private final CompletableFuture<LiveServer> strict;
  private final CompletableFuture<Certificates> named;
  private final CompletableFuture<Certificates> misnamed;
  private int owned;

  World() {
    try {
      folder = Files.createTempDirectory("admiral-conformance");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    live = CompletableFuture.supplyAsync(() -> LiveServer.start(folder.resolve("live")));
    strict = CompletableFuture.supplyAsync(() -> LiveServer.startStrict(folder.resolve("strict")));
    named =
        CompletableFuture.supplyAsync(
            () -> Certificates.make(folder, "named", "dns:localhost,ip:127.0.0.1"));
    misnamed =
        CompletableFuture.supplyAsync(
            () -> Certificates.make(folder, "misnamed", "dns:other.example"));
  }

  LiveServer live() {
    return live.join();
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

  Servers servers(Case one) {
    return switch (one.server()) {
      case LIVE -> shared(live.join());
      case STRICT -> shared(strict.join());
      case OWN -> {
        LiveServer server = LiveServer.start(folder.resolve("own-" + ++owned));
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
    live.join().close();
    strict.join().close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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

package dev.admiral.optimizer.client;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ManagedChannelRegistry.ProviderNotFoundException;
import io.grpc.NameResolverRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Makes the connection of a client. With several servers calls take {@link Turns} among those that
 * {@code grpc.health.v1} says are serving.
 */
record Channels(
    List<Address> addresses,
    Optional<Tls> tls,
    boolean plaintextBeyondLoopback,
    int maxMessageBytes,
    Duration keepAlive,
    Duration keepAliveTimeout) {

  ManagedChannel connect() {
    NameResolverRegistry resolvers = new NameResolverRegistry();
    resolvers.register(new StaticResolver(addresses));
    ManagedChannelBuilder<?> channel =
        builder(resolvers)
            .userAgent("admiral-client-java")
            .maxInboundMessageSize(maxMessageBytes)
            .keepAliveTime(keepAlive.toNanos(), TimeUnit.NANOSECONDS)
            .keepAliveTimeout(keepAliveTimeout.toNanos(), TimeUnit.NANOSECONDS);
    tls.flatMap(Tls::serverName).ifPresent(channel::overrideAuthority);
    if (addresses.size() > 1) {
      channel.defaultServiceConfig(Turns.CONFIG);
    }
    return channel.build();
  }

  private ManagedChannelBuilder<?> builder(NameResolverRegistry resolvers) {
    String target = StaticResolver.SCHEME + ":///";
    ChannelCredentials credentials = credentials();
    try {
      return Grpc.newChannelBuilder(target, credentials, resolvers);
    } catch (ProviderNotFoundException | IllegalArgumentException unusable) {
      throw tls.map(settings -> settings.refusal(unusable)).orElseThrow(() -> unusable);
    }
  }

  private ChannelCredentials credentials() {
    if (tls.isPresent()) {
      return tls.get().credentials();
    }
    for (Address address : addresses) {
      if (!plaintextBeyondLoopback && !address.isLoopback()) {
        throw new IllegalArgumentException(
            "Prompts and keys would travel unencrypted to "
                + address
                + ": use tls(...), or plaintextBeyondLoopback() if the network protects them.");
      }
    }
    return InsecureChannelCredentials.create();
  }
}

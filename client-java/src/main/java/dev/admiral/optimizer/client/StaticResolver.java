package dev.admiral.optimizer.client;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.Status;
import io.grpc.StatusOr;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Resolves one client's fixed list of servers; hosts that cannot be looked up are left out. */
final class StaticResolver extends NameResolverProvider {
  static final String SCHEME = "admiral";

  private final List<Address> addresses;

  StaticResolver(List<Address> addresses) {
    this.addresses = addresses;
  }

  @Override
  public NameResolver newNameResolver(URI target, NameResolver.Args args) {
    return new Resolver(args);
  }

  @Override
  public String getDefaultScheme() {
    return SCHEME;
  }

  @Override
  protected boolean isAvailable() {
    return true;
  }

  @Override
  protected int priority() {
    return 5;
  }

  @Override
  public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
    return Set.of(InetSocketAddress.class);
  }

  private final class Resolver extends NameResolver {
    private final Args args;
    private @Nullable Listener2 listener;

    Resolver(Args args) {
      this.args = args;
    }

    @Override
    public String getServiceAuthority() {
      return addresses.get(0).toString();
    }

    @Override
    public void start(Listener2 newListener) {
      listener = newListener;
      refresh();
    }

    @Override
    public void refresh() {
      Executor executor = args.getOffloadExecutor();
      if (executor == null) {
        publish(lookUp());
      } else {
        executor.execute(() -> {
          ResolutionResult result = lookUp();
          args.getSynchronizationContext().execute(() -> publish(result));
        });
      }
    }

    @Override
    public void shutdown() {
      listener = null;
    }

    private void publish(ResolutionResult result) {
      if (listener != null) {
        var unused = listener.onResult2(result);
      }
    }

    private ResolutionResult lookUp() {
      List<EquivalentAddressGroup> found = new ArrayList<>();
      List<String> unknown = new ArrayList<>();
      for (Address address : addresses) {
        try {
          List<SocketAddress> sockets =
              Arrays.stream(InetAddress.getAllByName(address.host()))
                  .<SocketAddress>map(ip -> new InetSocketAddress(ip, address.port()))
                  .toList();
          Attributes authority =
              Attributes.newBuilder()
                  .set(EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE, address.toString())
                  .build();
          found.add(new EquivalentAddressGroup(sockets, authority));
        } catch (UnknownHostException e) {
          unknown.add(address.host());
        }
      }
      StatusOr<List<EquivalentAddressGroup>> result =
          found.isEmpty()
              ? StatusOr.fromStatus(
                  Status.UNAVAILABLE.withDescription("no such host: " + String.join(", ", unknown)))
              : StatusOr.fromValue(found);
      return ResolutionResult.newBuilder().setAddressesOrError(result).build();
    }
  }
}

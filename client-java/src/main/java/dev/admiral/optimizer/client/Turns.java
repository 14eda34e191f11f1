package dev.admiral.optimizer.client;

import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.util.ForwardingLoadBalancer;
import io.grpc.util.ForwardingLoadBalancerHelper;
import io.grpc.util.ForwardingSubchannel;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Calls among several servers: in turn among those that say they serve, and while none does, among
 * those that are connected.
 *
 * <p>The turns and the health checks are gRPC's {@code round_robin}, which fails every call while
 * no server serves. But servers say that they do not serve when their providers are down, which
 * befalls all of them at once, and can still answer from their caches and tell of their health. So
 * this policy stands between the channel and {@code round_robin}: it sees connections as they are,
 * before their health is looked at, and where {@code round_robin} has nobody to offer it offers
 * those. Everything here runs in the channel's synchronization context but {@link Connected}.
 */
final class Turns extends LoadBalancerProvider {
  private static final String NAME = "admiral_turns";

  /** What a channel is configured with. */
  static final Map<String, ?> CONFIG =
      Map.of(
          "loadBalancingConfig", List.of(Map.of(NAME, Map.of())),
          "healthCheckConfig", Map.of("serviceName", ""));

  static {
    // gRPC finds policies by their names only.
    LoadBalancerRegistry.getDefaultRegistry().register(new Turns());
  }

  private Turns() {}

  @Override
  public boolean isAvailable() {
    return true;
  }

  @Override
  public int getPriority() {
    return 5;
  }

  @Override
  public String getPolicyName() {
    return NAME;
  }

  @Override
  public LoadBalancer newLoadBalancer(LoadBalancer.Helper helper) {
    LoadBalancerProvider roundRobin =
        LoadBalancerRegistry.getDefaultRegistry().getProvider("round_robin");
    if (roundRobin == null) {
      throw new IllegalStateException(
          "gRPC's round_robin is not on the class path: add grpc-util.");
    }
    LoadBalancer turns = roundRobin.newLoadBalancer(new Connections(helper));
    return new ForwardingLoadBalancer() {
      @Override
      protected LoadBalancer delegate() {
        return turns;
      }
    };
  }

  /** Stands between {@code round_robin} and the channel. */
  private static final class Connections extends ForwardingLoadBalancerHelper {
    private final LoadBalancer.Helper channel;
    private final Set<LoadBalancer.Subchannel> connected = new LinkedHashSet<>();
    private ConnectivityState state = ConnectivityState.IDLE;
    private LoadBalancer.@Nullable SubchannelPicker turns;

    Connections(LoadBalancer.Helper channel) {
      this.channel = channel;
    }

    @Override
    protected LoadBalancer.Helper delegate() {
      return channel;
    }

    @Override
    public LoadBalancer.Subchannel createSubchannel(LoadBalancer.CreateSubchannelArgs args) {
      return new Connection(channel.createSubchannel(args));
    }

    @Override
    public void updateBalancingState(
        ConnectivityState newState, LoadBalancer.SubchannelPicker newTurns) {
      state = newState;
      turns = newTurns;
      offer();
    }

    private void offer() {
      if (turns == null) {
        return;
      }
      if (state == ConnectivityState.TRANSIENT_FAILURE && !connected.isEmpty()) {
        channel.updateBalancingState(ConnectivityState.READY, new Connected(connected));
      } else {
        channel.updateBalancingState(state, turns);
      }
    }

    /** A connection whose state is seen here before {@code round_robin} sees it. */
    private final class Connection extends ForwardingSubchannel {
      private final LoadBalancer.Subchannel subchannel;

      Connection(LoadBalancer.Subchannel subchannel) {
        this.subchannel = subchannel;
      }

      @Override
      protected LoadBalancer.Subchannel delegate() {
        return subchannel;
      }

      @Override
      public void start(LoadBalancer.SubchannelStateListener listener) {
        subchannel.start(now -> {
          boolean changed = note(now);
          listener.onSubchannelState(now);
          if (changed) {
            offer();
          }
        });
      }

      @Override
      public void shutdown() {
        connected.remove(subchannel);
        subchannel.shutdown();
      }

      private boolean note(ConnectivityStateInfo now) {
        return now.getState() == ConnectivityState.READY
            ? connected.add(subchannel)
            : connected.remove(subchannel);
      }
    }
  }

  /** Takes the connected servers in turn, whatever they say of their health. */
  private static final class Connected extends LoadBalancer.SubchannelPicker {
    private final List<LoadBalancer.PickResult> servers;
    private final AtomicInteger next = new AtomicInteger();

    Connected(Set<LoadBalancer.Subchannel> connected) {
      servers = connected.stream().map(LoadBalancer.PickResult::withSubchannel).toList();
    }

    @Override
    public LoadBalancer.PickResult pickSubchannel(LoadBalancer.PickSubchannelArgs args) {
      return servers.get(Math.floorMod(next.getAndIncrement(), servers.size()));
    }
  }
}

package dev.admiral.optimizer.app;

import dev.admiral.optimizer.config.ProviderEntry;
import dev.admiral.optimizer.provider.Dialect;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The simulated providers that a server without a single real one answers with. The simulator is a
 * program of its own that knows nothing of the server, and an installation may leave its jar out;
 * so it is looked for by name, and this class is the one place that knows the name.
 */
final class BuiltInSimulator implements AutoCloseable {
  private static final String CLASS = "dev.admiral.simulator.Simulator";
  private static final String BUILDER = CLASS + "$Builder";

  /** Each is simulated under its own name, so that models and prices are the real ones. */
  private static final List<String> OPENAI_LIKE =
      List.of("openai", "groq", "mistral", "cerebras", "deepseek", "openrouter");

  private final AutoCloseable simulator;
  private final URI address;

  private BuiltInSimulator(AutoCloseable simulator, URI address) {
    this.simulator = simulator;
    this.address = address;
  }

  /** Returns true if the simulator's jar is on the class path. */
  static boolean present() {
    return BuiltInSimulator.class.getClassLoader().getResource(CLASS.replace('.', '/') + ".class")
        != null;
  }

  /**
   * Starts the simulator on a free port of this machine.
   *
   * @throws StartException if it does not start
   */
  static BuiltInSimulator start() throws StartException {
    try {
      Class<?> type = Class.forName(CLASS);
      Class<?> builder = Class.forName(BUILDER);
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      MethodHandle begin = lookup.findStatic(type, "builder", MethodType.methodType(builder));
      MethodHandle start = lookup.findVirtual(builder, "start", MethodType.methodType(type));
      MethodHandle uri = lookup.findVirtual(type, "uri", MethodType.methodType(URI.class));
      Object simulator = start.invoke(begin.invoke());
      return new BuiltInSimulator((AutoCloseable) simulator, (URI) uri.invoke(simulator));
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      throw new StartException("the built-in simulator does not start: " + e);
    }
  }

  /** Returns the simulated providers. */
  List<ProviderEntry> providers() {
    return providers(address);
  }

  /** Returns the simulated providers of a simulator at an address. */
  static List<ProviderEntry> providers(URI address) {
    List<ProviderEntry> openAiLike =
        OPENAI_LIKE.stream()
            .map(name ->
                ProviderEntry.of(
                    name, Dialect.OPENAI, address + "/" + name + "/v1", Optional.empty()))
            .toList();
    ProviderEntry anthropic =
        ProviderEntry.of(
            "anthropic", Dialect.ANTHROPIC, address + "/anthropic/v1", Optional.empty());
    return Stream.concat(openAiLike.stream(), Stream.of(anthropic)).toList();
  }

  /** Returns where it listens. */
  URI address() {
    return address;
  }

  @Override
  public void close() {
    try {
      simulator.close();
    } catch (Exception e) {
      throw new IllegalStateException("the built-in simulator does not stop", e);
    }
  }
}

package dev.admiral.optimizer.config;

import dev.admiral.optimizer.provider.ProviderSettings.Dialect;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Finds the providers to use where none are configured: those whose usual key is in the
 * environment.
 */
public final class ProviderDiscovery {
  /** How long a local Ollama may take to answer. */
  private static final int OLLAMA_WAIT_MILLIS = 50;

  private static final int OLLAMA_PORT = 11434;

  /** A vendor, and the variable that its own tools read the key from. */
  private record Usual(String name, String variable, Dialect dialect, String baseUrl) {}

  private static final List<Usual> USUAL =
      List.of(
          openai("openai", "OPENAI_API_KEY", "https://api.openai.com/v1"),
          new Usual(
              "anthropic", "ANTHROPIC_API_KEY", Dialect.ANTHROPIC, "https://api.anthropic.com/v1"),
          openai(
              "gemini",
              "GEMINI_API_KEY",
              "https://generativelanguage.googleapis.com/v1beta/openai"),
          openai("groq", "GROQ_API_KEY", "https://api.groq.com/openai/v1"),
          openai("mistral", "MISTRAL_API_KEY", "https://api.mistral.ai/v1"),
          openai("cerebras", "CEREBRAS_API_KEY", "https://api.cerebras.ai/v1"),
          openai("deepseek", "DEEPSEEK_API_KEY", "https://api.deepseek.com/v1"),
          openai("openrouter", "OPENROUTER_API_KEY", "https://openrouter.ai/api/v1"));

  private ProviderDiscovery() {}

  /**
   * Returns a provider for every usual key in the environment, and a local Ollama if it is there.
   *
   * @param ollamaAnswers whether something listens on Ollama's usual port
   * @throws ConfigException if a file that is to hold a key cannot be read
   */
  public static List<ProviderEntry> find(Environment environment, BooleanSupplier ollamaAnswers)
      throws ConfigException {
    List<ProviderEntry> found = new ArrayList<>();
    for (Usual usual : USUAL) {
      Optional<Secret> key = environment.secret(usual.variable());
      if (key.isPresent()) {
        found.add(ProviderEntry.of(usual.name(), usual.dialect(), usual.baseUrl(), key));
      }
    }
    if (ollamaAnswers.getAsBoolean()) {
      found.add(
          ProviderEntry.of(
              "ollama",
              Dialect.OPENAI,
              "http://127.0.0.1:" + OLLAMA_PORT + "/v1",
              Optional.empty()));
    }
    return found;
  }

  /** Returns the address of a vendor; empty if it is not known here. */
  static Optional<String> baseUrl(String vendor) {
    return USUAL.stream()
        .filter(usual -> usual.name().equals(vendor))
        .map(Usual::baseUrl)
        .findFirst();
  }

  /** Returns the names of the variables looked for. */
  public static List<String> variables() {
    return USUAL.stream().map(Usual::variable).toList();
  }

  /** Returns true if something listens on Ollama's usual port of this machine. */
  public static boolean ollamaAnswers() {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), OLLAMA_PORT), OLLAMA_WAIT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static Usual openai(String name, String variable, String baseUrl) {
    return new Usual(name, variable, Dialect.OPENAI, baseUrl);
  }
}

package dev.admiral.optimizer.provider.assembly;

import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.provider.Provider;
import dev.admiral.optimizer.provider.ProviderSettings;
import dev.admiral.optimizer.provider.anthropic.AnthropicDialect;
import dev.admiral.optimizer.provider.openai.OpenAiDialect;
import dev.admiral.optimizer.provider.wire.HttpProvider;
import dev.admiral.optimizer.provider.wire.WireFormat;

/** Makes providers from their settings: the one place that knows every family of vendors. */
public final class Providers {
  private Providers() {}

  /** Returns a provider that speaks as its vendor does. Opens no connection. */
  public static Provider create(ProviderSettings settings, Time time) {
    WireFormat format =
        switch (settings.dialect()) {
          case OPENAI -> new OpenAiDialect(settings);
          case ANTHROPIC -> new AnthropicDialect(settings);
        };
    return HttpProvider.of(settings, format, time);
  }
}

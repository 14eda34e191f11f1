package dev.admiral.optimizer.provider;

import dev.admiral.optimizer.call.Time;

/** Assembles providers. */
public final class Providers {
  private Providers() {}

  /** Returns a provider that speaks the dialect of the settings. Opens no connection. */
  public static Provider create(ProviderSettings settings, Time time) {
    Dialect dialect =
        switch (settings.dialect()) {
          case OPENAI -> new OpenAiDialect(settings);
          case ANTHROPIC -> new AnthropicDialect(settings);
        };
    return new HttpProvider(settings, dialect, new ApacheUpstream(settings, time), time);
  }
}

package dev.admiral.optimizer.http.openai;

import dev.admiral.optimizer.call.VirtualTime;
import dev.admiral.optimizer.http.calls.Api;

/** The API of this package, for tests of what stands at its other end. */
public final class TestApis {
  private TestApis() {}

  public static Api chat() {
    return new ChatApi(new VirtualTime());
  }
}

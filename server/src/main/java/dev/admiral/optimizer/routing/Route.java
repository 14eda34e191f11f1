package dev.admiral.optimizer.routing;

import dev.admiral.optimizer.call.Failure;
import java.util.List;

/** Who may be asked for a prompt. */
public sealed interface Route {

  /**
   * The models to try.
   *
   * @param list best first, at least one, none twice
   */
  record Candidates(List<Candidate> list) implements Route {
    public Candidates {
      list = List.copyOf(list);
    }
  }

  /**
   * Nobody.
   *
   * @param failure why
   */
  record Failed(Failure failure) implements Route {}
}

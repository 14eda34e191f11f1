package dev.admiral.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;

/** One thing that a case does or looks at. What it expects is as {@link Match} has it. */
sealed interface Step {
  /** Makes a further client. Its address is the case's server unless the settings name another. */
  record Open(String client, ObjectNode settings, Optional<JsonNode> expect) implements Step {}

  /** Closes a client. */
  record Close(String client) implements Step {}

  /**
   * Makes a call; one with a name is begun and awaited by a later step.
   *
   * @param command what the driver is told, without the request and the id
   * @param method the method called; empty for the short form
   * @param times how many of it are made at once; the reply is then an array
   * @param capture names for parts of the reply, as JSON pointers, which later steps use as {@code
   *     {name}}
   */
  record Call(
      ObjectNode command,
      Optional<Contract.Method> method,
      Optional<JsonNode> request,
      int times,
      Optional<String> as,
      Optional<JsonNode> expect,
      Map<String, String> capture)
      implements Step {}

  /** Waits for the end of a call that was begun. */
  record Await(String call, Optional<JsonNode> expect, Map<String, String> capture)
      implements Step {}

  /** Waits until so many messages of a stream that was begun are here; of each, for several. */
  record Events(String call, int count) implements Step {}

  /** Cancels a call that was begun. */
  record Cancel(String call) implements Step {}

  /** Holds back the provider's answers of the case's model after so many frames. */
  record Hold(int afterFrames) implements Step {}

  /** Waits until the provider holds back so many answers. */
  record Held(int count) implements Step {}

  /** Lets held answers flow. */
  record Release() implements Step {}

  /** Waits until so many calls are in the server's hands. */
  record InFlight(int count) implements Step {}

  /** Tells the server to stop, as an operator does. */
  record Drain() implements Step {}

  /** Breaks every connection: both directions, or only the one to the client. */
  record Cut(boolean half) implements Step {}

  /** Looks at what the provider saw of the case's model, for a while until it is as expected. */
  record Upstream(JsonNode expect) implements Step {}

  /** Looks at what the scripted server saw, for a while until it is as expected. */
  record Seen(JsonNode expect) implements Step {}
}

package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.CachePolicy;
import dev.admiral.optimizer.v1.CallOptions;
import dev.admiral.optimizer.v1.CompleteBatchRequest;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CountTokensRequest;
import dev.admiral.optimizer.v1.EmbedRequest;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.StreamRequest;
import java.util.Optional;
import java.util.UUID;

/**
 * Puts into requests what a client knows and they lack: its agent's group, and a request_id where a
 * repeat could be paid twice.
 *
 * @param mayRepeat whether calls may be tried again
 */
record Requests(String agentId, String agentGroup, boolean mayRepeat) {
  /** Returns a request of any method with what it lacks. */
  @SuppressWarnings("unchecked") // Each case gives back the type it was given.
  <Q> Q prepare(Q request) {
    if (request instanceof CompleteRequest complete) {
      return (Q) prepare(complete);
    } else if (request instanceof StreamRequest stream) {
      return (Q) prepare(stream);
    } else if (request instanceof CompleteBatchRequest batch) {
      CompleteBatchRequest.Builder prepared = CompleteBatchRequest.newBuilder();
      batch.getRequestsList().forEach(one -> prepared.addRequests(prepare(one)));
      return (Q) prepared.build();
    } else if (request instanceof EmbedRequest embed) {
      return withGroup(embed.getOptions())
          .map(options -> (Q) embed.toBuilder().setOptions(options).build())
          .orElse(request);
    } else if (request instanceof CountTokensRequest count) {
      return withGroup(count.getOptions())
          .map(options -> (Q) count.toBuilder().setOptions(options).build())
          .orElse(request);
    }
    return request;
  }

  private CompleteRequest prepare(CompleteRequest request) {
    boolean identify =
        isIdNeeded(request.getRequestId(), request.getPrompt(), request.getOptions());
    Optional<CallOptions> options = withGroup(request.getOptions());
    if (!identify && options.isEmpty()) {
      return request;
    }
    CompleteRequest.Builder prepared = request.toBuilder();
    options.ifPresent(prepared::setOptions);
    if (identify) {
      prepared.setRequestId(UUID.randomUUID().toString());
    }
    return prepared.build();
  }

  private StreamRequest prepare(StreamRequest request) {
    boolean identify =
        isIdNeeded(request.getRequestId(), request.getPrompt(), request.getOptions());
    Optional<CallOptions> options = withGroup(request.getOptions());
    if (!identify && options.isEmpty()) {
      return request;
    }
    StreamRequest.Builder prepared = request.toBuilder();
    options.ifPresent(prepared::setOptions);
    if (identify) {
      prepared.setRequestId(UUID.randomUUID().toString());
    }
    return prepared.build();
  }

  /** The options with the group, if they lack it; the agent's name travels in the metadata. */
  private Optional<CallOptions> withGroup(CallOptions options) {
    boolean other = !options.getAgentId().isEmpty() && !options.getAgentId().equals(agentId);
    return agentGroup.isEmpty() || other || !options.getAgentGroup().isEmpty()
        ? Optional.empty()
        : Optional.of(options.toBuilder().setAgentGroup(agentGroup).build());
  }

  /** Whether a repeat of the call could be paid a second time for want of a cached answer. */
  private boolean isIdNeeded(String requestId, Prompt prompt, CallOptions options) {
    if (!mayRepeat || !requestId.isEmpty()) {
      return false;
    }
    CachePolicy cache = options.getCachePolicy();
    Sampling sampling = prompt.getSampling();
    boolean sampled = sampling.getTemperature() > 0 || sampling.getCandidateCount() > 1;
    return switch (cache.getMode()) {
      case MODE_BYPASS, MODE_REFRESH -> true;
      case MODE_ONLY -> false;
      default -> sampled && !cache.getIncludeSampled();
    };
  }
}

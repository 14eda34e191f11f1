package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.Candidate;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.ReasoningDelta;
import dev.admiral.optimizer.v1.RefusalDelta;
import dev.admiral.optimizer.v1.StreamFinished;
import dev.admiral.optimizer.v1.StreamRequest;
import dev.admiral.optimizer.v1.StreamResponse;
import dev.admiral.optimizer.v1.StreamStarted;
import dev.admiral.optimizer.v1.TextDelta;
import dev.admiral.optimizer.v1.ToolCallDelta;
import dev.admiral.optimizer.v1.VendorData;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Turns what a {@link Fallback} answers to what its call was promised. */
final class LocalAnswer {
  private LocalAnswer() {}

  /** Returns the substitute for a call; empty if calls of its kind have none. */
  @SuppressWarnings("unchecked") // Each request has answers of one type.
  static <Q, R> Optional<Exchange.Substitute<R>> of(Optional<Fallback> fallback, Q request) {
    if (fallback.isEmpty()) {
      return Optional.empty();
    }
    Fallback own = fallback.get();
    if (request instanceof CompleteRequest complete) {
      return Optional.of(failure ->
          (List<R>) own.answer(complete, failure).map(LocalAnswer::unmarked).stream().toList());
    } else if (request instanceof StreamRequest stream) {
      CompleteRequest complete = unary(stream);
      return Optional.of(failure ->
          (List<R>)
              own.answer(complete, failure)
                  .map(LocalAnswer::unmarked)
                  .map(LocalAnswer::events)
                  .orElse(List.of()));
    }
    return Optional.empty();
  }

  private static CompleteRequest unary(StreamRequest stream) {
    CompleteRequest.Builder complete =
        CompleteRequest.newBuilder()
            .setPrompt(stream.getPrompt())
            .setRequestId(stream.getRequestId());
    if (stream.hasOptions()) {
      complete.setOptions(stream.getOptions());
    }
    return complete.build();
  }

  private static CompleteResponse unmarked(CompleteResponse answer) {
    return answer.toBuilder().clearCallId().clearLedgerEntryId().clearServed().build();
  }

  /** The stream that {@link Assembly} would put together to an answer. */
  static List<StreamResponse> events(CompleteResponse answer) {
    List<StreamResponse> events = new ArrayList<>();
    events.add(
        StreamResponse.newBuilder()
            .setStarted(
                StreamStarted.newBuilder()
                    .setProvider(answer.getProvider())
                    .setModel(answer.getModel()))
            .build());
    StreamFinished.Builder finished =
        StreamFinished.newBuilder()
            .setFinishReason(answer.getCompletion().getFinishReason())
            .setStopSequence(answer.getCompletion().getStopSequence());
    addDeltas(events, 0, answer.getCompletion().getMessage());
    addVendorData(finished, 0, answer.getCompletion().getMessage());
    int index = 1;
    for (Candidate other : answer.getCompletion().getAlternativesList()) {
      addVendorData(finished, index, other.getMessage());
      addDeltas(events, index++, other.getMessage());
      finished.addAlternativeFinishReasons(other.getFinishReason());
    }
    if (answer.hasUsage()) {
      finished.setUsage(answer.getUsage());
    }
    if (answer.hasCost()) {
      finished.setCost(answer.getCost());
    }
    events.add(StreamResponse.newBuilder().setFinished(finished).build());
    return events;
  }

  private static void addVendorData(
      StreamFinished.Builder finished, int candidate, ChatMessage message) {
    if (message.hasVendorData()) {
      while (finished.getMessageVendorDataCount() < candidate) {
        finished.addMessageVendorData(VendorData.getDefaultInstance());
      }
      finished.addMessageVendorData(message.getVendorData());
    }
  }

  private static void addDeltas(List<StreamResponse> events, int candidate, ChatMessage message) {
    for (int i = 0; i < message.getPartsCount(); i++) {
      ContentDelta.Builder delta =
          ContentDelta.newBuilder().setCandidateIndex(candidate).setPartIndex(i);
      if (message.getParts(i).hasVendorData()) {
        delta.setVendorData(message.getParts(i).getVendorData());
      }
      if (put(message.getParts(i), delta)) {
        events.add(StreamResponse.newBuilder().setDelta(delta).build());
      }
    }
  }

  /** Puts a part into a delta; false for parts that only prompts have. */
  private static boolean put(ContentPart part, ContentDelta.Builder delta) {
    if (part.hasText()) {
      delta.setText(TextDelta.newBuilder().setText(part.getText().getText()));
    } else if (part.hasRefusal()) {
      delta.setRefusal(RefusalDelta.newBuilder().setText(part.getRefusal().getText()));
    } else if (part.hasReasoning()) {
      delta.setReasoning(
          ReasoningDelta.newBuilder()
              .setText(part.getReasoning().getText())
              .setSignature(part.getReasoning().getSignature())
              .setRedactedData(part.getReasoning().getRedactedData()));
    } else if (part.hasToolCall()) {
      delta.setToolCall(
          ToolCallDelta.newBuilder()
              .setId(part.getToolCall().getId())
              .setName(part.getToolCall().getName())
              .setArgumentsJson(part.getToolCall().getArgumentsJson()));
    } else {
      return false;
    }
    return true;
  }
}

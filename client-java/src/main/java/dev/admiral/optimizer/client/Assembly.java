package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.Candidate;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.ReasoningDelta;
import dev.admiral.optimizer.v1.ReasoningPart;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.StreamFinished;
import dev.admiral.optimizer.v1.StreamResponse;
import dev.admiral.optimizer.v1.StreamStarted;
import dev.admiral.optimizer.v1.ToolCall;
import dev.admiral.optimizer.v1.ToolCallDelta;
import dev.admiral.optimizer.v1.VendorData;
import java.util.SortedMap;
import java.util.TreeMap;

/** Puts the events of a stream together to the answer that the same unary call would have given. */
final class Assembly {
  private final SortedMap<Integer, SortedMap<Integer, Piece>> candidates = new TreeMap<>();
  private StreamStarted started = StreamStarted.getDefaultInstance();
  private StreamFinished finished = StreamFinished.getDefaultInstance();

  /** One part as far as it has come; appending to builders' strings would be quadratic. */
  private static final class Piece {
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder signature = new StringBuilder();
    private final StringBuilder redacted = new StringBuilder();
    private String id = "";
    private String name = "";
    private boolean custom;
    private VendorData vendorData = VendorData.getDefaultInstance();
    private ContentDelta.PieceCase kind = ContentDelta.PieceCase.PIECE_NOT_SET;

    void add(ContentDelta delta) {
      kind = delta.getPieceCase();
      if (delta.hasVendorData()) {
        vendorData = delta.getVendorData();
      }
      switch (kind) {
        case TEXT -> text.append(delta.getText().getText());
        case REFUSAL -> text.append(delta.getRefusal().getText());
        case REASONING -> {
          ReasoningDelta more = delta.getReasoning();
          text.append(more.getText());
          signature.append(more.getSignature());
          redacted.append(more.getRedactedData());
        }
        case TOOL_CALL -> {
          ToolCallDelta more = delta.getToolCall();
          id = more.getId().isEmpty() ? id : more.getId();
          name = more.getName().isEmpty() ? name : more.getName();
          custom |= more.hasInputText();
          text.append(custom ? more.getInputText() : more.getArgumentsJson());
        }
        case PIECE_NOT_SET -> {
          // A kind from a newer server: nothing this client could show.
        }
      }
    }

    ContentPart part() {
      ContentPart.Builder part = ContentPart.newBuilder();
      switch (kind) {
        case TEXT -> part.getTextBuilder().setText(text.toString());
        case REFUSAL -> part.getRefusalBuilder().setText(text.toString());
        case REASONING ->
            part.setReasoning(
                ReasoningPart.newBuilder()
                    .setText(text.toString())
                    .setSignature(signature.toString())
                    .setRedactedData(redacted.toString()));
        case TOOL_CALL -> {
          ToolCall.Builder call = ToolCall.newBuilder().setId(id).setName(name);
          part.setToolCall(
              custom ? call.setInputText(text.toString()) : call.setArgumentsJson(text.toString()));
        }
        case PIECE_NOT_SET -> {
          // Stays a part without a kind.
        }
      }
      if (!vendorData.equals(VendorData.getDefaultInstance())) {
        part.setVendorData(vendorData);
      }
      return part.build();
    }
  }

  void add(StreamResponse event) {
    switch (event.getEventCase()) {
      case STARTED -> started = event.getStarted();
      case FINISHED -> finished = event.getFinished();
      case DELTA -> {
        ContentDelta delta = event.getDelta();
        candidates
            .computeIfAbsent(delta.getCandidateIndex(), index -> new TreeMap<>())
            .computeIfAbsent(delta.getPartIndex(), index -> new Piece())
            .add(delta);
      }
      case EVENT_NOT_SET -> {
        // An event from a newer server.
      }
    }
  }

  CompleteResponse response() {
    Completion.Builder completion =
        Completion.newBuilder()
            .setMessage(message(0))
            .setFinishReason(finished.getFinishReason())
            .setStopSequence(finished.getStopSequence())
            .addAllOmittedFields(finished.getOmittedFieldsList())
            .setServedModel(finished.getServedModel())
            .setServiceTier(finished.getServiceTier());
    if (finished.hasFinishDetails()) {
      completion.setFinishDetails(finished.getFinishDetails());
    }
    int index = 1;
    for (FinishReason reason : finished.getAlternativeFinishReasonsList()) {
      completion.addAlternatives(
          Candidate.newBuilder().setMessage(message(index++)).setFinishReason(reason));
    }
    CompleteResponse.Builder response =
        CompleteResponse.newBuilder()
            .setCallId(started.getCallId())
            .setProvider(started.getProvider())
            .setModel(started.getModel())
            .setCompletion(completion)
            .setLedgerEntryId(finished.getLedgerEntryId());
    if (finished.hasUsage()) {
      response.setUsage(finished.getUsage());
    }
    if (finished.hasCost()) {
      response.setCost(finished.getCost());
    }
    if (finished.hasServed()) {
      response.setServed(finished.getServed());
    }
    return response.build();
  }

  private ChatMessage message(int candidate) {
    ChatMessage.Builder message = ChatMessage.newBuilder().setRole(Role.ROLE_ASSISTANT);
    candidates.getOrDefault(candidate, new TreeMap<>()).values().stream()
        .map(Piece::part)
        .forEach(message::addParts);
    if (candidate < finished.getMessageVendorDataCount()) {
      VendorData vendorData = finished.getMessageVendorData(candidate);
      if (!vendorData.equals(VendorData.getDefaultInstance())) {
        message.setVendorData(vendorData);
      }
    }
    return message.build();
  }
}

package dev.admiral.optimizer.cache;

import dev.admiral.optimizer.v1.Candidate;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.Message;
import dev.admiral.optimizer.v1.Part;
import dev.admiral.optimizer.v1.ReasoningDelta;
import dev.admiral.optimizer.v1.RefusalDelta;
import dev.admiral.optimizer.v1.TextDelta;
import dev.admiral.optimizer.v1.ToolCallDelta;
import java.util.ArrayList;
import java.util.List;

/** Cuts a whole answer into the pieces of a stream: one for each part. */
final class Pieces {
  private Pieces() {}

  static List<ContentDelta> of(Completion completion) {
    List<ContentDelta> pieces = new ArrayList<>();
    add(pieces, 0, completion.getMessage());
    int index = 1;
    for (Candidate candidate : completion.getAlternativesList()) {
      add(pieces, index++, candidate.getMessage());
    }
    return pieces;
  }

  private static void add(List<ContentDelta> pieces, int candidate, Message message) {
    for (int i = 0; i < message.getPartsCount(); i++) {
      Part part = message.getParts(i);
      ContentDelta.Builder piece =
          ContentDelta.newBuilder().setCandidateIndex(candidate).setPartIndex(i);
      switch (part.getKindCase()) {
        case TEXT -> piece.setText(TextDelta.newBuilder().setText(part.getText().getText()));
        case REASONING ->
            piece.setReasoning(
                ReasoningDelta.newBuilder()
                    .setText(part.getReasoning().getText())
                    .setSignature(part.getReasoning().getSignature())
                    .setRedactedData(part.getReasoning().getRedactedData()));
        case TOOL_CALL ->
            piece.setToolCall(
                ToolCallDelta.newBuilder()
                    .setId(part.getToolCall().getId())
                    .setName(part.getToolCall().getName())
                    .setArgumentsJson(part.getToolCall().getArgumentsJson()));
        case REFUSAL ->
            piece.setRefusal(RefusalDelta.newBuilder().setText(part.getRefusal().getText()));
        case IMAGE, FILE, TOOL_RESULT, KIND_NOT_SET -> {}
      }
      pieces.add(piece.build());
    }
  }
}

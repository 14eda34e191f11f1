package dev.admiral.optimizer.provider;

import dev.admiral.optimizer.v1.FilePart;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Tool;
import java.util.List;

/**
 * Our own count of tokens for calls whose usage the vendor did not report. Text counts a token for
 * four ASCII characters, for two of the other alphabets, and for one of all the rest (Chinese,
 * Japanese, emoji), which is within a third of the vendors' counts for prose and code; a message
 * and a tool add 4 for their frame, an image 1,000, a document that is not text 2,000.
 */
final class Estimate {
  private static final int FRAME_TOKENS = 4;
  private static final int IMAGE_TOKENS = 1_000;
  private static final int FILE_TOKENS = 2_000;

  private Estimate() {}

  static long input(Prompt prompt) {
    Counter counter = new Counter();
    for (ChatMessage message : prompt.getMessagesList()) {
      counter.addTokens(FRAME_TOKENS);
      parts(counter, message.getPartsList());
    }
    for (Tool tool : prompt.getToolsList()) {
      counter.addTokens(FRAME_TOKENS);
      counter.add(tool.getFunction().getName());
      counter.add(tool.getFunction().getDescription());
      counter.add(tool.getFunction().getParametersSchemaJson());
    }
    counter.add(prompt.getResponseFormat().getJsonSchema().getSchemaJson());
    return counter.tokens();
  }

  static long input(List<String> texts) {
    Counter counter = new Counter();
    texts.forEach(counter::add);
    return counter.tokens();
  }

  private static void parts(Counter counter, List<ContentPart> parts) {
    for (ContentPart part : parts) {
      switch (part.getKindCase()) {
        case TEXT -> counter.add(part.getText().getText());
        case IMAGE -> counter.addTokens(IMAGE_TOKENS);
        case FILE -> file(counter, part.getFile());
        case TOOL_CALL -> {
          counter.add(part.getToolCall().getName());
          counter.add(part.getToolCall().getArgumentsJson());
        }
        case TOOL_RESULT -> parts(counter, part.getToolResult().getPartsList());
        case REASONING -> {
          counter.add(part.getReasoning().getText());
          counter.add(part.getReasoning().getRedactedData());
        }
        case REFUSAL -> counter.add(part.getRefusal().getText());
        case KIND_NOT_SET -> {}
      }
    }
  }

  private static void file(Counter counter, FilePart file) {
    if (file.hasInline() && file.getInline().getMediaType().startsWith("text/")) {
      counter.addTokens(file.getInline().getData().size() / 4);
    } else {
      counter.addTokens(FILE_TOKENS);
    }
  }

  /** A running count. Used by one thread. */
  static final class Counter {
    private long quarters;

    void add(String text) {
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c < 0x80) {
          quarters++;
        } else if (c < 0x800 || Character.isSurrogate(c)) {
          // A surrogate is half a character.
          quarters += 2;
        } else {
          quarters += 4;
        }
      }
    }

    void addTokens(int tokens) {
      quarters += 4L * tokens;
    }

    /** Returns the count, rounded up. */
    long tokens() {
      return (quarters + 3) / 4;
    }
  }
}

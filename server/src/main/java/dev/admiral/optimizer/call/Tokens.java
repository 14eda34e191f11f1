package dev.admiral.optimizer.call;

import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.FilePart;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.Tool;
import dev.admiral.optimizer.v1.VendorData;
import java.util.List;

/**
 * How many tokens a text or a prompt has, as long as no vendor has counted them. Two figures by one
 * law: a likely one, for what a call cost whose usage was not reported, and an upper one, for what
 * a call may need before it is made.
 *
 * <p>Likely: the vendors' vocabularies of a hundred to two hundred thousand pieces hold about four
 * characters of English or code in a token, two of the other alphabets, and one of what has no
 * pieces of its own (Chinese, Japanese, emoji). That is within a third of the vendors' own counts
 * for prose and code. Each message and each tool adds 4 for its frame. A picture counts as 1,000,
 * since vendors scale it down to about a megapixel and take a token for some 750 pixels; a document
 * that is not text as 2,000, a page or two as text and picture.
 *
 * <p>What only a vendor can read in a part (signatures, encrypted reasoning) stands for thoughts
 * that were counted when they were written, and says nothing of their number: the reasoning it
 * encrypts counts by its length and the rest not at all, and all of it with at most 8,192 to a
 * part, likely or upper. What a vendor wants back with a whole message may be text, and counts as
 * such.
 *
 * <p>Upper: twice as much. Numbers, rare words and dense code have two characters a token, and
 * large pictures twice the pixels. It is counted by bytes, two to a token, which is the same for
 * ASCII and the other alphabets, half as much again for what counts as one, and needs no walk
 * through the text. It is never below the likely figure.
 *
 * <p>Thread-safe, without state.
 */
public final class Tokens {
  /** Output assumed where a prompt sets no limit. */
  public static final long DEFAULT_OUTPUT = 4_096;

  private static final int FRAME = 4;
  private static final int IMAGE = 1_000;
  private static final int DOCUMENT = 2_000;
  private static final int ASCII_PER_TOKEN = 4;
  private static final int UPPER_BYTES_PER_TOKEN = 2;
  private static final int UPPER_FACTOR = 2;
  private static final int MOST_SEALED = 8_192;

  private Tokens() {}

  /** Returns the likely tokens of a prompt. */
  public static long likely(Prompt prompt) {
    Counter counter = new Counter();
    for (ChatMessage message : prompt.getMessagesList()) {
      counter.addTokens(FRAME);
      counter.add(message.getVendorData().getJson());
      parts(counter, message.getPartsList());
    }
    for (Tool tool : prompt.getToolsList()) {
      counter.addTokens(FRAME);
      counter.add(tool.getFunction().getName());
      counter.add(tool.getFunction().getDescription());
      counter.add(tool.getFunction().getParametersSchemaJson());
      counter.add(tool.getCustom().getName());
      counter.add(tool.getCustom().getDescription());
      counter.add(tool.getCustom().getGrammar().getDefinition());
      counter.addTokens(tool.getProviderOptions().getSerializedSize() / ASCII_PER_TOKEN);
    }
    counter.add(prompt.getResponseFormat().getJsonSchema().getSchemaJson());
    return counter.tokens();
  }

  /** Returns the likely tokens of texts. */
  public static long likely(List<String> texts) {
    Counter counter = new Counter();
    texts.forEach(counter::add);
    return counter.tokens();
  }

  /** Returns the upper figure for a prompt; cheap, since sizes in bytes are remembered. */
  public static long upper(Prompt prompt) {
    Attachments attachments = new Attachments();
    for (ChatMessage message : prompt.getMessagesList()) {
      attachments.add(message.getPartsList());
    }
    long bytes = prompt.getSerializedSize() - attachments.bytes;
    long frames = (long) FRAME * (prompt.getMessagesCount() + prompt.getToolsCount());
    return Math.ceilDiv(bytes, UPPER_BYTES_PER_TOKEN) + frames + attachments.tokens;
  }

  /** Returns the upper figure for texts. */
  public static long upper(List<String> texts) {
    long bytes = 0;
    for (String text : texts) {
      bytes += bytes(text);
    }
    return Math.ceilDiv(bytes, UPPER_BYTES_PER_TOKEN);
  }

  /**
   * Returns the most tokens of all of a prompt's answers together, {@link #DEFAULT_OUTPUT} each if
   * it sets no limit.
   */
  public static long upperOutput(Prompt prompt) {
    Sampling sampling = prompt.getSampling();
    long each =
        sampling.hasMaxOutputTokenCount() ? sampling.getMaxOutputTokenCount() : DEFAULT_OUTPUT;
    return each * Math.max(1, sampling.getCandidateCount());
  }

  private static void parts(Counter counter, List<ContentPart> parts) {
    for (ContentPart part : parts) {
      switch (part.getKindCase()) {
        case TEXT -> counter.add(part.getText().getText());
        case IMAGE -> counter.addTokens(IMAGE);
        case FILE -> {
          FilePart file = part.getFile();
          counter.addTokens(
              isText(file) ? file.getInline().getData().size() / ASCII_PER_TOKEN : DOCUMENT);
        }
        case TOOL_CALL -> {
          counter.add(part.getToolCall().getName());
          counter.add(part.getToolCall().getArgumentsJson());
          counter.add(part.getToolCall().getInputText());
        }
        case TOOL_RESULT -> parts(counter, part.getToolResult().getPartsList());
        case REASONING -> {
          counter.add(part.getReasoning().getText());
          int sealed = part.getReasoning().getRedactedData().length();
          counter.addTokens(Math.min(MOST_SEALED, Math.ceilDiv(sealed, ASCII_PER_TOKEN)));
        }
        case REFUSAL -> counter.add(part.getRefusal().getText());
        case TOOL_REFERENCE -> counter.add(part.getToolReference().getToolName());
        case KIND_NOT_SET -> {}
      }
    }
  }

  private static boolean isText(FilePart file) {
    return file.hasInline() && file.getInline().getMediaType().startsWith("text/");
  }

  private static long vendorBytes(boolean present, VendorData data) {
    return present ? data.getSerializedSize() : 0;
  }

  /** Bytes of a text in UTF-8; half a surrogate pair counts as half of four. */
  private static long bytes(String text) {
    long bytes = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
      }
    }
    return bytes;
  }

  /** What does not count by its bytes, for the upper figure. Used by one thread. */
  private static final class Attachments {
    private long bytes;
    private long tokens;

    void addSealed(long sealed) {
      bytes += sealed;
      tokens += Math.min(MOST_SEALED, Math.ceilDiv(sealed, UPPER_BYTES_PER_TOKEN));
    }

    void add(List<ContentPart> parts) {
      for (ContentPart part : parts) {
        addSealed(vendorBytes(part.hasVendorData(), part.getVendorData()));
        if (part.hasReasoning()) {
          addSealed(
              bytes(part.getReasoning().getSignature())
                  + bytes(part.getReasoning().getRedactedData()));
        } else if (part.hasImage()) {
          bytes += part.getImage().getSerializedSize();
          tokens += (long) UPPER_FACTOR * IMAGE;
        } else if (part.hasFile() && !isText(part.getFile())) {
          // Nobody knows how many pages it has: its bytes count too.
          tokens += (long) UPPER_FACTOR * DOCUMENT;
        } else if (part.hasToolResult()) {
          add(part.getToolResult().getPartsList());
        }
      }
    }
  }

  /** A running count of likely tokens. Used by one thread. */
  public static final class Counter {
    private long quarters;

    /** Adds a text. */
    public void add(String text) {
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
    public long tokens() {
      return (quarters + 3) / 4;
    }
  }
}

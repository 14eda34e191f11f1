package dev.admiral.simulator;

import java.util.List;
import java.util.Optional;

/**
 * An answer before it takes a vendor's shape.
 *
 * @param choices at least one
 * @param tokens what it costs
 */
record Answer(List<Choice> choices, Tokens tokens) {

  /** Why an answer ended. */
  enum Finish {
    STOP,
    STOP_SEQUENCE,
    LENGTH,
    TOOL_CALLS,
    CONTENT_FILTER,
    REFUSAL
  }

  /**
   * One of the answers asked for.
   *
   * @param hiddenReasoning tokens of reasoning that are billed and not shown
   * @param stopSequence the stop text that ended it
   */
  record Choice(
      List<Block> blocks, int hiddenReasoning, Finish finish, Optional<String> stopSequence) {}

  /** A part of an answer, as the fragments in which it is streamed; each is one token. */
  sealed interface Block {
    List<String> fragments();

    /** The part as a whole. */
    default String text() {
      return String.join("", fragments());
    }

    /** Output tokens of the part. */
    default int tokens() {
      return fragments().size();
    }

    record Thinking(List<String> fragments, String signature) implements Block {}

    record Text(List<String> fragments) implements Block {}

    record Refusal(List<String> fragments) implements Block {}

    /** A tool call; its fragments are its arguments, and naming the tool costs tokens too. */
    record ToolCall(String id, String name, List<String> fragments) implements Block {
      static final int NAME_TOKENS = 6;

      @Override
      public int tokens() {
        return NAME_TOKENS + fragments.size();
      }
    }
  }
}

package dev.admiral.simulator;

import dev.admiral.simulator.Answer.Block;
import dev.admiral.simulator.Answer.Choice;

/**
 * An answer in a vendor's bytes, either whole or as the frames of a stream in their order: {@link
 * #head}, then {@link #next} while {@link #nextTokens} is not negative, then {@link #tail}. Belongs
 * to one call and to one thread at a time.
 */
abstract class Script {
  final Ask ask;
  final Answer answer;
  private int choice;
  private int block;

  /** Fragments sent of the current block; -1 before the frame that opens a tool call. */
  private int fragment = -1;

  Script(Ask ask, Answer answer) {
    this.ask = ask;
    this.answer = answer;
    settle();
  }

  /** The whole answer as one JSON body. */
  abstract void whole(Bytes out);

  /** What a stream says before any content. */
  abstract void head(Bytes out);

  /** What a stream says after all content, usage included. */
  abstract void tail(Bytes out);

  /** The vendor's error in the middle of a stream. */
  abstract void error(Bytes out);

  /** The vendor's error in place of a whole answer. */
  abstract void wholeError(Bytes out);

  /** A frame that is cut off inside its JSON. */
  abstract void malformed(Bytes out);

  /** Writes the frame that opens a tool call. */
  abstract void openCall(Bytes out, int choice, int block, Block.ToolCall call);

  /** Writes a frame with {@code count} fragments of a block. */
  abstract void fragments(Bytes out, int choice, int block, Block of, int first, int count);

  /** How many fragments the next frame takes at most. */
  int fragmentsPerFrame(int choice, int block, int first) {
    return 1;
  }

  /** Whether the frame that opens a tool call holds its arguments too. */
  boolean wholeCalls() {
    return false;
  }

  /** The current block, before its first frame. */
  void openBlock(Bytes out, int choice, int block, Block of) {}

  /** The current block, after its last frame. */
  void closeBlock(Bytes out, int choice, int block, Block of) {}

  /** Whether the answer's end carries usage to the caller. */
  boolean reportsUsage() {
    return !ask.stream() || ask.includeUsage();
  }

  /** Output tokens spent before the first frame: reasoning that is not shown. */
  final int hiddenTokens() {
    int hidden = 0;
    for (Choice c : answer.choices()) {
      hidden += c.hiddenReasoning();
    }
    return hidden;
  }

  /** Output tokens of the next frame, or -1 when there is none. */
  final int nextTokens() {
    if (choice == answer.choices().size()) {
      return -1;
    }
    Block current = current();
    if (fragment < 0 && current instanceof Block.ToolCall call) {
      return wholeCalls() ? call.tokens() : Block.ToolCall.NAME_TOKENS;
    }
    return frameSize(current, Math.max(fragment, 0));
  }

  /** Whether the next frame is of reasoning. */
  final boolean nextIsReasoning() {
    return choice < answer.choices().size() && current() instanceof Block.Thinking;
  }

  /** Writes the next frame. */
  final void next(Bytes out) {
    Block current = current();
    if (fragment < 0) {
      openBlock(out, choice, block, current);
    }
    if (fragment < 0 && current instanceof Block.ToolCall call) {
      openCall(out, choice, block, call);
      fragment = wholeCalls() ? call.fragments().size() : 0;
    } else {
      int first = Math.max(fragment, 0);
      int count = frameSize(current, first);
      fragments(out, choice, block, current, first, count);
      fragment = first + count;
    }
    if (fragment >= current.fragments().size()) {
      closeBlock(out, choice, block, current);
      block++;
      fragment = -1;
      settle();
    }
  }

  private int frameSize(Block of, int first) {
    return Math.min(of.fragments().size() - first, fragmentsPerFrame(choice, block, first));
  }

  private Block current() {
    return answer.choices().get(choice).blocks().get(block);
  }

  /** Moves on to the next block that has something to send. */
  private void settle() {
    while (choice < answer.choices().size()) {
      var blocks = answer.choices().get(choice).blocks();
      while (block < blocks.size()
          && blocks.get(block).fragments().isEmpty()
          && !(blocks.get(block) instanceof Block.ToolCall)) {
        block++;
      }
      if (block < blocks.size()) {
        return;
      }
      choice++;
      block = 0;
    }
  }
}

package dev.admiral.optimizer.call;

import java.util.List;

/** What is turned into vectors, one vector for each. */
public sealed interface VectorInput {
  /** Returns how many vectors are wanted. */
  int count();

  /** Returns the place of the first that is empty; negative if none is. */
  int firstEmpty();

  /** Returns the likely tokens of all. */
  long likelyTokens();

  /** Returns the upper figure for the tokens of all. */
  long upperTokens();

  /** Texts. */
  record Texts(List<String> texts) implements VectorInput {
    public Texts {
      texts = List.copyOf(texts);
    }

    @Override
    public int count() {
      return texts.size();
    }

    @Override
    public int firstEmpty() {
      return texts.indexOf("");
    }

    @Override
    public long likelyTokens() {
      return Tokens.likely(texts);
    }

    @Override
    public long upperTokens() {
      return Tokens.upper(texts);
    }
  }

  /**
   * Texts as the numbers of their tokens, which the model that is asked must count alike: some
   * clients of OpenAI send them so.
   */
  record Numbers(List<List<Integer>> texts) implements VectorInput {
    public Numbers {
      texts = texts.stream().map(List::copyOf).toList();
    }

    @Override
    public int count() {
      return texts.size();
    }

    @Override
    public int firstEmpty() {
      return texts.indexOf(List.of());
    }

    @Override
    public long likelyTokens() {
      return texts.stream().mapToLong(List::size).sum();
    }

    @Override
    public long upperTokens() {
      return likelyTokens();
    }
  }
}

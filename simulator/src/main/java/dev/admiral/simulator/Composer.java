package dev.admiral.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import dev.admiral.simulator.Answer.Block;
import dev.admiral.simulator.Answer.Choice;
import dev.admiral.simulator.Answer.Finish;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Makes up answers. The answer is a function of the seed and the request's content; its limits
 * (most tokens, stop texts) only shorten it, so that a longer limit continues the same text.
 */
final class Composer {
  private static final String[] WORDS =
      words(
          "the a of to and in that with for each from is are was will can may must should every"
              + " anchor beacon cargo chart compass convoy course crew deck depth engine ensign"
              + " fleet galley gauge harbor helm horizon hull island jetty keel knot lantern ledger"
              + " mast message mooring north ocean order pilot port quay radar rigging route rudder"
              + " sail sextant ship shore signal south squall starboard stern storm tide vessel"
              + " voyage watch wave wharf wind steady calm clear early exact first heavy late"
              + " narrow open quick safe slow small wide holds turns keeps shows carries reaches"
              + " crosses follows measures records answers counts waits returns naïve café Ærø");
  private static final String[] STARTS =
      words("The A Every This Each One Such Our When After Before With");
  private static final String[] ODDITIES = {
    " \"quoted\"", " →", " 数据", " ⚓", "\n\n", " 🚢", " `code`", " 50%", " <b>", " \\path"
  };
  private static final List<String> REFUSAL =
      List.of("I'm", " sorry", ",", " but", " I", " can't", " assist", " with", " that", ".");
  private static final Pattern WORD_BREAK = Pattern.compile("[_-]");
  private static final int TELLING_WORD = 4;
  private static final int SENTENCE = 11;
  private static final int ODDITY_EVERY = 40;
  private static final int JSON_FRAGMENT = 4;
  private static final double LENGTH_SPREAD = 0.5;
  private static final int LONGEST_FACTOR = 8;
  private static final int SIGNATURE_LENGTH = 120;

  private final long seed;

  Composer(long seed) {
    this.seed = seed;
  }

  Answer compose(Ask ask) {
    long hash = Mix.mix(seed, ask.hash());
    List<Choice> choices = new ArrayList<>(ask.choices());
    long output = 0;
    long reasoning = 0;
    for (int i = 0; i < ask.choices(); i++) {
      Choice choice = choice(ask, Mix.mix(hash, i));
      choices.add(choice);
      output += choice.hiddenReasoning();
      reasoning += choice.hiddenReasoning();
      for (Block block : choice.blocks()) {
        output += block.tokens();
        reasoning += block instanceof Block.Thinking ? block.tokens() : 0;
      }
    }
    return new Answer(List.copyOf(choices), ask.prompt().withOutput(output, reasoning));
  }

  private static Choice choice(Ask ask, long hash) {
    int reasoning = reasoning(ask, hash);
    boolean shown = ask.dialect() == Dialect.ANTHROPIC || ask.dialect().reasoningField != null;
    List<Block> blocks = new ArrayList<>(2);
    if (reasoning > 0 && shown) {
      blocks.add(
          new Block.Thinking(
              prose(Mix.mix(hash, 10), reasoning), Mix.base62(hash, SIGNATURE_LENGTH)));
    }
    int hidden = shown ? 0 : reasoning;
    if (reasoning >= ask.maxTokens()) {
      return new Choice(blocks, hidden, Finish.LENGTH, Optional.empty());
    }
    if (ask.options().has(Options.Key.REFUSE)) {
      if (ask.dialect() != Dialect.ANTHROPIC) {
        blocks.add(new Block.Refusal(REFUSAL));
      }
      return new Choice(blocks, hidden, Finish.REFUSAL, Optional.empty());
    }
    List<Ask.Tool> called = called(ask);
    Finish finish = Finish.STOP;
    Optional<String> stop = Optional.empty();
    if (called.isEmpty()) {
      List<String> text = text(ask, hash);
      Optional<Stop> hit = Stop.find(text, ask.stop());
      if (hit.isPresent()) {
        text = hit.get().before;
        stop = Optional.of(hit.get().sequence);
        finish = Finish.STOP_SEQUENCE;
      }
      if (ask.options().has(Options.Key.FILTER)) {
        text = text.subList(0, text.size() / 2);
        finish = Finish.CONTENT_FILTER;
        stop = Optional.empty();
      }
      blocks.add(new Block.Text(text));
    } else {
      finish = Finish.TOOL_CALLS;
      if (ask.dialect() == Dialect.ANTHROPIC && ask.toolChoice() instanceof Ask.ToolChoice.Auto) {
        blocks.add(new Block.Text(List.of("I", "'ll", " look", " that", " up", ".")));
      }
      for (int i = 0; i < called.size(); i++) {
        blocks.add(call(ask, called.get(i), Mix.mix(hash, 100 + i)));
      }
    }
    return shorten(new Choice(blocks, hidden, finish, stop), ask.maxTokens());
  }

  private static int reasoning(Ask ask, long hash) {
    OptionalLong exact = ask.options().value(Options.Key.REASONING);
    if (ask.reasoningBudget() == 0 && exact.isEmpty()) {
      return 0;
    }
    long natural = (long) Math.ceil(ask.reasoningBudget() * (0.25 + 0.75 * Mix.unit(hash)));
    return (int) Math.min(ask.maxTokens(), exact.orElse(natural));
  }

  private static List<String> text(Ask ask, long hash) {
    if (ask.options().has(Options.Key.ECHO)) {
      return pieces(ask.lastUserText());
    }
    if (ask.schema().isPresent()) {
      return pieces(Schemas.sample(ask.schema().get(), hash).toString());
    }
    if (ask.jsonObject()) {
      return pieces("{\"answer\": \"" + WORDS[Mix.below(hash, WORDS.length)].strip() + "\"}");
    }
    OptionalLong exact = ask.options().value(Options.Key.TOKENS);
    int median = ask.model().answerTokens();
    double drawn = median * Math.exp(LENGTH_SPREAD * Mix.gaussian(Mix.mix(hash, 11)));
    return prose(hash, (int) exact.orElse(Math.clamp((long) drawn, 1, LONGEST_FACTOR * median)));
  }

  private static Block.ToolCall call(Ask ask, Ask.Tool tool, long hash) {
    JsonNode arguments = Schemas.sample(tool.schema(), hash);
    String id =
        switch (ask.dialect()) {
          case ANTHROPIC -> "toolu_01" + Mix.base62(hash, 22);
          case MISTRAL -> Mix.base62(hash, 9);
          case CEREBRAS -> Mix.hex(hash, 9);
          default -> "call_" + Mix.base62(hash, 24);
        };
    return new Block.ToolCall(id, tool.name(), pieces(arguments.toString()));
  }

  /** Which tools are called: the triggers documented at {@link Simulator}. */
  private static List<Ask.Tool> called(Ask ask) {
    if (ask.tools().isEmpty() || ask.toolChoice() instanceof Ask.ToolChoice.None) {
      return List.of();
    }
    List<Ask.Tool> named =
        switch (ask.toolChoice()) {
          case Ask.ToolChoice.Named(String name) ->
              ask.tools().stream().filter(tool -> tool.name().equals(name)).toList();
          default -> ask.tools().stream().filter(tool -> mentions(ask, tool)).toList();
        };
    boolean forced = !(ask.toolChoice() instanceof Ask.ToolChoice.Auto);
    OptionalLong exact =
        ask.userTurn() ? ask.options().value(Options.Key.TOOLS) : OptionalLong.empty();
    List<Ask.Tool> from = named.isEmpty() ? ask.tools() : named;
    long count =
        exact.orElse(forced ? Math.max(1, named.size()) : ask.userTurn() ? named.size() : 0);
    if (!ask.parallelTools()) {
      count = Math.min(count, 1);
    }
    List<Ask.Tool> called = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      called.add(from.get(i % from.size()));
    }
    return called;
  }

  /** Whether the message contains the tool's name, or a word of it that is not too short. */
  private static boolean mentions(Ask ask, Ask.Tool tool) {
    String text = ask.lastUserText().toLowerCase(Locale.ROOT);
    String name = tool.name().toLowerCase(Locale.ROOT);
    if (text.contains(name)) {
      return true;
    }
    for (String word : WORD_BREAK.split(name, -1)) {
      if (word.length() >= TELLING_WORD && text.contains(word)) {
        return true;
      }
    }
    return false;
  }

  private static Choice shorten(Choice choice, long maxTokens) {
    long left = maxTokens - choice.hiddenReasoning();
    List<Block> blocks = new ArrayList<>(choice.blocks().size());
    for (Block block : choice.blocks()) {
      if (block.tokens() > left) {
        Block shortened = prefix(block, (int) left);
        if (shortened.tokens() <= left) {
          blocks.add(shortened);
        }
        return new Choice(blocks, choice.hiddenReasoning(), Finish.LENGTH, Optional.empty());
      }
      left -= block.tokens();
      blocks.add(block);
    }
    return choice;
  }

  private static Block prefix(Block block, int tokens) {
    List<String> fragments = block.fragments();
    return switch (block) {
      case Block.Thinking thinking ->
          new Block.Thinking(fragments.subList(0, tokens), thinking.signature());
      case Block.Text text -> new Block.Text(fragments.subList(0, tokens));
      case Block.Refusal refusal -> new Block.Refusal(fragments.subList(0, tokens));
      case Block.ToolCall call ->
          new Block.ToolCall(
              call.id(),
              call.name(),
              fragments.subList(0, Math.max(0, tokens - Block.ToolCall.NAME_TOKENS)));
    };
  }

  /** Sentences of exactly {@code count} tokens; a longer count continues the shorter text. */
  private static List<String> prose(long hash, int count) {
    String[] tokens = new String[count];
    for (int i = 0; i < count; i++) {
      long h = Mix.mix(hash, i);
      int at = i % (SENTENCE + 1);
      if (i == 0) {
        tokens[i] = STARTS[Mix.below(h, STARTS.length)].strip();
      } else if (at == 0) {
        tokens[i] = STARTS[Mix.below(h, STARTS.length)];
      } else if (at == SENTENCE) {
        tokens[i] = ".";
      } else if (Mix.below(h, ODDITY_EVERY) == 0) {
        tokens[i] = ODDITIES[Mix.below(Mix.mix(h, 1), ODDITIES.length)];
      } else {
        tokens[i] = WORDS[Mix.below(h, WORDS.length)];
      }
    }
    return List.of(tokens);
  }

  /** Cuts text into tokens of four UTF-16 units, never through a surrogate pair. */
  private static List<String> pieces(String text) {
    List<String> pieces = new ArrayList<>(text.length() / JSON_FRAGMENT + 1);
    for (int start = 0; start < text.length(); ) {
      int end = Math.min(text.length(), start + JSON_FRAGMENT);
      if (end < text.length() && Character.isLowSurrogate(text.charAt(end))) {
        end++;
      }
      pieces.add(text.substring(start, end));
      start = end;
    }
    return pieces;
  }

  private static String[] words(String list) {
    String[] words = list.split(" ", -1);
    for (int i = 0; i < words.length; i++) {
      words[i] = " " + words[i];
    }
    return words;
  }

  /** The first stop text in an answer, and the tokens before it. */
  private record Stop(List<String> before, String sequence) {

    static Optional<Stop> find(List<String> fragments, List<String> sequences) {
      if (sequences.isEmpty()) {
        return Optional.empty();
      }
      String text = String.join("", fragments);
      int first = -1;
      String found = "";
      for (String sequence : sequences) {
        int at = text.indexOf(sequence);
        if (at >= 0 && (first < 0 || at < first)) {
          first = at;
          found = sequence;
        }
      }
      return first < 0 ? Optional.empty() : Optional.of(new Stop(before(fragments, first), found));
    }

    private static List<String> before(List<String> fragments, int length) {
      List<String> before = new ArrayList<>();
      int left = length;
      for (String fragment : fragments) {
        if (left < fragment.length()) {
          if (left > 0) {
            before.add(fragment.substring(0, left));
          }
          break;
        }
        before.add(fragment);
        left -= fragment.length();
      }
      return before;
    }
  }
}

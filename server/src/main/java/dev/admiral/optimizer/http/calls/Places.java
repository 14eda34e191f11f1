package dev.admiral.optimizer.http.calls;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Failure.Violation;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.Prompt;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where in a client's request the messages of its prompt came from, so that whatever finds fault
 * with the prompt is told in the client's words. Filled by one thread while a request is read, then
 * only read.
 */
public final class Places {
  private static final Pattern MESSAGE = Pattern.compile("prompt\\.messages\\[(\\d+)](.*)");
  private static final Pattern TOOL =
      Pattern.compile("prompt\\.tools\\[(\\d+)]\\.(?:function|custom)\\.(\\w+)");

  private int[] origins = new int[4];
  private int count;

  /** What an API calls the fields of a prompt. */
  public interface Words {
    /**
     * Returns the name of a field of a message.
     *
     * @param origin what was noted of the message
     * @param rest the path of the field below its message
     */
    String ofMessage(int origin, ChatMessage message, String rest);

    /** Returns the name of a field of a tool. */
    String ofTool(int index, String field);

    /** Returns the name of another field; the contract's own if the API has none. */
    String of(String path);
  }

  /**
   * Notes where the next message came from.
   *
   * @param origin what {@link Words} makes a name of
   */
  public void add(int origin) {
    if (count == origins.length) {
      origins = Arrays.copyOf(origins, 2 * count);
    }
    origins[count++] = origin;
  }

  /** Returns a failure whose fields are named as the client names them. */
  public Failure translate(Failure failure, Prompt prompt, Words words) {
    return switch (failure) {
      case Failure.Invalid invalid -> renamed(invalid, field -> field(field, prompt, words));
      case Failure.Inexpressible cannot -> {
        String field = field(cannot.field(), prompt, words);
        yield new Failure.Inexpressible(field, cannot.message().replace(cannot.field(), field));
      }
      default -> failure;
    };
  }

  /** Returns a failure whose fields have other names. */
  public static Failure.Invalid renamed(Failure.Invalid invalid, UnaryOperator<String> names) {
    List<Violation> violations = new ArrayList<>(invalid.violations().size());
    for (Violation violation : invalid.violations()) {
      violations.add(new Violation(names.apply(violation.field()), violation.description()));
    }
    String first = invalid.violations().getFirst().field();
    String message = invalid.message();
    return new Failure.Invalid(
        message.startsWith(first)
            ? violations.getFirst().field() + message.substring(first.length())
            : message,
        violations);
  }

  private String field(String path, Prompt prompt, Words words) {
    Matcher message = MESSAGE.matcher(path);
    if (message.matches()) {
      int index = Integer.parseInt(message.group(1));
      if (index < Math.min(count, prompt.getMessagesCount())) {
        return words.ofMessage(origins[index], prompt.getMessages(index), message.group(2));
      }
    }
    Matcher tool = TOOL.matcher(path);
    if (tool.matches()) {
      return words.ofTool(Integer.parseInt(tool.group(1)), tool.group(2));
    }
    return words.of(path);
  }
}

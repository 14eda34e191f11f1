package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.TextPart;
import java.util.stream.Collectors;

/** Short forms for the most common content; everything else is the generated builders' business. */
public final class Prompts {
  private Prompts() {}

  /** Returns a prompt of one user message. */
  public static Prompt of(String model, String text) {
    return Prompt.newBuilder().setModel(model).addMessages(message(Role.ROLE_USER, text)).build();
  }

  /** Returns a prompt of instructions and one user message. */
  public static Prompt of(String model, String system, String text) {
    return Prompt.newBuilder()
        .setModel(model)
        .addMessages(message(Role.ROLE_SYSTEM, system))
        .addMessages(message(Role.ROLE_USER, text))
        .build();
  }

  /** Returns a message of one text. */
  public static ChatMessage message(Role role, String text) {
    return ChatMessage.newBuilder()
        .setRole(role)
        .addParts(ContentPart.newBuilder().setText(TextPart.newBuilder().setText(text)))
        .build();
  }

  /** Returns the text of an answer, all of its text parts joined; empty if it has none. */
  public static String text(Completion completion) {
    return completion.getMessage().getPartsList().stream()
        .filter(ContentPart::hasText)
        .map(part -> part.getText().getText())
        .collect(Collectors.joining());
  }
}

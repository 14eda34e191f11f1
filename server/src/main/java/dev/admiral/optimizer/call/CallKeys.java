package dev.admiral.optimizer.call;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.FilePart;
import dev.admiral.optimizer.v1.ImagePart;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.PromptCachePoint;
import dev.admiral.optimizer.v1.ResponseFormat;
import dev.admiral.optimizer.v1.RoutingPreferences;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.Tool;
import dev.admiral.optimizer.v1.ToolChoice;
import dev.admiral.optimizer.v1.ToolResult;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Derives the keys under which calls meet. What is digested begins with a tag that names the kind
 * of key and its version, and every part is preceded by its length, so that no two different calls
 * give the same bytes.
 *
 * <p>Run for every call on the event loop: nothing here blocks.
 */
public final class CallKeys {
  private static final String CONTENT_TAG = "admiral.content.1";

  /** Of prompts that name the dialect of their options; the others keep the keys they had. */
  private static final String DIALECT_TAG = "admiral.content.2";

  /** Of prompts with tools or a form of the answer, whose messages were once others. */
  private static final String SHAPED_TAG = "admiral.content.3";

  private static final String REPEAT_TAG = "admiral.repeat.1";

  /** Gathers small fields; a larger one goes to the digest as it is. */
  private static final int BUFFER_BYTES = 512;

  private static final Value NOT_GIVEN = Value.getDefaultInstance();

  /** Never updated; cloning it is quicker than asking the security providers for another. */
  private static final MessageDigest SHA_256 = sha256();

  private CallKeys() {}

  /**
   * Returns the key of a call's content. Equal are calls of one tenant, in one scope (the whole
   * fleet or one agent), whose prompt and routing wishes are equal field by field.
   */
  public static CallKey content(
      Caller caller, Prompt prompt, RoutingPreferences wishes, CacheUse use) {
    return digest(out -> {
      String dialect = dialect(prompt);
      boolean shaped = prompt.getToolsCount() > 0 || prompt.hasResponseFormat();
      out.writeStringNoTag(shaped ? SHAPED_TAG : dialect.isEmpty() ? CONTENT_TAG : DIALECT_TAG);
      if (shaped || !dialect.isEmpty()) {
        out.writeStringNoTag(dialect);
      }
      out.writeStringNoTag(caller.tenant());
      out.writeBoolNoTag(use.agentOnly());
      out.writeStringNoTag(use.agentOnly() ? caller.agent() : "");
      write(out, prompt);
      out.writeMessageNoTag(wishes);
    });
  }

  private static String dialect(Prompt prompt) {
    return switch (prompt.getProviderOptionsDialect()) {
      case PROVIDER_DIALECT_UNSPECIFIED -> "";
      case PROVIDER_DIALECT_OPENAI -> "openai";
      case PROVIDER_DIALECT_ANTHROPIC -> "anthropic";
      case UNRECOGNIZED -> Integer.toString(prompt.getProviderOptionsDialectValue());
    };
  }

  /**
   * Writes every field of a prompt, each with its length or presence, so that no two run together.
   */
  private static void write(CodedOutputStream out, Prompt prompt) throws IOException {
    out.writeStringNoTag(prompt.getModel());
    out.writeUInt32NoTag(prompt.getMessagesCount());
    for (dev.admiral.optimizer.v1.ChatMessage message : prompt.getMessagesList()) {
      boolean plain = isPlainText(message);
      out.writeBoolNoTag(plain);
      if (plain) {
        writePlainText(out, message);
      } else {
        out.writeMessageNoTag(message);
      }
    }
    out.writeUInt32NoTag(prompt.getToolsCount());
    for (Tool tool : prompt.getToolsList()) {
      out.writeMessageNoTag(tool);
    }
    write(out, prompt.hasToolChoice(), prompt.getToolChoice());
    write(out, prompt.hasResponseFormat(), prompt.getResponseFormat());
    write(out, prompt.hasSampling(), prompt.getSampling());
    out.writeEnumNoTag(prompt.getReasoningEffortValue());
    write(out, prompt.hasProviderOptions(), prompt.getProviderOptions());
    out.writeMessageNoTag(prompt.getUnknownFields());
  }

  private static void write(CodedOutputStream out, boolean present, Message message)
      throws IOException {
    out.writeBoolNoTag(present);
    out.writeMessageNoTag(message);
  }

  private static boolean isPlainText(dev.admiral.optimizer.v1.ChatMessage message) {
    if (!message.getName().isEmpty() || message.hasVendorData() || !clean(message)) {
      return false;
    }
    for (ContentPart part : message.getPartsList()) {
      if (!part.hasText()
          || part.hasVendorData()
          || part.getPromptCachePoint() != PromptCachePoint.PROMPT_CACHE_POINT_UNSPECIFIED
          || !clean(part)
          || !clean(part.getText())) {
        return false;
      }
    }
    return true;
  }

  /**
   * Most of what is hashed: the JDK turns text into bytes several times quicker than a message
   * does.
   */
  private static void writePlainText(
      CodedOutputStream out, dev.admiral.optimizer.v1.ChatMessage message) throws IOException {
    out.writeEnumNoTag(message.getRoleValue());
    out.writeUInt32NoTag(message.getPartsCount());
    for (ContentPart part : message.getPartsList()) {
      out.writeByteArrayNoTag(part.getText().getText().getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Returns the key of a tenant's request_id. It equals no key of any content. */
  public static CallKey repeat(String tenant, String requestId) {
    return digest(out -> {
      out.writeStringNoTag(REPEAT_TAG);
      out.writeStringNoTag(tenant);
      out.writeStringNoTag(requestId);
    });
  }

  /**
   * Returns true if every field of the call is one this server knows. The answer to a call with
   * fields it does not know must be neither cached nor shared: nobody here can say what they mean.
   */
  public static boolean known(Prompt prompt, RoutingPreferences wishes) {
    if (!clean(prompt) || !clean(wishes) || !clean(wishes.getMaxCost())) {
      return false;
    }
    for (dev.admiral.optimizer.v1.ChatMessage message : prompt.getMessagesList()) {
      if (!clean(message) || !clean(message.getVendorData())) {
        return false;
      }
      for (ContentPart part : message.getPartsList()) {
        if (!known(part)) {
          return false;
        }
      }
    }
    for (Tool tool : prompt.getToolsList()) {
      if (!clean(tool)
          || !clean(tool.getFunction())
          || !clean(tool.getCustom())
          || !clean(tool.getCustom().getGrammar())
          || !known(tool.getProviderOptions())) {
        return false;
      }
    }
    ToolChoice choice = prompt.getToolChoice();
    ResponseFormat format = prompt.getResponseFormat();
    return clean(choice)
        && clean(format)
        && clean(format.getText())
        && clean(format.getJsonObject())
        && clean(format.getJsonSchema())
        && clean(prompt.getSampling())
        && known(prompt.getProviderOptions());
  }

  /** Returns true if the call asks for an answer drawn at random, or for several. */
  public static boolean sampled(Prompt prompt) {
    Sampling sampling = prompt.getSampling();
    return sampling.getTemperature() > 0
        || sampling.getCandidateCount() > 1
        || (prompt.hasProviderOptions() && sampled(prompt.getProviderOptions()));
  }

  /**
   * Options go to the vendor unchanged, so what they say of sampling counts as the prompt's own.
   */
  private static boolean sampled(Struct options) {
    return above(options, "temperature", 0) || above(options, "n", 1);
  }

  private static boolean above(Struct options, String name, double most) {
    Value value = options.getFieldsOrDefault(name, NOT_GIVEN);
    return value.hasNumberValue()
        ? value.getNumberValue() > most
        : value.getKindCase() != Value.KindCase.KIND_NOT_SET;
  }

  private static boolean known(ContentPart part) {
    return clean(part)
        && clean(part.getVendorData())
        && switch (part.getKindCase()) {
          case TEXT -> clean(part.getText());
          case IMAGE -> known(part.getImage());
          case FILE -> known(part.getFile());
          case TOOL_CALL -> clean(part.getToolCall());
          case TOOL_RESULT -> known(part.getToolResult());
          case REASONING -> clean(part.getReasoning());
          case REFUSAL -> clean(part.getRefusal());
          case TOOL_REFERENCE -> clean(part.getToolReference());
          case KIND_NOT_SET -> true;
        };
  }

  private static boolean known(ImagePart image) {
    // Of the two sources one is set; the other reads as empty, which is clean.
    return clean(image) && clean(image.getInline()) && clean(image.getRemote());
  }

  private static boolean known(FilePart file) {
    return clean(file)
        && clean(file.getInline())
        && clean(file.getRemote())
        && clean(file.getUploaded());
  }

  private static boolean known(ToolResult result) {
    if (!clean(result)) {
      return false;
    }
    for (ContentPart part : result.getPartsList()) {
      if (!known(part)) {
        return false;
      }
    }
    return true;
  }

  private static boolean known(Struct struct) {
    if (!clean(struct)) {
      return false;
    }
    for (Value value : struct.getFieldsMap().values()) {
      if (!known(value)) {
        return false;
      }
    }
    return true;
  }

  private static boolean known(Value value) {
    if (!clean(value)) {
      return false;
    }
    if (value.hasStructValue()) {
      return known(value.getStructValue());
    }
    if (!value.hasListValue()) {
      return true;
    }
    if (!clean(value.getListValue())) {
      return false;
    }
    for (Value element : value.getListValue().getValuesList()) {
      if (!known(element)) {
        return false;
      }
    }
    return true;
  }

  private static boolean clean(Message message) {
    return message.getUnknownFields().asMap().isEmpty();
  }

  private interface Writer {
    void write(CodedOutputStream out) throws IOException;
  }

  private static CallKey digest(Writer writer) {
    try {
      MessageDigest digest = (MessageDigest) SHA_256.clone();
      CodedOutputStream out = CodedOutputStream.newInstance(new DigestSink(digest), BUFFER_BYTES);
      // Maps (provider_options) are written in the order of their keys.
      out.useDeterministicSerialization();
      writer.write(out);
      out.flush();
      return CallKey.of(digest.digest());
    } catch (IOException e) {
      throw new UncheckedIOException("a digest takes all bytes", e);
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("this JDK's SHA-256 cannot be cloned", e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static final class DigestSink extends OutputStream {
    private final MessageDigest digest;

    DigestSink(MessageDigest digest) {
      this.digest = digest;
    }

    @Override
    public void write(int b) {
      digest.update((byte) b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      digest.update(bytes, offset, length);
    }
  }
}

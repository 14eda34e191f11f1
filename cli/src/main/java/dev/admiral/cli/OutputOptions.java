package dev.admiral.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Options for the form of what is printed. */
final class OutputOptions {
  /** A form. */
  enum Form {
    table,
    json
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORM",
      defaultValue = "table",
      description =
          "table or json; JSON is the contract's own (64-bit numbers are strings). Default:"
              + " ${DEFAULT-VALUE}.")
  private Form form = Form.table;

  @Option(names = "--json", description = "Same as --output json.")
  private boolean json;

  boolean isJson() {
    return json || form == Form.json;
  }

  /** Returns a message as JSON of several lines, every field shown. */
  static String json(Message message) {
    return print(JsonFormat.printer().alwaysPrintFieldsWithNoPresence(), message);
  }

  /** Returns a message as JSON of one line. */
  static String jsonLine(Message message) {
    return print(
        JsonFormat.printer().alwaysPrintFieldsWithNoPresence().omittingInsignificantWhitespace(),
        message);
  }

  /** Returns an object of several lines that holds messages by name. */
  static String object(Map<String, ? extends Message> members) {
    return members.entrySet().stream()
        .map(member -> "  \"" + member.getKey() + "\": " + jsonLine(member.getValue()))
        .collect(Collectors.joining(",\n", "{\n", "\n}"));
  }

  /** Returns an object of one line that holds messages by name. */
  static String objectLine(Map<String, ? extends Message> members) {
    return members.entrySet().stream()
        .map(member -> "\"" + member.getKey() + "\":" + jsonLine(member.getValue()))
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String print(JsonFormat.Printer printer, Message message) {
    try {
      return printer.print(message);
    } catch (InvalidProtocolBufferException e) {
      // Only messages that hold an Any of unknown type do this, and the contract has none.
      throw new IllegalStateException("A message cannot be shown as JSON.", e);
    }
  }
}

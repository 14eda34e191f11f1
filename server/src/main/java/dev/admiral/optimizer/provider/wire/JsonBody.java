package dev.admiral.optimizer.provider.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes the body of a request and merges the caller's provider options into it: what was written
 * wins, objects that both have are merged field by field, and every other option is added unchanged
 * when its object ends. Used by one thread.
 */
public final class JsonBody {
  private static final int INITIAL_BYTES = 1024;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(INITIAL_BYTES);
  private final JsonGenerator json;
  private final Deque<Scope> scopes = new ArrayDeque<>();
  private String field = "";

  /** Begins the outermost object. */
  public JsonBody(Struct options) {
    try {
      json = Json.FACTORY.createGenerator(out);
      json.writeStartObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    scopes.push(new Scope(options.getFieldsCount() == 0 ? null : options));
  }

  /** Names the next value. */
  public JsonBody field(String name) {
    field = name;
    reserve(name);
    return run(() -> json.writeFieldName(name));
  }

  /** Keeps an option of this name out of the object although nothing is written under it. */
  public JsonBody reserve(String name) {
    Scope scope = scopes.element();
    if (scope.options != null) {
      scope.written.add(name);
    }
    return this;
  }

  /** Returns true if the options give this field of the outermost object. */
  public boolean hasOption(String name) {
    Struct options = scopes.getLast().options;
    return options != null && options.containsFields(name);
  }

  public JsonBody object() {
    Scope outer = scopes.element();
    Struct inner = null;
    if (outer.options != null && !field.isEmpty()) {
      Value option = outer.options.getFieldsMap().get(field);
      inner = option != null && option.hasStructValue() ? option.getStructValue() : null;
    }
    scopes.push(new Scope(inner));
    return run(json::writeStartObject);
  }

  /** Begins an object that takes the fields of options, but for those that are written. */
  public JsonBody object(Struct options) {
    scopes.push(new Scope(options.getFieldsCount() == 0 ? null : options));
    return run(json::writeStartObject);
  }

  public JsonBody array() {
    scopes.push(new Scope(null));
    field = "";
    return run(json::writeStartArray);
  }

  public JsonBody endArray() {
    scopes.pop();
    return run(json::writeEndArray);
  }

  public JsonBody endObject() {
    Scope scope = scopes.pop();
    return run(() -> {
      if (scope.options != null) {
        for (Map.Entry<String, Value> option : scope.options.getFieldsMap().entrySet()) {
          if (!scope.written.contains(option.getKey())) {
            json.writeFieldName(option.getKey());
            write(option.getValue());
          }
        }
      }
      json.writeEndObject();
    });
  }

  public JsonBody value(String text) {
    return run(() -> json.writeString(text));
  }

  public JsonBody value(long number) {
    return run(() -> json.writeNumber(number));
  }

  public JsonBody value(double number) {
    return run(() -> writeNumber(number));
  }

  public JsonBody value(boolean flag) {
    return run(() -> json.writeBoolean(flag));
  }

  public JsonBody nothing() {
    return run(json::writeNull);
  }

  /** Writes JSON text as it is; the caller has checked it. */
  public JsonBody raw(String text) {
    return run(() -> json.writeRawValue(text));
  }

  /** Ends the outermost object and returns the body. */
  public byte[] bytes() {
    endObject();
    run(json::close);
    return out.toByteArray();
  }

  private void write(Value value) throws IOException {
    switch (value.getKindCase()) {
      case NULL_VALUE, KIND_NOT_SET -> json.writeNull();
      case NUMBER_VALUE -> writeNumber(value.getNumberValue());
      case STRING_VALUE -> json.writeString(value.getStringValue());
      case BOOL_VALUE -> json.writeBoolean(value.getBoolValue());
      case LIST_VALUE -> {
        json.writeStartArray();
        for (Value element : value.getListValue().getValuesList()) {
          write(element);
        }
        json.writeEndArray();
      }
      case STRUCT_VALUE -> {
        json.writeStartObject();
        for (Map.Entry<String, Value> entry : value.getStructValue().getFieldsMap().entrySet()) {
          json.writeFieldName(entry.getKey());
          write(entry.getValue());
        }
        json.writeEndObject();
      }
    }
  }

  /** Whole numbers are written without a point: vendors refuse 5.0 where they want 5. */
  private void writeNumber(double number) throws IOException {
    long whole = (long) number;
    if (whole == number && Math.abs(number) < 1L << 53) {
      json.writeNumber(whole);
    } else {
      json.writeNumber(number);
    }
  }

  private JsonBody run(Step step) {
    try {
      step.run();
      return this;
    } catch (IOException e) {
      // The output is memory.
      throw new UncheckedIOException(e);
    }
  }

  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }

  /** An object or array being written, and the options that belong into it. */
  private static final class Scope {
    private final @Nullable Struct options;
    private final Set<String> written = new HashSet<>();

    Scope(@Nullable Struct options) {
      this.options = options;
    }
  }
}

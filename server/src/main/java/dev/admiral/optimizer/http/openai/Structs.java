package dev.admiral.optimizer.http.openai;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

/** Options for vendors of this dialect, as the contract carries them. */
final class Structs {
  /** The contract's name of this wire format. */
  private Structs() {}

  /** Returns an object of one field. */
  static Value object(String field, Value value) {
    return Value.newBuilder().setStructValue(Struct.newBuilder().putFields(field, value)).build();
  }

  /** Returns an object of one field. */
  static Value object(String field, String text) {
    return object(field, Value.newBuilder().setStringValue(text).build());
  }
}

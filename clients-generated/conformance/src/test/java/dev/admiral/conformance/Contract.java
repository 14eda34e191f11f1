package dev.admiral.conformance;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.admiral.optimizer.v1.CacheServiceGrpc;
import dev.admiral.optimizer.v1.CallServiceGrpc;
import dev.admiral.optimizer.v1.EventServiceGrpc;
import dev.admiral.optimizer.v1.FleetServiceGrpc;
import dev.admiral.optimizer.v1.LedgerServiceGrpc;
import dev.admiral.optimizer.v1.OptimizerServiceGrpc;
import dev.admiral.optimizer.v1.SettingsServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The methods of the contract by name, and their messages as JSON and as the drivers' base64. */
final class Contract {
  /** Answers of the cases are up to 40 MB, and a third larger as base64. */
  private static final int MAX_TEXT = 100_000_000;

  static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxStringLength(MAX_TEXT).build())
              .build());

  private static final String PACKAGE = "admiral.optimizer.v1.";

  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          OptimizerServiceGrpc.getServiceDescriptor(),
          FleetServiceGrpc.getServiceDescriptor(),
          LedgerServiceGrpc.getServiceDescriptor(),
          CacheServiceGrpc.getServiceDescriptor(),
          SettingsServiceGrpc.getServiceDescriptor(),
          CallServiceGrpc.getServiceDescriptor(),
          EventServiceGrpc.getServiceDescriptor());

  private static final Map<String, Method> METHODS = methods();

  private Contract() {}

  /** One method, and the empty message of each of its two types. */
  record Method(String fullName, boolean streams, Message request, Message response) {}

  /**
   * Returns a method by its service and name, with or without the contract's package.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Method method(String name) {
    Method method = METHODS.get(name.startsWith(PACKAGE) ? name : PACKAGE + name);
    if (method == null) {
      throw new IllegalArgumentException(
          "The contract has no method \""
              + name
              + "\": use one such as OptimizerService/Complete.");
    }
    return method;
  }

  /** Returns every method's name, without the contract's package. */
  static List<String> methodNames() {
    return METHODS.keySet().stream().map(name -> name.substring(PACKAGE.length())).toList();
  }

  /**
   * Reads a message written as JSON; one written as {@code {"$raw": "base64"}} is taken as it is.
   *
   * @throws IllegalArgumentException if it is no such message
   */
  static byte[] bytes(Message type, JsonNode json) {
    if (json.has("$raw")) {
      return Base64.getDecoder().decode(json.get("$raw").asText());
    }
    Message.Builder message = type.newBuilderForType();
    try {
      JsonFormat.parser().merge(json.toString(), message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(
          "No " + type.getDescriptorForType().getName() + ": " + e.getMessage(), e);
    }
    return message.build().toByteArray();
  }

  /** Writes a message as JSON. */
  static JsonNode json(Message type, byte[] bytes) {
    try {
      return JSON.readTree(
          JsonFormat.printer()
              .omittingInsignificantWhitespace()
              .print(type.newBuilderForType().mergeFrom(bytes).build()));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "A driver sent what is no " + type.getDescriptorForType().getName() + ".", e);
    }
  }

  private static Map<String, Method> methods() {
    Map<String, Method> methods = new TreeMap<>();
    for (ServiceDescriptor service : SERVICES) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        methods.put(
            method.getFullMethodName(),
            new Method(
                method.getFullMethodName(),
                method.getType() == MethodDescriptor.MethodType.SERVER_STREAMING,
                prototype(method.getRequestMarshaller()),
                prototype(method.getResponseMarshaller())));
      }
    }
    return methods;
  }

  private static Message prototype(MethodDescriptor.Marshaller<?> marshaller) {
    return (Message) ((MethodDescriptor.PrototypeMarshaller<?>) marshaller).getMessagePrototype();
  }
}

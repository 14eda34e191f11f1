package dev.admiral.optimizer.call;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.Value;
import dev.admiral.optimizer.call.CacheUse.Mode;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.RoutingPreferences;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.TextPart;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class CallKeysTest {
  private static final RoutingPreferences NO_WISHES = RoutingPreferences.getDefaultInstance();
  private static final Caller ALICE = new Caller("acme", "alice", "", false);
  private static final Caller BOB = new Caller("acme", "bob", "crew", true);
  private static final CacheUse FLEET = use(false);
  private static final CacheUse OWN = use(true);

  private static CacheUse use(boolean agentOnly) {
    return new CacheUse(Mode.USE, Duration.ofMinutes(10), null, agentOnly, false);
  }

  private static Prompt prompt(String text) {
    return Prompt.newBuilder()
        .setModel("fast")
        .addMessages(
            dev.admiral.optimizer.v1.ChatMessage.newBuilder()
                .setRole(Role.ROLE_USER)
                .addParts(ContentPart.newBuilder().setText(TextPart.newBuilder().setText(text))))
        .build();
  }

  private static CallKey content(Caller caller, Prompt prompt, CacheUse use) {
    return CallKeys.content(caller, prompt, NO_WISHES, use);
  }

  // Keys.

  @Test
  void key_isTheSameOnEveryRelease() {
    // Stored answers are found by it: change the tag's version when this changes.
    assertThat(CallKeys.content(ALICE, prompt("Hello"), NO_WISHES, FLEET).hash())
        .isEqualTo("9743308b41227b14");
    assertThat(CallKeys.repeat("acme", "id-1").hash()).isEqualTo("6986ad0e03726c9e");
  }

  @Test
  void agentsOfATenant_shareTheFleetsKey() {
    assertThat(content(ALICE, prompt("Hello"), FLEET))
        .isEqualTo(content(BOB, prompt("Hello"), FLEET));
  }

  @Test
  void scopeOfOneAgent_hasAKeyOfItsOwn() {
    Set<CallKey> keys =
        Set.of(
            content(ALICE, prompt("Hello"), FLEET),
            content(ALICE, prompt("Hello"), OWN),
            content(BOB, prompt("Hello"), OWN));

    assertThat(keys).hasSize(3);
    assertThat(content(new Caller("acme", "", "", false), prompt("Hello"), OWN))
        .isNotEqualTo(content(ALICE, prompt("Hello"), FLEET));
  }

  @Test
  void policyBesideTheScope_changesNothing() {
    CacheUse other =
        new CacheUse(Mode.REFRESH, Duration.ofDays(1), Duration.ofSeconds(1), false, true);

    assertThat(content(ALICE, prompt("Hello"), other))
        .isEqualTo(content(ALICE, prompt("Hello"), FLEET));
  }

  @Test
  void nothing_crossesATenant() {
    Caller rival = new Caller("rival", "alice", "", false);

    assertThat(content(rival, prompt("Hello"), FLEET))
        .isNotEqualTo(content(ALICE, prompt("Hello"), FLEET));
    assertThat(CallKeys.repeat("rival", "id")).isNotEqualTo(CallKeys.repeat("acme", "id"));
  }

  @Test
  void borderBetweenParts_isPartOfTheKey() {
    assertThat(CallKeys.repeat("ab", "c")).isNotEqualTo(CallKeys.repeat("a", "bc"));
    assertThat(content(new Caller("ab", "c", "", false), prompt("x"), OWN))
        .isNotEqualTo(content(new Caller("a", "bc", "", false), prompt("x"), OWN));
    // The same bytes as a prompt of two fields or as a prompt and wishes.
    RoutingPreferences wishes = RoutingPreferences.newBuilder().addFallbackModels("m").build();
    assertThat(CallKeys.content(ALICE, prompt("x"), wishes, FLEET))
        .isNotEqualTo(content(ALICE, prompt("x"), FLEET));
  }

  @Test
  void repeatKey_isNoContentKey() {
    assertThat(CallKeys.repeat("acme", ""))
        .isNotEqualTo(content(ALICE, Prompt.getDefaultInstance(), FLEET));
  }

  @Test
  void absentAndZero_differ() {
    Prompt absent = prompt("x").toBuilder().setSampling(Sampling.getDefaultInstance()).build();
    Prompt zero =
        prompt("x").toBuilder().setSampling(Sampling.newBuilder().setTemperature(0)).build();

    assertThat(content(ALICE, absent, FLEET)).isNotEqualTo(content(ALICE, zero, FLEET));
  }

  @Test
  void orderOfOptions_changesNothing() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      names.add("option-" + i);
    }
    Struct.Builder forth = Struct.newBuilder();
    names.forEach(name -> forth.putFields(name, Value.newBuilder().setStringValue(name).build()));
    Struct.Builder back = Struct.newBuilder();
    names
        .reversed()
        .forEach(name -> back.putFields(name, Value.newBuilder().setStringValue(name).build()));

    assertThat(content(ALICE, prompt("x").toBuilder().setProviderOptions(forth).build(), FLEET))
        .isEqualTo(content(ALICE, prompt("x").toBuilder().setProviderOptions(back).build(), FLEET));
  }

  @Test
  void everyField_changesTheKey() throws Exception {
    Map<CallKey, String> keys = new HashMap<>();
    for (Leaf leaf : leaves()) {
      CallKey key =
          leaf.message() instanceof Prompt prompt
              ? CallKeys.content(ALICE, prompt, NO_WISHES, FLEET)
              : CallKeys.content(
                  ALICE, Prompt.getDefaultInstance(), (RoutingPreferences) leaf.message(), FLEET);
      assertThat(keys.put(key, leaf.path())).as(leaf.path()).isNull();
    }
    assertThat(keys).hasSizeGreaterThan(70);
  }

  @Test
  void longPrompt_isDigestedWhole() {
    String text = "x".repeat(100_000);
    CallKey key = content(ALICE, prompt(text), FLEET);

    assertThat(content(ALICE, prompt(text), FLEET)).isEqualTo(key);
    assertThat(content(ALICE, prompt(text + "y"), FLEET)).isNotEqualTo(key);
    assertThat(content(ALICE, prompt("y" + text.substring(1)), FLEET)).isNotEqualTo(key);
  }

  @Test
  void manyThreads_deriveTheSameKey() throws Exception {
    CallKey expected = content(ALICE, prompt("Hello"), FLEET);
    Callable<Boolean> derive =
        () -> {
          boolean same = true;
          for (int i = 0; i < 5_000; i++) {
            same &= content(ALICE, prompt("Hello"), FLEET).equals(expected);
          }
          return same;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (Future<Boolean> one : threads.invokeAll(List.of(derive, derive, derive, derive))) {
        assertThat(one.get()).isTrue();
      }
    }
  }

  // Unknown fields.

  @Test
  void unknownField_isFoundWhereverItIs() throws Exception {
    assertThat(CallKeys.known(prompt("x"), NO_WISHES)).isTrue();
    for (Leaf leaf : leaves()) {
      assertThat(known(leaf.message())).as(leaf.path()).isTrue();
    }
    Set<String> types = new HashSet<>();
    for (Leaf leaf : strangers()) {
      assertThat(known(leaf.message())).as(leaf.path()).isFalse();
      types.add(leaf.type());
    }
    assertThat(types).isEqualTo(reachableTypes());
  }

  private static boolean known(Message message) throws Exception {
    // As it comes from the wire.
    return message instanceof Prompt
        ? CallKeys.known(Prompt.parseFrom(message.toByteString()), NO_WISHES)
        : CallKeys.known(prompt("x"), RoutingPreferences.parseFrom(message.toByteString()));
  }

  // Drawing.

  @Test
  void answersDrawnAtRandom_areTold() {
    assertThat(sampled(Sampling.newBuilder())).isFalse();
    assertThat(sampled(Sampling.newBuilder().setTemperature(0))).isFalse();
    assertThat(sampled(Sampling.newBuilder().setTemperature(0.1))).isTrue();
    assertThat(sampled(Sampling.newBuilder().setCandidateCount(1))).isFalse();
    assertThat(sampled(Sampling.newBuilder().setCandidateCount(2))).isTrue();
    assertThat(CallKeys.sampled(prompt("x"))).isFalse();
  }

  private static boolean sampled(Sampling.Builder sampling) {
    return CallKeys.sampled(prompt("x").toBuilder().setSampling(sampling).build());
  }

  // Every message of the contract that can be part of a call, by its descriptors.

  /**
   * A message with one thing in it.
   *
   * @param path where that is
   * @param type of the innermost message
   */
  private record Leaf(String path, String type, Message message) {}

  private static final List<Message> ROOTS = List.of(Prompt.getDefaultInstance(), NO_WISHES);

  /**
   * Nested messages are entered once more on each path, so that recursion is seen to be followed.
   */
  private static final int VISITS = 2;

  private interface Visit {
    void at(String path, Message empty, UnaryOperator<Message> inRoot);
  }

  private static void walk(Visit visit) {
    for (Message root : ROOTS) {
      walk(
          root.getDescriptorForType().getName(),
          root,
          UnaryOperator.identity(),
          new HashMap<>(),
          visit);
    }
  }

  private static void walk(
      String path,
      Message empty,
      UnaryOperator<Message> inRoot,
      Map<Descriptor, Integer> visits,
      Visit visit) {
    Descriptor type = empty.getDescriptorForType();
    if (visits.getOrDefault(type, 0) == VISITS) {
      return;
    }
    visits.merge(type, 1, Integer::sum);
    visit.at(path, empty, inRoot);
    for (FieldDescriptor field : type.getFields()) {
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        walk(
            path + "." + field.getName(),
            inner(empty, field),
            message -> inRoot.apply(with(empty, field, message)),
            visits,
            visit);
      }
    }
    visits.merge(type, -1, Integer::sum);
  }

  /** The empty message of a field; for a map that of its values. */
  private static Message inner(Message outer, FieldDescriptor field) {
    return field.isMapField()
        ? Value.getDefaultInstance()
        : outer.toBuilder().newBuilderForField(field).build();
  }

  private static Message with(Message outer, FieldDescriptor field, Object value) {
    if (field.isMapField()) {
      return ((Struct) outer).toBuilder().putFields("name", (Value) value).build();
    }
    return field.isRepeated()
        ? outer.toBuilder().addRepeatedField(field, value).build()
        : outer.toBuilder().setField(field, value).build();
  }

  /** One message for each scalar field of each type on each path. */
  private static List<Leaf> leaves() {
    List<Leaf> leaves = new ArrayList<>();
    walk((path, empty, inRoot) -> {
      for (FieldDescriptor field : empty.getDescriptorForType().getFields()) {
        if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
          leaves.add(
              new Leaf(
                  path + "." + field.getName(),
                  empty.getDescriptorForType().getFullName(),
                  inRoot.apply(with(empty, field, value(field)))));
        }
      }
    });
    return leaves;
  }

  /** One message for each type on each path, with a field nobody knows. */
  private static List<Leaf> strangers() {
    UnknownFieldSet unknown =
        UnknownFieldSet.newBuilder()
            .addField(9_999, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();
    List<Leaf> leaves = new ArrayList<>();
    walk((path, empty, inRoot) ->
        leaves.add(
            new Leaf(
                path,
                empty.getDescriptorForType().getFullName(),
                inRoot.apply(empty.toBuilder().setUnknownFields(unknown).build()))));
    return leaves;
  }

  private static Set<String> reachableTypes() {
    Set<String> types = new HashSet<>();
    walk((path, empty, inRoot) -> types.add(empty.getDescriptorForType().getFullName()));
    assertThat(types)
        .contains("google.protobuf.ListValue", "admiral.optimizer.v1.UploadedData")
        .hasSizeGreaterThan(20);
    return types;
  }

  private static Object value(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case INT -> 7;
      case LONG -> 7L;
      case FLOAT -> 7f;
      case DOUBLE -> 7d;
      case BOOLEAN -> true;
      case STRING -> "seven";
      case BYTE_STRING -> ByteString.copyFromUtf8("seven");
      case ENUM ->
          field.getEnumType().getFullName().equals("google.protobuf.NullValue")
              ? NullValue.NULL_VALUE.getValueDescriptor()
              : field.getEnumType().getValues().get(1);
      case MESSAGE -> throw new IllegalArgumentException("no scalar: " + field);
    };
  }

  @Test
  void optionsOfTheVendorThatSample_countAsSampling() {
    assertThat(
            CallKeys.sampled(
                withOption("temperature", Value.newBuilder().setNumberValue(0.9).build())))
        .isTrue();
    assertThat(CallKeys.sampled(withOption("n", Value.newBuilder().setNumberValue(3).build())))
        .isTrue();
    assertThat(CallKeys.sampled(withOption("n", Value.newBuilder().setStringValue("3").build())))
        .isTrue();
    assertThat(
            CallKeys.sampled(
                withOption("temperature", Value.newBuilder().setNumberValue(0).build())))
        .isFalse();
    assertThat(CallKeys.sampled(withOption("user", Value.newBuilder().setStringValue("x").build())))
        .isFalse();
  }

  private static Prompt withOption(String name, Value value) {
    return Prompt.newBuilder()
        .setProviderOptions(Struct.newBuilder().putFields(name, value))
        .build();
  }
}

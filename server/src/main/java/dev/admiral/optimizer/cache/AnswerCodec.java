package dev.admiral.optimizer.cache;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.Timestamp;
import com.google.protobuf.WireFormat;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.ProtoMoney;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.v1.Completion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The form in which an answer is stored: one byte of version, four of CRC-32C over key and body,
 * then the body, a protobuf message of the fields below. The key is in the checksum, so that an
 * answer found under another call's key is as unreadable as a damaged one.
 */
final class AnswerCodec {
  private static final byte VERSION = 1;
  private static final int HEADER_BYTES = 5;

  private static final int COMPLETION = 1;
  private static final int PROVIDER = 2;
  private static final int MODEL = 3;
  private static final int USAGE = 4;
  private static final int COST = 5;
  private static final int CREATED = 6;

  /** Nanoseconds; answers stored before it was kept have none. */
  private static final int TOOK = 7;

  /** Number of the cost's field for the amount in answers of older versions. */
  private static final int OLDER_AMOUNT = 2;

  private AnswerCodec() {}

  static byte[] encode(CallKey key, Answer answer) {
    dev.admiral.optimizer.v1.Usage usage = wire(answer.usage());
    dev.admiral.optimizer.v1.Cost cost = wire(answer.cost());
    Instant at = answer.created();
    Timestamp created =
        Timestamp.newBuilder().setSeconds(at.getEpochSecond()).setNanos(at.getNano()).build();
    long took = answer.took().toNanos();
    int body =
        CodedOutputStream.computeMessageSize(COMPLETION, answer.completion())
            + CodedOutputStream.computeStringSize(PROVIDER, answer.provider())
            + CodedOutputStream.computeStringSize(MODEL, answer.model())
            + CodedOutputStream.computeMessageSize(USAGE, usage)
            + CodedOutputStream.computeMessageSize(COST, cost)
            + CodedOutputStream.computeMessageSize(CREATED, created)
            + CodedOutputStream.computeInt64Size(TOOK, took);
    byte[] bytes = new byte[HEADER_BYTES + body];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes, HEADER_BYTES, body);
    try {
      out.writeMessage(COMPLETION, answer.completion());
      out.writeString(PROVIDER, answer.provider());
      out.writeString(MODEL, answer.model());
      out.writeMessage(USAGE, usage);
      out.writeMessage(COST, cost);
      out.writeMessage(CREATED, created);
      out.writeInt64(TOOK, took);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException("an array of the computed size takes all bytes", e);
    }
    ByteBuffer.wrap(bytes).put(VERSION).putInt(checksum(key, bytes));
    return bytes;
  }

  /**
   * Reads an answer back.
   *
   * @throws IOException if the bytes are of another version, damaged, or another call's
   */
  static Answer decode(CallKey key, byte[] bytes) throws IOException {
    if (bytes.length < HEADER_BYTES) {
      throw new IOException("a stored answer is cut short");
    }
    ByteBuffer header = ByteBuffer.wrap(bytes);
    byte version = header.get();
    if (version != VERSION) {
      throw new IOException("a stored answer has version " + version + ", not " + VERSION);
    }
    if (header.getInt() != checksum(key, bytes)) {
      throw new IOException("a stored answer does not match its checksum");
    }
    ExtensionRegistryLite none = ExtensionRegistryLite.getEmptyRegistry();
    CodedInputStream in =
        CodedInputStream.newInstance(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
    Completion completion = Completion.getDefaultInstance();
    String provider = "";
    String model = "";
    Usage usage = Usage.NONE;
    Cost cost = new Cost.Unknown();
    Instant created = Instant.EPOCH;
    Duration took = Duration.ZERO;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case COMPLETION -> completion = in.readMessage(Completion.parser(), none);
        case PROVIDER -> provider = in.readStringRequireUtf8();
        case MODEL -> model = in.readStringRequireUtf8();
        case USAGE -> usage = usage(in.readMessage(dev.admiral.optimizer.v1.Usage.parser(), none));
        case COST -> cost = cost(in.readMessage(dev.admiral.optimizer.v1.Cost.parser(), none));
        case CREATED -> {
          Timestamp at = in.readMessage(Timestamp.parser(), none);
          created = Instant.ofEpochSecond(at.getSeconds(), at.getNanos());
        }
        case TOOK -> took = Duration.ofNanos(in.readInt64());
        default -> throw new IOException("a stored answer has an unknown field");
      }
    }
    return new Answer(completion, provider, model, usage, cost, created, took);
  }

  private static int checksum(CallKey key, byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(key.bytes());
    crc.update(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
    return (int) crc.getValue();
  }

  private static dev.admiral.optimizer.v1.Usage wire(Usage usage) {
    return dev.admiral.optimizer.v1.Usage.newBuilder()
        .setInputTokenCount(usage.input())
        .setCachedInputTokenCount(usage.cachedInput())
        .setCacheWriteTokenCount(usage.cacheWrite())
        .setCacheWrite1HTokenCount(usage.cacheWrite1h())
        .setOutputTokenCount(usage.output())
        .setReasoningTokenCount(usage.reasoning())
        .setEstimated(usage.estimated())
        .build();
  }

  private static Usage usage(dev.admiral.optimizer.v1.Usage wire) {
    return new Usage(
        wire.getInputTokenCount(),
        wire.getCachedInputTokenCount(),
        wire.getCacheWriteTokenCount(),
        wire.getCacheWrite1HTokenCount(),
        wire.getOutputTokenCount(),
        wire.getReasoningTokenCount(),
        wire.getEstimated());
  }

  private static dev.admiral.optimizer.v1.Cost wire(Cost cost) {
    dev.admiral.optimizer.v1.Cost.Builder wire = dev.admiral.optimizer.v1.Cost.newBuilder();
    return switch (cost) {
      case Cost.Unknown() ->
          wire.setState(dev.admiral.optimizer.v1.Cost.State.STATE_UNKNOWN).build();
      case Cost.Known(Money amount, String priceVersion, boolean estimated) ->
          wire.setState(
                  estimated
                      ? dev.admiral.optimizer.v1.Cost.State.STATE_ESTIMATED
                      : dev.admiral.optimizer.v1.Cost.State.STATE_EXACT)
              .setListAmount(
                  dev.admiral.optimizer.v1.Money.newBuilder()
                      .setUnits(amount.units())
                      .setPico(amount.pico()))
              .setPriceVersion(priceVersion)
              .build();
    };
  }

  /** Answers stored by older versions have the amount as a number of 1e-12 dollars. */
  private static Money amount(dev.admiral.optimizer.v1.Cost wire) {
    if (wire.hasListAmount()) {
      return ProtoMoney.money(wire.getListAmount());
    }
    List<Long> older = wire.getUnknownFields().getField(OLDER_AMOUNT).getVarintList();
    return older.isEmpty() ? Money.ZERO : new Money(older.getLast());
  }

  private static Cost cost(dev.admiral.optimizer.v1.Cost wire) throws IOException {
    Money amount = amount(wire);
    return switch (wire.getState()) {
      case STATE_EXACT -> new Cost.Known(amount, wire.getPriceVersion(), false);
      case STATE_ESTIMATED -> new Cost.Known(amount, wire.getPriceVersion(), true);
      case STATE_UNKNOWN -> new Cost.Unknown();
      case STATE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IOException("a stored answer has an unknown state of cost");
    };
  }
}

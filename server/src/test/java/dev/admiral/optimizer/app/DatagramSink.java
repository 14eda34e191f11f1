package dev.admiral.optimizer.app;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A unix datagram socket that receives, as a service manager's does. */
final class DatagramSink implements AutoCloseable {
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final int MSG_DONTWAIT = 0x40;
  private static final long PATIENCE_SECONDS = 60;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment room = arena.allocate(4096);
  private final int socket;

  /**
   * @param name a path, or a name of no file that begins with {@code @}
   */
  DatagramSink(String name) {
    boolean file = name.startsWith("/");
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    MemorySegment address = arena.allocate(2L + text.length + (file ? 1 : 0));
    address.set(JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(text, 0, address, JAVA_BYTE, 2, text.length);
    if (!file) {
      address.set(JAVA_BYTE, 2, (byte) 0);
    }
    MemorySegment patience = arena.allocate(JAVA_LONG, 2);
    patience.set(JAVA_LONG, 0, PATIENCE_SECONDS);
    socket = (int) call("socket", JAVA_INT, AF_UNIX, SOCK_DGRAM, 0);
    check((int) call("bind", JAVA_INT, socket, address, (int) address.byteSize()));
    check(
        (int)
            call(
                "setsockopt",
                JAVA_INT,
                socket,
                SOL_SOCKET,
                SO_RCVTIMEO,
                patience,
                (int) patience.byteSize()));
  }

  /** Waits for the next message. */
  String next() {
    return receive(0).orElseThrow(() -> new AssertionError("nothing came"));
  }

  /** Returns the next message if it is there already. */
  Optional<String> poll() {
    return receive(MSG_DONTWAIT);
  }

  /** Passes over the messages that are there already. */
  void skip() {
    Optional<String> passed;
    do {
      passed = poll();
    } while (passed.isPresent());
  }

  private Optional<String> receive(int flags) {
    long length = (long) call("recv", JAVA_LONG, socket, room, room.byteSize(), flags);
    return length < 0
        ? Optional.empty()
        : Optional.of(
            new String(room.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    check((int) call("close", JAVA_INT, socket));
    arena.close();
  }

  private static void check(int result) {
    if (result != 0) {
      throw new AssertionError("a call of the system failed");
    }
  }

  /** Restricted, as a wrong description of a function would crash the JVM. */
  @SuppressWarnings("restricted")
  private static Object call(String name, ValueLayout result, Object... arguments) {
    ValueLayout[] layouts = new ValueLayout[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      layouts[i] =
          switch (arguments[i]) {
            case Integer _ -> JAVA_INT;
            case Long _ -> JAVA_LONG;
            default -> ADDRESS;
          };
    }
    Linker linker = Linker.nativeLinker();
    try {
      return linker
          .downcallHandle(
              linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, layouts))
          .invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}

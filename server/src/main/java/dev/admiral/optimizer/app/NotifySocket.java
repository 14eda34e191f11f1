package dev.admiral.optimizer.app;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * Sends datagrams to a unix socket of Linux, which the JDK's channels cannot: they speak streams
 * alone. Two functions of the C library do it, on any processor; what a network library brings for
 * this is made for one processor, and wants an event loop for a message a minute. Safe for use by
 * several threads.
 */
final class NotifySocket {
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 0x80000;

  /** Whoever receives may be frozen, and must not freeze this process. */
  private static final int MSG_DONTWAIT = 0x40;

  private static final int MSG_NOSIGNAL = 0x4000;

  /** Room for a name in the structure {@code sockaddr_un}. */
  private static final int MAX_NAME_BYTES = 108;

  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final long ERRNO =
      CALL_STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

  private final MethodHandle sendTo;

  /**
   * Open until the process ends: one that has no descriptor left must still be able to say that it
   * lives.
   */
  private final int socket;

  /** The name as the kernel wants it: of a file with a zero behind it, of others before it. */
  private final byte[] name;

  /**
   * @param name an absolute path, or a name of no file that begins with {@code @}
   * @throws IOException if nothing can be sent to such a name from this machine, saying why
   */
  NotifySocket(String name) throws IOException {
    this.name = bytes(name);
    if (!System.getProperty("os.name").equals("Linux")) {
      throw new IOException("only Linux has such sockets");
    }
    try {
      socket = opened();
      sendTo =
          function(
              "sendto",
              FunctionDescriptor.of(
                  JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    } catch (IllegalCallerException | LinkageError e) {
      throw new IOException("the JVM lets nobody call the system: add --enable-native-access", e);
    }
  }

  private static byte[] bytes(String name) throws IOException {
    if ((!name.startsWith("/") && !name.startsWith("@")) || name.length() == 1) {
      throw new IOException("it is neither an absolute path nor a name behind an @");
    }
    String known = name.charAt(0) == '@' ? '\0' + name.substring(1) : name + '\0';
    byte[] bytes = known.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MAX_NAME_BYTES) {
      throw new IOException("it is longer than " + (MAX_NAME_BYTES - 1) + " bytes");
    }
    return bytes;
  }

  /** Restricted, as a wrong description of a function would crash the JVM; a test calls each. */
  @SuppressWarnings("restricted")
  private static MethodHandle function(String name, FunctionDescriptor descriptor) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name),
        descriptor,
        Linker.Option.captureCallState("errno"));
  }

  private static int opened() throws IOException {
    MethodHandle open =
        function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int socket = (int) open.invokeExact(state, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      if (socket < 0) {
        throw failed("no socket can be opened", state);
      }
      return socket;
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * Sends a text as one datagram. Does not wait.
   *
   * @throws IOException if it was not taken
   */
  void send(String text) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      MemorySegment address = arena.allocate(JAVA_SHORT.byteSize() + name.length);
      address.set(JAVA_SHORT, 0, (short) AF_UNIX);
      MemorySegment.copy(name, 0, address, JAVA_BYTE, JAVA_SHORT.byteSize(), name.length);
      MemorySegment message = arena.allocateFrom(JAVA_BYTE, text.getBytes(StandardCharsets.UTF_8));
      long sent =
          (long)
              sendTo.invokeExact(
                  state,
                  socket,
                  message,
                  message.byteSize(),
                  MSG_DONTWAIT | MSG_NOSIGNAL,
                  address,
                  (int) address.byteSize());
      if (sent < 0) {
        throw failed("the message was not taken", state);
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** To the compiler's eyes what calls a function of C may throw anything; C throws nothing. */
  private static IllegalStateException impossible(Throwable thrown) {
    return new IllegalStateException(thrown);
  }

  private static IOException failed(String what, MemorySegment state) {
    return new IOException(what + ", by error " + state.get(JAVA_INT, ERRNO) + " of the system");
  }
}

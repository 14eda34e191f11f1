package dev.admiral.optimizer.store.sqlite;

import static java.util.Objects.requireNonNullElse;

import dev.admiral.optimizer.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory that holds all a server keeps, owned by one process at a time. Ownership is an
 * operating system's lock on the file "lock" in it, so it ends with the process however that ends.
 *
 * <p>A directory made here is for this user alone. One that exists keeps its rights, which are its
 * owner's choice; if others may look into it, the files in it are for this user alone.
 */
final class DataDirectory implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DataDirectory.class);
  private static final String LOCK_FILE = "lock";
  private static final int LONGEST_NOTE = 256;

  private static final Set<PosixFilePermission> MY_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> MY_FILE =
      PosixFilePermissions.fromString("rw-------");

  /** What SQLite puts beside a database while it is open, with the rights of the database. */
  private static final List<String> BESIDE = List.of("-wal", "-shm", "-journal");

  /**
   * Directories this process owns. An operating system's lock belongs to the process, and closing
   * any handle on the file would end it: a second opening must not touch the file at all.
   */
  private static final Set<Path> OWNED = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel channel;

  private DataDirectory(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Takes a directory, creating it for this user alone if it does not exist.
   *
   * @throws StoreException if another process owns it, or it cannot be created or written
   */
  static DataDirectory open(Path directory) throws StoreException {
    Path path;
    try {
      create(directory);
      path = directory.toRealPath();
    } catch (IOException e) {
      throw new StoreException(
          StoreException.Kind.FAILED,
          "the data directory " + directory + " cannot be created; check the path and its rights",
          e);
    }
    if (!OWNED.add(path)) {
      throw owned(path, note(ProcessHandle.current().pid(), null));
    }
    try {
      FileChannel channel = lock(path);
      keepFilesPrivate(path);
      return new DataDirectory(path, channel);
    } catch (StoreException e) {
      OWNED.remove(path);
      throw e;
    }
  }

  private static void create(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      FileAttribute<?>[] mine =
          posix(directory)
              ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(MY_DIRECTORY)}
              : new FileAttribute<?>[0];
      Files.createDirectories(directory, mine);
    }
  }

  private static boolean posix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /**
   * Takes the files of a directory that others may look into away from them. A database that does
   * not exist yet is made empty, as SQLite would make it readable for all.
   */
  private static void keepFilesPrivate(Path path) {
    try {
      if (posix(path) && MY_DIRECTORY.containsAll(Files.getPosixFilePermissions(path))) {
        return;
      }
      restrict(path.resolve(LOCK_FILE));
      for (Schema schema : Schema.values()) {
        Path database = path.resolve(schema.fileName());
        if (!Files.exists(database)) {
          Files.createFile(database, PosixFilePermissions.asFileAttribute(MY_FILE));
        }
        restrict(database);
        for (String suffix : BESIDE) {
          restrict(path.resolve(schema.fileName() + suffix));
        }
      }
    } catch (IOException | UnsupportedOperationException e) {
      log.warn(
          "other users of this machine may be able to read the answers kept in {}, as the rights of"
              + " its files cannot be set; let nobody but this user into it",
          path);
    }
  }

  private static void restrict(Path file) throws IOException {
    if (Files.exists(file)) {
      Files.setPosixFilePermissions(file, MY_FILE);
    }
  }

  private static FileChannel lock(Path path) throws StoreException {
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              path.resolve(LOCK_FILE),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        StoreException refusal = owned(path, read(channel));
        channel.close();
        throw refusal;
      }
      write(channel, note(ProcessHandle.current().pid(), ProcessHandle.current()));
      return channel;
    } catch (StoreException e) {
      throw e;
    } catch (AccessDeniedException e) {
      throw new StoreException(
          StoreException.Kind.READ_ONLY,
          "the data directory " + path + " cannot be written; give this user the right to",
          e);
    } catch (IOException e) {
      closeAfter(channel, e);
      throw new StoreException(
          StoreException.Kind.FAILED,
          "the data directory " + path + " cannot be written: " + reason(e),
          e);
    }
  }

  /** The operating system's own words: "No space left on device", "Read-only file system". */
  private static String reason(IOException e) {
    String reason = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
    return requireNonNullElse(reason, e.getClass().getSimpleName());
  }

  private static void closeAfter(@Nullable FileChannel channel, IOException failure) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private static StoreException owned(Path path, String owner) {
    return new StoreException(
        StoreException.Kind.BUSY,
        "the data directory "
            + path
            + " is owned by "
            + (owner.isEmpty() ? "another process" : owner)
            + "; end that process, or give this one another data directory",
        null);
  }

  private static String note(long pid, @Nullable ProcessHandle process) {
    Instant start = process == null ? null : process.info().startInstant().orElse(null);
    return "process " + pid + (start == null ? "" : ", started " + start);
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(LONGEST_NOTE);
    channel.read(bytes, 0);
    return StandardCharsets.UTF_8.decode(bytes.flip()).toString().strip();
  }

  private static void write(FileChannel channel, String note) throws IOException {
    channel.truncate(0);
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(note + "\n");
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Returns the directory. */
  Path path() {
    return path;
  }

  /** Returns the path of a database file, which need not exist yet. */
  Path file(Schema schema) {
    return path.resolve(schema.fileName());
  }

  /** Gives the directory up. The files in it must be closed by then. */
  @Override
  public void close() throws IOException {
    if (channel.isOpen()) {
      try {
        channel.close();
      } finally {
        OWNED.remove(path);
      }
    }
  }
}

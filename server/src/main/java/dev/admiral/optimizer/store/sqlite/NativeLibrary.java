package dev.admiral.optimizer.store.sqlite;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteJDBCLoader;

/**
 * SQLite itself, which the driver unpacks to a file. It would delete that file at the JVM's end, to
 * which a server that is halted or killed does not come: a megabyte would stay for each start. So
 * the file is deleted as soon as it is loaded.
 */
final class NativeLibrary {
  private static final Logger log = LoggerFactory.getLogger(NativeLibrary.class);

  /** Where the driver unpacks to; whoever sets it wants the file there. */
  private static final String FOLDER = "org.sqlite.tmpdir";

  private static boolean loaded;

  private NativeLibrary() {}

  /**
   * Loads the library unless it is loaded. Any thread may call it.
   *
   * @throws SQLException if it cannot be unpacked or loaded
   */
  static synchronized void load() throws SQLException {
    if (loaded) {
      return;
    }
    try {
      if (System.getProperty(FOLDER) == null) {
        loadFromOwnFolder();
      } else {
        SQLiteJDBCLoader.initialize();
      }
    } catch (Exception e) {
      throw new SQLException("SQLite's library cannot be loaded: " + e.getMessage(), e);
    }
    loaded = true;
  }

  private static void loadFromOwnFolder() throws Exception {
    Path folder = Files.createTempDirectory("admiral-sqlite-");
    System.setProperty(FOLDER, folder.toString());
    try {
      SQLiteJDBCLoader.initialize();
    } finally {
      System.clearProperty(FOLDER);
      delete(folder);
    }
  }

  private static void delete(Path folder) {
    try {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    } catch (IOException e) {
      log.debug("{} was not deleted: {}", folder, e.getMessage());
    }
  }
}

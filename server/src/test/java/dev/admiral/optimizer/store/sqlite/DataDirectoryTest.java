package dev.admiral.optimizer.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.call.Durability;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.store.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir Path parent;

  @Test
  void missingDirectory_isCreatedForThisUserAlone() throws Exception {
    Path path = parent.resolve("a").resolve("b");
    try (DataDirectory directory = DataDirectory.open(path)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rwx------");
      assertThat(directory.file(Schema.MAIN)).isEqualTo(path.toRealPath().resolve("main.db"));
      assertThat(Files.readString(path.resolve("lock")))
          .startsWith("process " + ProcessHandle.current().pid());
    }
  }

  @Test
  void directoryThatOthersMayRead_holdsFilesForThisUserAlone() throws Exception {
    Path wal = Files.writeString(parent.resolve("main.db-wal"), "");
    for (Path existing : List.of(wal, Files.writeString(parent.resolve("lock"), ""))) {
      Files.setPosixFilePermissions(existing, PosixFilePermissions.fromString("rw-r--r--"));
    }
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));

    try (DataDirectory directory = DataDirectory.open(parent);
        SqliteDatabase main =
            SqliteDatabase.open(
                directory.file(Schema.MAIN),
                Schema.MAIN,
                SqliteDatabase.Settings.of(Durability.PROCESS),
                Time.SYSTEM)) {
      main.prepare().get(1, TimeUnit.MINUTES);

      for (String name : List.of("lock", "main.db", "main.db-wal", "main.db-shm")) {
        assertThat(
                PosixFilePermissions.toString(Files.getPosixFilePermissions(parent.resolve(name))))
            .as(name)
            .isEqualTo("rw-------");
      }
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(parent)))
        .isEqualTo("rwxr-xr-x");
  }

  @Test
  void lockFileThatCannotBeOpened_isToldByItsCause() throws Exception {
    Files.createDirectory(parent.resolve("lock"));

    assertThatThrownBy(() -> DataDirectory.open(parent))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(parent.toRealPath().toString())
        .hasMessageContaining("Is a directory")
        .hasMessageNotContaining("right");
  }

  @Test
  void directoryOwnedByAnotherProcess_isRefusedNamingIt() throws Exception {
    try (DataDirectory mine = DataDirectory.open(parent);
        Child child = Child.start(DataDirectoryTest.class, parent.toString())) {
      assertThat(child.line())
          .contains(mine.path().toString())
          .contains("is owned by process " + ProcessHandle.current().pid());
    }
  }

  @Test
  void directoryOwnedByThisProcess_isRefusedAndStaysOwned() throws Exception {
    try (DataDirectory mine = DataDirectory.open(parent)) {
      assertThatThrownBy(() -> DataDirectory.open(parent.resolve(".")))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining(mine.path().toString());
      try (Child child = Child.start(DataDirectoryTest.class, parent.toString())) {
        assertThat(child.line()).contains("is owned by");
      }
    }
  }

  @Test
  void directoryGivenUp_isFree() throws Exception {
    DataDirectory first = DataDirectory.open(parent);
    first.close();
    first.close();
    try (Child child = Child.start(DataDirectoryTest.class, parent.toString())) {
      assertThat(child.line()).isEqualTo("opened");
      child.kill();
    }
    DataDirectory.open(parent).close();
  }

  @Test
  void fileInPlaceOfTheDirectory_isRefused() throws Exception {
    Path file = Files.writeString(parent.resolve("file"), "");

    assertThatThrownBy(() -> DataDirectory.open(file))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(file.toString());
  }

  /** The other process: says whether it got the directory, and keeps it until it is killed. */
  static void main(String[] args) throws Exception {
    try {
      DataDirectory directory = DataDirectory.open(Path.of(args[0]));
      System.out.println("opened");
      Thread.currentThread().join();
      directory.close();
    } catch (StoreException e) {
      System.out.println(e.getMessage());
    }
  }
}

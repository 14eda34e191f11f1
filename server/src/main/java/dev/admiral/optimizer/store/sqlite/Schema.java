package dev.admiral.optimizer.store.sqlite;

/**
 * The database files and the newest version of each that this server knows: the number of the last
 * script in its folder of migrations.
 */
enum Schema {
  /** Responses, ledger, outbox and audit. */
  MAIN("main.db", "main", 4),
  /** Outcomes, error signatures and lessons. */
  LEARNING("learning.db", "learning", 4),
  /** Agents, keys and budgets. */
  AGENTS("agent_state.db", "agents", 2);

  private final String fileName;
  private final String folder;
  private final int version;

  Schema(String fileName, String folder, int version) {
    this.fileName = fileName;
    this.folder = folder;
    this.version = version;
  }

  String fileName() {
    return fileName;
  }

  /** Returns where the scripts are on the class path. */
  String location() {
    return "db/" + folder;
  }

  int version() {
    return version;
  }
}

package dev.admiral.optimizer.ledger;

class MemoryLedgerStoreTest extends LedgerStoreKit {
  @Override
  protected Opened open() {
    return new Opened(new MemoryLedgerStore(), () -> {});
  }
}

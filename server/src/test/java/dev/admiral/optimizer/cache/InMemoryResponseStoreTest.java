package dev.admiral.optimizer.cache;

class InMemoryResponseStoreTest extends ResponseStoreKit {
  @Override
  protected ResponseStore open() {
    return new InMemoryResponseStore();
  }
}

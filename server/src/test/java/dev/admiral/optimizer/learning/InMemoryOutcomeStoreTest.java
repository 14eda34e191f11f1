package dev.admiral.optimizer.learning;

class InMemoryOutcomeStoreTest extends OutcomeStoreKit {
  @Override
  protected OutcomeStore store() {
    return new InMemoryOutcomeStore();
  }
}

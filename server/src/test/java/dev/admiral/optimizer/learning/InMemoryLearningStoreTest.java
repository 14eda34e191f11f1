package dev.admiral.optimizer.learning;

class InMemoryLearningStoreTest extends LearningStoreKit {
  @Override
  protected LearningStore store() {
    return new InMemoryLearningStore();
  }
}

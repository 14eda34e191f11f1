package dev.admiral.optimizer.fleet;

class InMemoryAgentStoreTest extends AgentStoreKit {
  @Override
  protected AgentStore store() {
    return new InMemoryAgentStore();
  }
}

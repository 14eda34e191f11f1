package dev.admiral.optimizer.fleet;

class InMemoryAgentStoreTest extends AgentStoreContract {
  @Override
  protected AgentStore store() {
    return new InMemoryAgentStore();
  }
}

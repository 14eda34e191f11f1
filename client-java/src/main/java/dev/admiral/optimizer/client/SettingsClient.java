package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.ListChangesRequest;
import dev.admiral.optimizer.v1.ListChangesResponse;
import dev.admiral.optimizer.v1.RollBackChangeRequest;
import dev.admiral.optimizer.v1.RollBackChangeResponse;
import dev.admiral.optimizer.v1.SettingChange;
import dev.admiral.optimizer.v1.SettingsServiceGrpc;
import java.util.stream.Stream;

/**
 * Settings that were changed while the server runs, over a client's connection. Thread-safe.
 *
 * <p>Each method's request and answer are documented in the contract.
 */
public final class SettingsClient {
  private final Calls calls;

  SettingsClient(Calls calls) {
    this.calls = calls;
  }

  /**
   * Lists changes of settings, newest first.
   *
   * @return all of them, fetched page by page as the stream is read, which throws {@link
   *     AdmiralException}
   */
  public Stream<SettingChange> changes(ListChangesRequest request) {
    return Pages.all(
        token ->
            calls.await(
                SettingsServiceGrpc.getListChangesMethod(),
                request.toBuilder().setPageToken(token).build()),
        ListChangesResponse::getChangesList,
        ListChangesResponse::getNextPageToken);
  }

  /** As {@link #changes(ListChangesRequest)}, without narrowing. */
  public Stream<SettingChange> changes() {
    return changes(ListChangesRequest.getDefaultInstance());
  }

  /**
   * Undoes one change of settings. Never tried again.
   *
   * @throws AdmiralException if the call failed
   */
  public RollBackChangeResponse rollBackChange(RollBackChangeRequest request) {
    return calls.await(SettingsServiceGrpc.getRollBackChangeMethod(), request);
  }
}

package dev.admiral.optimizer.ledger;

import java.util.List;

/**
 * Some entries, newest first.
 *
 * @param entries the entries
 * @param nextPageToken asks for those after; empty at the end
 */
public record EntryPage(List<LedgerEntry> entries, String nextPageToken) {}

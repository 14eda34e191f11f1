package dev.admiral.simulator;

import dev.admiral.simulator.Invoice.ModelKey;
import dev.admiral.simulator.Invoice.Totals;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps the invoice. A line is entered before the last bytes of its answer are written, so that a
 * caller who has its answer finds it on the invoice; if that write then fails, the line is
 * replaced.
 */
final class Book {
  private final int mostLines;
  private final List<InvoiceLine> lines = new ArrayList<>();
  private final List<InvoiceLine> refused = new ArrayList<>();
  private final Map<ModelKey, Totals> totals = new LinkedHashMap<>();
  private long dropped;
  private int generation;

  Book(int mostLines) {
    this.mostLines = mostLines;
  }

  /** A line entered, and what is needed to replace it. */
  record Entry(InvoiceLine line, int index, int generation) {}

  synchronized Entry enter(InvoiceLine line) {
    int index = -1;
    if (lines.size() + refused.size() < mostLines) {
      index = lines.size();
      lines.add(line);
    } else {
      dropped++;
    }
    add(line, Totals.of(line));
    return new Entry(line, index, generation);
  }

  synchronized void replace(Entry entry, InvoiceLine line) {
    if (entry.generation == generation) {
      if (entry.index >= 0) {
        lines.set(entry.index, line);
      }
      add(entry.line, Totals.of(entry.line).negated());
      add(line, Totals.of(line));
    }
  }

  synchronized void refuse(InvoiceLine line) {
    if (lines.size() + refused.size() < mostLines) {
      refused.add(line);
    } else {
      dropped++;
    }
  }

  synchronized Invoice snapshot() {
    return new Invoice(
        List.copyOf(lines),
        List.copyOf(refused),
        Collections.unmodifiableMap(new LinkedHashMap<>(totals)),
        dropped);
  }

  /** Forgets everything; a line entered before can no longer be replaced. */
  synchronized void reset() {
    lines.clear();
    refused.clear();
    totals.clear();
    dropped = 0;
    generation++;
  }

  private void add(InvoiceLine line, Totals more) {
    totals.merge(new ModelKey(line.provider(), line.model()), more, Totals::plus);
  }
}

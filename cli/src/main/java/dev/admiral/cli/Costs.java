package dev.admiral.cli;

import dev.admiral.optimizer.v1.GetReportResponse;
import dev.admiral.optimizer.v1.ReportRow;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What was paid and saved, to the last digit, a row for each group and one for all.
 *
 * @param headings headings with the marks that {@link Table} knows
 * @param rows the cells below them
 */
record Costs(List<String> headings, List<List<String>> rows) {

  /**
   * Returns the rows of a report.
   *
   * @param group what a row stands for
   */
  static Costs of(GetReportResponse report, String group) {
    boolean estimates = report.getTotal().getEstimatedCallCount() > 0;
    boolean times = report.getTotal().hasSavedDuration();
    List<String> headings = new ArrayList<>(List.of(group, "?>PAID CALLS", ">PAID"));
    if (estimates) {
      headings.add(">ESTIMATED");
    }
    headings.addAll(List.of("?>SAVED CALLS", ">SAVED"));
    if (times) {
      headings.add("?>TIME SAVED");
    }
    List<List<String>> rows = new ArrayList<>();
    report.getRowsList().forEach(row -> rows.add(cells(row.getGroup(), row, estimates, times)));
    if (report.getRowsCount() > 1) {
      rows.add(cells("all", report.getTotal(), estimates, times));
    }
    return new Costs(headings, rows);
  }

  private static List<String> cells(String name, ReportRow row, boolean estimates, boolean times) {
    List<String> cells = new ArrayList<>();
    cells.add(name);
    cells.add(Show.count(row.getExactCallCount() + row.getEstimatedCallCount()));
    cells.add(Show.dollars(row.getExactAmount()));
    if (estimates) {
      cells.add(Show.dollars(row.getEstimatedAmount()));
    }
    cells.add(Show.count(row.getSavedCallCount()));
    cells.add(Show.dollars(row.getSavedAmount()));
    if (times) {
      cells.add(Show.time(row.getSavedDuration()));
    }
    return cells;
  }

  /** Returns the rows for a terminal. */
  Table table() {
    Table table = new Table(headings.toArray(String[]::new));
    rows.forEach(cells -> table.add(cells.toArray(String[]::new)));
    return table;
  }

  /** Returns the rows as a table of Markdown. */
  List<String> markdown() {
    List<String> lines = new ArrayList<>();
    lines.add(line(headings.stream().map(heading -> heading.replaceFirst("^[?>]+", "")).toList()));
    lines.add(
        headings.stream()
            .map(heading -> heading.contains(">") ? "---:" : "---")
            .collect(Collectors.joining("|", "|", "|")));
    rows.forEach(cells -> lines.add(line(cells)));
    return lines;
  }

  private static String line(List<String> cells) {
    return cells.stream()
        .map(cell -> Text.harmless(cell).replace("|", "\\|"))
        .collect(Collectors.joining(" | ", "| ", " |"));
  }
}

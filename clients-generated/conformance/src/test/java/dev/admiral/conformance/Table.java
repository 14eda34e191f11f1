package dev.admiral.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What became of each case in each client. Marks may be set by many threads. */
final class Table {
  static final Path DOCUMENT = Checkout.file("docs/clients.md");

  private static final String BEGIN = "<!-- conformance: written by the tests -->";
  private static final String END = "<!-- /conformance -->";

  private final List<Case> cases;
  private final List<String> columns;
  private final Map<String, Mark> marks = new ConcurrentHashMap<>();

  /** The outcome of one case in one client. */
  enum Mark {
    PASSED("✓"),
    FAILED("✗"),
    /** The case is not for this client. */
    LEFT_OUT("–");

    private final String sign;

    Mark(String sign) {
      this.sign = sign;
    }
  }

  Table(List<Case> cases, List<String> columns) {
    this.cases = cases;
    this.columns = columns;
  }

  void set(String column, Case one, Mark mark) {
    marks.put(key(column, one), mark);
  }

  /** Whether every client ran every case. */
  boolean isComplete() {
    return marks.size() == cases.size() * columns.size();
  }

  /** Whether a case failed in some client. */
  boolean hasFailures() {
    return marks.containsValue(Mark.FAILED);
  }

  /** Writes the table for people at a terminal, with what ran only. */
  String text() {
    List<String> ran = ran();
    StringBuilder text = new StringBuilder();
    String group = "";
    int width = cases.stream().mapToInt(one -> one.name().length()).max().orElse(0) + 2;
    for (Case one : cases) {
      if (!one.group().equals(group)) {
        group = one.group();
        text.append(group).append(" ".repeat(Math.max(1, width + 2 - group.length())));
        text.append(String.join("  ", ran)).append('\n');
      }
      text.append("  ").append(one.name()).append(" ".repeat(width - one.name().length()));
      for (String column : ran) {
        text.append(sign(column, one)).append(" ".repeat(column.length() + 1));
      }
      text.setLength(text.toString().stripTrailing().length());
      text.append('\n');
    }
    return text.append(summary(ran)).toString();
  }

  /** Writes the table for the document. */
  String markdown() {
    StringBuilder text = new StringBuilder();
    text.append("| | | ").append(String.join(" | ", columns)).append(" |\n");
    text.append("|---|---|").append("---|".repeat(columns.size())).append('\n');
    String group = "";
    for (Case one : cases) {
      text.append("| ").append(one.group().equals(group) ? "" : one.group());
      text.append(" | ").append(one.shows().replace("|", "\\|")).append(" |");
      columns.forEach(column -> text.append(' ').append(sign(column, one)).append(" |"));
      text.append('\n');
      group = one.group();
    }
    return text.toString();
  }

  /** Returns the marks of the document's table, by column and case; none if it is another table. */
  List<String> differencesFromDocument() {
    List<String> written = rows(section());
    List<String> now = rows(markdown());
    List<Integer> compared = new ArrayList<>();
    List<String> ran = ran();
    for (int i = 0; i < columns.size(); i++) {
      if (ran.contains(columns.get(i))) {
        compared.add(i);
      }
    }
    List<String> differences = new ArrayList<>();
    if (written.size() != now.size()) {
      return List.of("it has " + written.size() + " rows, not " + now.size());
    }
    for (int i = 0; i < now.size(); i++) {
      String[] old = written.get(i).split("(?<!\\\\)\\|", -1);
      String[] fresh = now.get(i).split("(?<!\\\\)\\|", -1);
      boolean same = old.length == fresh.length && old[2].equals(fresh[2]);
      for (int column : compared) {
        same = same && old[3 + column].equals(fresh[3 + column]);
      }
      if (!same) {
        differences.add(fresh[2].strip());
      }
    }
    return differences;
  }

  /** Puts the table into the document. */
  void writeDocument() {
    try {
      String document = Files.readString(DOCUMENT);
      int begin = document.indexOf(BEGIN) + BEGIN.length();
      Files.writeString(
          DOCUMENT,
          document.substring(0, begin)
              + "\n\n"
              + markdown()
              + "\n"
              + document.substring(document.indexOf(END)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String section() {
    String document = Checkout.text("docs/clients.md");
    int begin = document.indexOf(BEGIN);
    int end = document.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalStateException(
          "docs/clients.md has no place for the table: it lacks \"" + BEGIN + "\" or its end.");
    }
    return document.substring(begin + BEGIN.length(), end);
  }

  private static List<String> rows(String markdown) {
    return markdown.lines().filter(line -> line.startsWith("|")).toList();
  }

  private List<String> ran() {
    return columns.stream()
        .filter(column -> cases.stream().anyMatch(one -> marks.containsKey(key(column, one))))
        .toList();
  }

  private String summary(List<String> ran) {
    List<String> counts = new ArrayList<>();
    for (String column : ran) {
      long passed =
          cases.stream().filter(one -> marks.get(key(column, one)) == Mark.PASSED).count();
      counts.add(column + " " + passed + " of " + cases.size());
    }
    return "Passed: " + String.join(", ", counts) + "\n";
  }

  private String sign(String column, Case one) {
    Mark mark = marks.get(key(column, one));
    return mark == null ? " " : mark.sign;
  }

  private static String key(String column, Case one) {
    return column + "/" + one.name();
  }
}

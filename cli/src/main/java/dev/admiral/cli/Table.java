package dev.admiral.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rows under headings. Where they do not fit beside each other, sentences are broken into lines,
 * then columns that can be missed are left out, then names are cut; and where even that does not
 * help, each row becomes a block of its own, heading and value on a line.
 */
public final class Table {
  private static final String GAP = "  ";

  /** Narrower than this a name is no longer told from others. */
  private static final int NARROWEST_NAME = 16;

  /** Narrower than this a sentence is no longer read with ease. */
  private static final int NARROWEST_SENTENCE = 24;

  /** Narrower than this not even a few words are. */
  private static final int NARROWEST_PHRASE = 12;

  /** A column. */
  private record Column(String heading, boolean right, boolean optional, boolean sentence) {
    static Column of(String marked) {
      String heading = marked.replaceFirst("^[?>~]+", "");
      String marks = marked.substring(0, marked.length() - heading.length());
      return new Column(heading, marks.contains(">"), marks.contains("?"), marks.contains("~"));
    }
  }

  private final List<Column> columns = new ArrayList<>();
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * Makes a table. A heading may begin with marks: {@code >} puts its column flush right, {@code ?}
   * lets it be left out where there is no room (the last one first), {@code ~} lets its cells take
   * several lines.
   */
  public Table(String... headings) {
    for (String heading : headings) {
      columns.add(Column.of(heading));
    }
  }

  /** Adds a row, one cell for each heading. */
  public void add(String... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(
          cells.length + " cells stand under " + columns.size() + " headings.");
    }
    rows.add(Arrays.stream(cells).map(Text::harmless).toList());
  }

  /** Returns whether there are no rows. */
  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Returns the lines for a terminal of so many columns. */
  public List<String> lines(int width) {
    List<Integer> shown = new ArrayList<>(IntStream.range(0, columns.size()).boxed().toList());
    int[] widths = widths(shown, width);
    for (int i = columns.size() - 1; i >= 0 && whole(shown, widths) > width; i--) {
      if (columns.get(i).optional()) {
        shown.remove(Integer.valueOf(i));
        widths = widths(shown, width);
      }
    }
    shrink(shown, widths, width, true, NARROWEST_PHRASE);
    shrink(shown, widths, width, false, NARROWEST_NAME);
    return whole(shown, widths) <= width ? beside(shown, widths) : below(width);
  }

  /** How wide each column is, after sentences have made what room they can. */
  private int[] widths(List<Integer> shown, int width) {
    int[] widths = IntStream.range(0, columns.size()).map(this::width).toArray();
    shrink(shown, widths, width, true, NARROWEST_SENTENCE);
    return widths;
  }

  private int width(int column) {
    return Math.max(
        columns.get(column).heading().length(),
        rows.stream().mapToInt(row -> Text.width(row.get(column))).max().orElse(0));
  }

  private static int whole(List<Integer> shown, int[] widths) {
    return shown.stream().mapToInt(i -> widths[i]).sum() + GAP.length() * (shown.size() - 1);
  }

  /** Takes from the widest of the texts until all fits or none is wider than may be. */
  private void shrink(
      List<Integer> shown, int[] widths, int width, boolean sentences, int narrowest) {
    List<Integer> texts =
        shown.stream()
            .filter(i -> columns.get(i).sentence() == sentences && !columns.get(i).right())
            .toList();
    for (int over = whole(shown, widths) - width; over > 0 && !texts.isEmpty(); over--) {
      int widest = texts.stream().max(Comparator.comparingInt(i -> widths[i])).orElseThrow();
      if (widths[widest] <= Math.max(narrowest, columns.get(widest).heading().length())) {
        return;
      }
      widths[widest]--;
    }
  }

  private List<String> beside(List<Integer> shown, int[] widths) {
    List<String> lines = new ArrayList<>();
    lines.add(line(shown, widths, columns.stream().map(Column::heading).toList()));
    for (List<String> row : rows) {
      List<List<String>> broken =
          IntStream.range(0, columns.size()).mapToObj(i -> broken(row.get(i), i, widths)).toList();
      int height = shown.stream().mapToInt(i -> broken.get(i).size()).max().orElse(1);
      for (int l = 0; l < height; l++) {
        int at = l;
        lines.add(
            line(
                shown,
                widths,
                broken.stream().map(cell -> at < cell.size() ? cell.get(at) : "").toList()));
      }
    }
    return lines;
  }

  private List<String> broken(String cell, int column, int[] widths) {
    return columns.get(column).sentence()
        ? Text.wrap(cell, widths[column])
        : List.of(Text.cut(cell, widths[column]));
  }

  private String line(List<Integer> shown, int[] widths, List<String> cells) {
    StringBuilder line = new StringBuilder();
    for (int i : shown) {
      String cell = cells.get(i);
      String space = " ".repeat(Math.max(0, widths[i] - Text.width(cell)));
      line.append(line.isEmpty() && i == shown.getFirst() ? "" : GAP);
      line.append(columns.get(i).right() ? space + cell : cell + space);
    }
    return line.toString().stripTrailing();
  }

  private List<String> below(int width) {
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      if (!lines.isEmpty()) {
        lines.add("");
      }
      Facts block = new Facts();
      for (int i = 0; i < row.size(); i++) {
        if (!row.get(i).isEmpty()) {
          block.add(columns.get(i).heading(), row.get(i));
        }
      }
      int label = columns.stream().mapToInt(column -> column.heading().length()).max().orElse(0);
      lines.addAll(block.lines(width, label));
    }
    return lines;
  }
}

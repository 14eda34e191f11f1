package dev.admiral.optimizer.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads an expression of Prometheus' query language, as much of it as our files use, and tells what
 * it selects. Whatever it does not know is an error, so that a slip of the pen is one.
 */
final class PromQl {
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:(?<word>[a-zA-Z_:][a-zA-Z0-9_:]*)"
              + "|(?<number>[0-9]+(?:\\.[0-9]+)?(?![a-z]))"
              + "|(?<range>\\[(?:[0-9]+[smhd]|\\$__rate_interval|\\$__range)\\])"
              + "|(?<text>\"(?:[^\"\\\\]|\\\\.)*\")"
              + "|(?<sign>==|!=|>=|<=|=~|!~|[-+*/(){},=<>]))");
  private static final Set<String> AGGREGATIONS = Set.of("sum", "min", "max", "avg", "count");
  private static final Set<String> FUNCTIONS = Set.of("rate", "increase", "histogram_quantile");
  private static final Set<String> OF_RANGES = Set.of("rate", "increase");

  /** What goes between two operands, loosest first. */
  private static final List<Set<String>> OPERATORS =
      List.of(
          Set.of("or"),
          Set.of("and", "unless"),
          Set.of("==", "!=", ">", "<", ">=", "<="),
          Set.of("+", "-"),
          Set.of("*", "/"));

  private final String expression;
  private final List<String> tokens = new ArrayList<>();
  private final List<Selection> selections = new ArrayList<>();
  private final List<String> groupedBy = new ArrayList<>();
  private int at;

  /** One selector. */
  record Selection(String metric, List<Condition> conditions) {}

  /** One condition on a label. */
  record Condition(String label, String operator, String value) {}

  private PromQl(String expression) {
    this.expression = expression;
    Matcher token = TOKEN.matcher(expression);
    int end = 0;
    while (token.find(end) && token.start() == end) {
      tokens.add(token.group().strip());
      end = token.end();
    }
    if (!expression.substring(end).isBlank()) {
      throw wrong("what is this: " + expression.substring(end));
    }
  }

  static PromQl read(String expression) {
    PromQl read = new PromQl(expression);
    read.binary(0);
    if (read.at != read.tokens.size()) {
      throw read.wrong("goes on after its end at " + read.tokens.get(read.at));
    }
    return read;
  }

  List<Selection> selections() {
    return selections;
  }

  /** Returns the labels by which it groups or matches. */
  List<String> groupedBy() {
    return groupedBy;
  }

  private void binary(int level) {
    if (level == OPERATORS.size()) {
      operand();
      return;
    }
    binary(level + 1);
    while (at < tokens.size() && OPERATORS.get(level).contains(tokens.get(at))) {
      at++;
      if (peek("on") || peek("ignoring")) {
        at++;
        groupedBy.addAll(names());
      }
      binary(level + 1);
    }
  }

  private void operand() {
    String token = next();
    if (token.equals("(")) {
      binary(0);
      expect(")");
    } else if (AGGREGATIONS.contains(token)) {
      if (peek("by") || peek("without")) {
        at++;
        groupedBy.addAll(names());
      }
      expect("(");
      binary(0);
      expect(")");
    } else if (FUNCTIONS.contains(token)) {
      function(token);
    } else if (Character.isLetter(token.charAt(0))) {
      selector(token);
      if (at < tokens.size() && tokens.get(at).startsWith("[")) {
        throw wrong(token + " has a range where a moment is wanted");
      }
    } else if (!Character.isDigit(token.charAt(0))) {
      throw wrong("no operand: " + token);
    }
  }

  private void function(String name) {
    expect("(");
    if (OF_RANGES.contains(name)) {
      String metric = next();
      selector(metric);
      if (!next().startsWith("[")) {
        throw wrong(name + " needs a range of " + metric);
      }
      if (!metric.matches(".*_(total|bucket|sum|count)")) {
        throw wrong(name + " of what is no counter: " + metric);
      }
    } else {
      String quantile = next();
      if (!quantile.matches("0\\.[0-9]+")) {
        throw wrong("no quantile: " + quantile);
      }
      expect(",");
      binary(0);
      if (!groupedBy.contains("le")) {
        throw wrong("a quantile needs the label le");
      }
    }
    expect(")");
  }

  private void selector(String metric) {
    List<Condition> conditions = new ArrayList<>();
    if (peek("{")) {
      at++;
      while (!peek("}")) {
        String label = next();
        String operator = next();
        String value = next();
        if (!Set.of("=", "!=", "=~", "!~").contains(operator) || !value.startsWith("\"")) {
          throw wrong("no condition: " + label + operator + value);
        }
        conditions.add(new Condition(label, operator, value.substring(1, value.length() - 1)));
        if (!peek("}")) {
          expect(",");
        }
      }
      at++;
    }
    selections.add(new Selection(metric, conditions));
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    expect("(");
    while (!peek(")")) {
      names.add(next());
      if (!peek(")")) {
        expect(",");
      }
    }
    at++;
    return names;
  }

  private boolean peek(String token) {
    return at < tokens.size() && tokens.get(at).equals(token);
  }

  private String next() {
    if (at == tokens.size()) {
      throw wrong("ends too early");
    }
    return tokens.get(at++);
  }

  private void expect(String token) {
    String found = next();
    if (!found.equals(token)) {
      throw wrong("has " + found + " where " + token + " is wanted");
    }
  }

  private AssertionError wrong(String what) {
    return new AssertionError(what + ", in: " + expression);
  }
}

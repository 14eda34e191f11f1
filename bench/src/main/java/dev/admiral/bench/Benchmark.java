package dev.admiral.bench;

import java.util.List;

/** Measures one thing beside its floor. */
@FunctionalInterface
interface Benchmark {
  /** Runs for at most about a minute. */
  List<Figure> run() throws Exception;
}

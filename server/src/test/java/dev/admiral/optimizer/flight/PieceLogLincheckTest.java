package dev.admiral.optimizer.flight;

import dev.admiral.optimizer.call.Samples;
import dev.admiral.optimizer.v1.ContentDelta;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/** One writer, two readers and a cutter: what each reader gets is what a list would give it. */
public class PieceLogLincheckTest {
  private final PieceLog log = new PieceLog();
  private final AtomicInteger wakesOfOne = new AtomicInteger();
  private final PieceLog.Cursor one = log.open(wakesOfOne::incrementAndGet);
  private final PieceLog.Cursor other = log.open(() -> {});

  /** Of the writer. */
  private int appended;

  /** Wake-ups of the first reader before it last found nothing; -1 if it found something. */
  private int oneSleepsSince = -1;

  @Operation(nonParallelGroup = "writer")
  public void append() {
    log.add(Samples.piece(String.valueOf(appended++)));
    log.wakeParked(Runnable::run);
  }

  @Operation(nonParallelGroup = "one")
  public String pollOne() {
    int before = wakesOfOne.get();
    String text = text(one.poll());
    oneSleepsSince = text == null ? before : -1;
    return text;
  }

  @Operation(nonParallelGroup = "other")
  public String pollOther() {
    return text(other.poll());
  }

  @Operation(nonParallelGroup = "writer")
  public void cutOther() {
    other.cut();
  }

  /** Once all is quiet, no reader sleeps although there is something to read. */
  @Validate
  public void noWakeUpIsLost() {
    if (oneSleepsSince >= 0 && !one.atEnd() && wakesOfOne.get() == oneSleepsSince) {
      throw new IllegalStateException("a reader sleeps over a piece");
    }
  }

  private static String text(ContentDelta piece) {
    return piece == null ? null : piece.getText().getText();
  }

  /** The log as a list. */
  public static class Plain {
    private final List<String> pieces = new ArrayList<>();
    private int one;
    private int other;
    private boolean cut;

    public void append() {
      pieces.add(String.valueOf(pieces.size()));
    }

    public String pollOne() {
      return one < pieces.size() ? pieces.get(one++) : null;
    }

    public String pollOther() {
      return !cut && other < pieces.size() ? pieces.get(other++) : null;
    }

    public void cutOther() {
      cut = true;
    }
  }

  @Test
  void everyInterleaving_readsAsAListWould() {
    new ModelCheckingOptions()
        .iterations(5)
        .invocationsPerIteration(200)
        .threads(3)
        .actorsPerThread(3)
        .sequentialSpecification(Plain.class)
        .check(PieceLogLincheckTest.class);
  }

  @Test
  void threadsAtFullSpeed_readAsAListWould() {
    new StressOptions()
        .iterations(10)
        .invocationsPerIteration(1_000)
        .threads(3)
        .actorsPerThread(3)
        .sequentialSpecification(Plain.class)
        .check(PieceLogLincheckTest.class);
  }
}

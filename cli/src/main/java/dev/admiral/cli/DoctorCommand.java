package dev.admiral.cli;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Looks for what is missing or wrong, on this machine and in the server, and says how to mend"
          + " it. Changes nothing.",
      ""
    },
    exitCodeListHeading = Main.EXIT_CODES,
    exitCodeList = {
      "0:all is well",
      "1:something should be looked at (WARN)",
      "2:something does not work (FAIL)",
      "64:the command line is wrong"
    })
final class DoctorCommand implements Callable<Integer> {
  @Mixin private ServerOptions server = new ServerOptions();
  @Mixin private OutputOptions output = new OutputOptions();
  private final Shell shell;

  DoctorCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    List<Finding> found = new ArrayList<>();
    new Doctor(
            shell,
            server,
            finding -> {
              found.add(finding);
              if (!output.isJson()) {
                print(finding);
              }
            })
        .examine();
    if (output.isJson()) {
      shell.out().println(OutputOptions.json(json(found)));
    }
    return found.stream().mapToInt(finding -> finding.level().exitCode()).max().orElse(Main.DONE);
  }

  private void print(Finding finding) {
    Paint paint = shell.paint();
    String level = finding.level().name();
    String shown =
        switch (finding.level()) {
          case OK -> paint.good(level);
          case WARN -> paint.warning(level);
          case FAIL -> paint.bad(level);
        };
    String toDo = finding.toDo().isEmpty() ? "" : ": " + finding.toDo();
    Facts line = new Facts();
    line.add(level, finding.what() + toDo);
    for (String text : line.lines(shell.window().size().columns(), Finding.Level.WIDEST)) {
      shell.out().println(text.startsWith(level) ? shown + text.substring(level.length()) : text);
    }
  }

  private static Struct json(List<Finding> found) {
    ListValue.Builder checks = ListValue.newBuilder();
    for (Finding finding : found) {
      checks.addValues(
          Value.newBuilder()
              .setStructValue(
                  Struct.newBuilder()
                      .putFields("level", text(finding.level().name()))
                      .putFields("what", text(finding.what()))
                      .putFields("toDo", text(finding.toDo()))));
    }
    return Struct.newBuilder()
        .putFields("checks", Value.newBuilder().setListValue(checks).build())
        .build();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }
}

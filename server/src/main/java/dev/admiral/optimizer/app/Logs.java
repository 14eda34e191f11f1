package dev.admiral.optimizer.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.Layout;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import dev.admiral.optimizer.config.LogSettings;
import java.io.Console;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets up logging in code, as looking for and reading XML would take a tenth of the start. Lines go
 * to the standard error stream: one readable line each on a terminal, one JSON object each
 * elsewhere.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class Logs extends ContextAwareBase implements Configurator {
  /** Libraries whose everyday news concerns nobody here. */
  private static final List<String> QUIET =
      List.of(
          "io.grpc",
          "io.netty",
          "io.github.resilience4j",
          "org.eclipse.jetty",
          "org.flywaydb",
          "org.apache.hc");

  /** Called by the logging library, which wants it public. */
  public Logs() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    apply(context, LogSettings.DEFAULT);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /** Logs from now on as configured. */
  static void apply(LogSettings log) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      apply(context, log);
    }
  }

  /** Passes on what libraries tell the JDK's own logging. */
  static void takeOverJdkLogging() {
    LogManager.getLogManager().reset();
    java.util.logging.Logger.getLogger("").addHandler(new ToSlf4j());
  }

  private static void apply(LoggerContext context, LogSettings log) {
    ch.qos.logback.classic.Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.detachAndStopAllAppenders();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder(context, human(log.format()) ? humanLines() : new JsonLines()));
    appender.start();
    root.addAppender(appender);
    root.setLevel(Level.toLevel(log.level().name()));
    for (String library : QUIET) {
      context.getLogger(library).setLevel(quiet(log.level()));
    }
    // A collector of traces that is away is told of once, by us.
    context
        .getLogger("io.opentelemetry")
        .setLevel(log.level() == LogSettings.Level.DEBUG ? Level.WARN : Level.OFF);
  }

  private static Level quiet(LogSettings.Level level) {
    return level == LogSettings.Level.ERROR ? Level.ERROR : Level.WARN;
  }

  private static boolean human(LogSettings.Format format) {
    return switch (format) {
      case HUMAN -> true;
      case JSON -> false;
      case AUTO -> terminal();
    };
  }

  private static boolean terminal() {
    // No console at all is one form of no terminal.
    return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  }

  private static HumanLines humanLines() {
    return new HumanLines(ZoneId.systemDefault(), terminal() && wantsColours(System.getenv()));
  }

  /**
   * Returns whether a terminal's user wants colours.
   *
   * @see <a href="https://no-color.org">NO_COLOR</a>
   */
  static boolean wantsColours(Map<String, String> variables) {
    return variables.getOrDefault("NO_COLOR", "").isEmpty()
        && !variables.getOrDefault("TERM", "").equals("dumb");
  }

  private static Encoder<ILoggingEvent> encoder(
      LoggerContext context, Layout<ILoggingEvent> lines) {
    lines.setContext(context);
    lines.start();
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setContext(context);
    encoder.setLayout(lines);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.start();
    return encoder;
  }

  /** Turns a record of the JDK's logging into a line like all others. */
  private static final class ToSlf4j extends Handler {
    private static final Formatter FORMAT = new SimpleFormatter();

    @Override
    public void publish(@Nullable LogRecord record) {
      if (record == null) {
        return;
      }
      String name = record.getLoggerName() == null ? "jdk" : record.getLoggerName();
      Logger logger = LoggerFactory.getLogger(name);
      int level = record.getLevel().intValue();
      String message = FORMAT.formatMessage(record);
      Throwable thrown = record.getThrown();
      if (level >= java.util.logging.Level.SEVERE.intValue()) {
        logger.error(message, thrown);
      } else if (level >= java.util.logging.Level.WARNING.intValue()) {
        logger.warn(message, thrown);
      } else if (level >= java.util.logging.Level.INFO.intValue()) {
        logger.info(message, thrown);
      }
    }

    @Override
    public void flush() {
      // Lines are written as they come.
    }

    @Override
    public void close() {
      // There is nothing to close.
    }
  }
}

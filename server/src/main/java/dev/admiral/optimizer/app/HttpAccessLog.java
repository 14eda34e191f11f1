package dev.admiral.optimizer.app;

import java.util.concurrent.atomic.AtomicLongArray;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Counts HTTP requests by class of status, and has a line for each at debug once it has its reply.
 * It holds neither headers nor what stands behind the '?', nor a path that leads nowhere: a key may
 * have been put there.
 */
final class HttpAccessLog implements RequestLog {
  private static final Logger log = LoggerFactory.getLogger("dev.admiral.optimizer.http.access");
  private static final int NOT_FOUND = 404;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final int CLASSES = 6;

  // By the status' first digit.
  private final AtomicLongArray requests = new AtomicLongArray(CLASSES);

  /**
   * Returns how many requests were answered so.
   *
   * @param statusClass first digit of the status, 1 to 5
   */
  long requests(int statusClass) {
    return requests.get(statusClass);
  }

  @Override
  public void log(Request request, Response response) {
    requests.getAndIncrement(Math.clamp(response.getStatus() / 100, 0, CLASSES - 1));
    if (!log.isDebugEnabled()) {
      return;
    }
    LoggingEventBuilder line =
        log.atDebug()
            .addKeyValue("method", request.getMethod())
            .addKeyValue(
                "path",
                response.getStatus() == NOT_FOUND
                    ? "(not found)"
                    : Request.getPathInContext(request))
            .addKeyValue("status", response.getStatus())
            .addKeyValue("bytes", Response.getContentBytesWritten(response))
            .addKeyValue(
                "duration_ms", (System.nanoTime() - request.getBeginNanoTime()) / NANOS_PER_MILLI);
    String id = response.getHeaders().get("x-admiral-request-id");
    if (id != null) {
      line = line.addKeyValue("call_id", id);
    }
    line.log("request answered");
  }
}

package dev.admiral.optimizer.http.dashboard;

import dev.admiral.optimizer.http.exchange.Endpoint;
import dev.admiral.optimizer.http.exchange.Exchange;
import dev.admiral.optimizer.http.exchange.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The files of the page, read once from beside this class. What is not in the list is not there: no
 * path that a browser sends is ever looked up among files.
 */
final class StaticFiles {
  static final String FOLDER = "/assets/";

  /** The page itself; it is at "/". */
  static final String PAGE = "index.html";

  static final List<String> NAMES =
      List.of(
          PAGE,
          "icon.svg",
          "style.css",
          "main.js",
          "api.js",
          "blocks.js",
          "chart.js",
          "dom.js",
          "format.js",
          "table.js",
          "troubles.js",
          "waterfall.js",
          "pages/agents.js",
          "pages/calls.js",
          "pages/events.js",
          "pages/health.js",
          "pages/models.js",
          "pages/overview.js",
          "pages/spend.js",
          "uplot/uPlot.esm.js",
          "uplot/uPlot.min.css",
          "uplot/LICENSE");

  /** Kept by browsers, but never used without asking: a new server brings new files. */
  private static final String ALWAYS_ASK = "no-cache";

  private final Map<String, Endpoint> endpoints = new HashMap<>();

  StaticFiles() {
    for (String name : NAMES) {
      String path = name.equals(PAGE) ? "/" : FOLDER + name;
      endpoints.put(path, endpoint(name, read(name)));
    }
  }

  /** Returns who answers which path. */
  Map<String, Endpoint> endpoints() {
    return endpoints;
  }

  private static Endpoint endpoint(String name, byte[] bytes) {
    String tag = '"' + digest(bytes) + '"';
    Reply file =
        new Reply(200, type(name), BrowserReplies.HEADERS, bytes)
            .with(Map.of("ETag", tag, "Cache-Control", ALWAYS_ASK));
    Reply unchanged = new Reply(304, file.contentType(), file.headers(), new byte[0]);
    Reply wrongMethod = BrowserReplies.wrongMethod("GET");
    return exchange -> exchange.reply(choose(exchange, tag, file, unchanged, wrongMethod));
  }

  private static Reply choose(
      Exchange exchange, String tag, Reply file, Reply unchanged, Reply wrongMethod) {
    if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
      return wrongMethod;
    }
    String known = exchange.header("if-none-match");
    return known != null && known.contains(tag) ? unchanged : file;
  }

  private static byte[] read(String name) {
    try (InputStream in = StaticFiles.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the file " + name + " of the dashboard is missing");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String digest(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest, 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private static String type(String name) {
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "html" -> "text/html; charset=utf-8";
      case "js" -> "text/javascript; charset=utf-8";
      case "css" -> "text/css; charset=utf-8";
      case "svg" -> "image/svg+xml";
      default -> "text/plain; charset=utf-8";
    };
  }
}

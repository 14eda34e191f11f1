package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.awaitility.Awaitility;

/**
 * A Chromium without a window, driven by its DevTools protocol, with one page. It keeps whatever
 * the page complains of: exceptions, console errors and warnings, violations of its policy, failed
 * requests.
 *
 * @see <a href="https://chromedevtools.github.io/devtools-protocol/">the protocol</a>
 */
final class Browser implements AutoCloseable {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
  private static final String LISTENING = "DevTools listening on ";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final JsonMapper JSON = new JsonMapper();

  private final Process process;
  private final HttpClient client = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private String session = "";

  /** What the page's script failed with since it was opened, empty if it did not. */
  private volatile String broken = "";

  private Browser(Process process, URI address) {
    this.process = process;
    this.socket = client.newWebSocketBuilder().buildAsync(address, new Reader()).join();
  }

  /** Returns the program, if this machine has one. */
  static Optional<Path> find() {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Starts a browser.
   *
   * @param profile a folder of its own, made if it is not there
   */
  static Browser start(Path program, Path profile) throws IOException {
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--headless=new",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                // A container's root has no sandbox, and little shared memory.
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--hide-scrollbars",
                "about:blank")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    CompletableFuture<URI> address = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try (BufferedReader lines = process.errorReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
              if (line.startsWith(LISTENING)) {
                address.complete(URI.create(line.substring(LISTENING.length()).strip()));
              }
            }
            address.completeExceptionally(new IOException("the browser ended"));
          } catch (IOException e) {
            address.completeExceptionally(e);
          }
        });
    try {
      Browser browser =
          new Browser(process, address.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join());
      browser.openTab();
      return browser;
    } catch (RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private void openTab() {
    String target =
        call("Target.createTarget", p -> p.put("url", "about:blank")).path("targetId").asText();
    session =
        call("Target.attachToTarget", p -> p.put("targetId", target).put("flatten", true))
            .path("sessionId")
            .asText();
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      call(domain + ".enable", _ -> {});
    }
  }

  /** Sets how large the page is, in CSS pixels. */
  void size(int width, int height) {
    call(
        "Emulation.setDeviceMetricsOverride",
        p ->
            p.put("width", width)
                .put("height", height)
                .put("deviceScaleFactor", 1)
                .put("mobile", false));
  }

  /** Sets which colours the system prefers. */
  void prefersDark(boolean dark) {
    call(
        "Emulation.setEmulatedMedia",
        p ->
            p.putArray("features")
                .addObject()
                .put("name", "prefers-color-scheme")
                .put("value", dark ? "dark" : "light"));
  }

  /** Loads an address anew. */
  void open(String address) {
    call("Page.navigate", p -> p.put("url", "about:blank"));
    broken = "";
    call("Page.navigate", p -> p.put("url", address));
  }

  /** Returns the value of an expression, promises awaited. */
  JsonNode evaluate(String expression) {
    JsonNode result =
        call(
            "Runtime.evaluate",
            p ->
                p.put("expression", expression)
                    .put("awaitPromise", true)
                    .put("returnByValue", true));
    assertThat(result.path("exceptionDetails").isMissingNode())
        .as("%s: %s", expression, result)
        .isTrue();
    return result.path("result").path("value");
  }

  /**
   * Waits until an expression holds; one that fails does not hold yet. A page whose script failed
   * is waited for no longer.
   */
  void await(String condition) {
    Awaitility.await(condition)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(30))
        .until(() -> {
          assertThat(broken).as("the failure of the page's script").isEmpty();
          return evaluate(
                  "(() => { try { return Boolean("
                      + condition
                      + "); } catch { return false; } })()")
              .asBoolean();
        });
  }

  /** Presses and releases a key. */
  void press(String key, int code, String text) {
    for (String type : List.of(text.isEmpty() ? "rawKeyDown" : "keyDown", "keyUp")) {
      call(
          "Input.dispatchKeyEvent",
          p ->
              p.put("type", type)
                  .put("key", key)
                  .put("windowsVirtualKeyCode", code)
                  .put("text", type.equals("keyUp") ? "" : text));
    }
  }

  /** Types a text where the focus is. */
  void type(String text) {
    call("Input.insertText", p -> p.put("text", text));
  }

  /** Takes a picture of the whole page. */
  void picture(Path file) {
    JsonNode image =
        call(
            "Page.captureScreenshot",
            p -> p.put("format", "png").put("captureBeyondViewport", true));
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, Base64.getDecoder().decode(image.path("data").asText()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns what the pages complained of so far, and forgets it. */
  List<String> complaints() {
    List<String> all = List.copyOf(complaints);
    complaints.clear();
    return all;
  }

  private JsonNode call(String method, Consumer<ObjectNode> parameters) {
    int id = ids.incrementAndGet();
    ObjectNode message = JsonNodeFactory.instance.objectNode().put("id", id).put("method", method);
    parameters.accept(message.putObject("params"));
    if (!session.isEmpty()) {
      message.put("sessionId", session);
    }
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    asked.put(id, answer);
    socket.sendText(message.toString(), true).join();
    JsonNode told = answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    assertThat(told.path("error").isMissingNode()).as("%s: %s", method, told).isTrue();
    return told.path("result");
  }

  private void heard(JsonNode message) {
    CompletableFuture<JsonNode> waiting = asked.remove(message.path("id").asInt(-1));
    if (waiting != null) {
      waiting.complete(message);
      return;
    }
    JsonNode told = message.path("params");
    boolean complaint =
        switch (message.path("method").asText()) {
          case "Runtime.exceptionThrown" -> true;
          case "Runtime.consoleAPICalled" -> told.path("type").asText().matches("error|warning");
          case "Log.entryAdded" ->
              told.path("entry").path("level").asText().matches("error|warning");
          case "Network.loadingFailed" -> !told.path("canceled").asBoolean();
          case "Network.responseReceived" -> told.path("response").path("status").asInt() >= 400;
          default -> false;
        };
    if (complaint) {
      complaints.add(message.toString());
    }
    if (message.path("method").asText().equals("Runtime.exceptionThrown")) {
      broken = message.toString();
    }
  }

  @Override
  public void close() {
    socket.abort();
    client.shutdownNow();
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** Puts the frames of a message together. */
  private final class Reader implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        String whole = text.toString();
        text.setLength(0);
        try {
          heard(JSON.readTree(whole));
        } catch (IOException e) {
          complaints.add("no JSON: " + whole);
        }
      }
      from.request(1);
      return null;
    }
  }
}

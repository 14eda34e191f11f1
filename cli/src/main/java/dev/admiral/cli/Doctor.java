package dev.admiral.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.HealthResponse;
import dev.admiral.optimizer.v1.HealthState;
import dev.admiral.optimizer.v1.Model;
import dev.admiral.optimizer.v1.PartHealth;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks at everything a working Admiral needs, from the machine up to the models. A check that
 * cannot be made here, such as of another machine's disk, is left out.
 */
final class Doctor {
  private static final int LEAST_JDK = 25;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int HTTP_PATIENCE_MILLIS = 2_000;
  private static final int MOST_HEALTH_BYTES = 1 << 20;
  private static final Duration CLOCKS_AGREE = Duration.ofSeconds(2);
  private static final long LITTLE_SPACE = 1L << 30;
  private static final long NO_SPACE = 100L << 20;
  private static final int MOST_NAMES = 5;
  private static final int DEFAULT_PORT = 50051;

  /** What the program says of a configuration that is right. */
  private static final Pattern FINE =
      Pattern.compile(
          "configuration .* is fine: (.*); data in (.*?); gRPC on (\\S+):(\\d+)"
              + "(?:; HTTP on (\\S+):(\\d+))?");

  private final Shell shell;
  private final ServerOptions server;
  private final Consumer<Finding> findings;

  /**
   * What is known of the server that would run here.
   *
   * @param providers whom it would ask, in words; empty if unknown
   * @param http where it would listen for HTTP; empty for an older one, which does not
   */
  private record Configured(String providers, Path data, Port grpc, Optional<Port> http) {}

  /** Where something listens, or would. */
  private record Port(String host, int number) {
    static Port of(String host, String number) {
      return new Port(host, Integer.parseInt(number));
    }
  }

  /** What a server that answers said, and how far its clock is from ours, if that can be told. */
  private record Answered(
      HealthResponse health, List<Model> models, Duration took, Optional<Duration> clockAhead) {}

  Doctor(Shell shell, ServerOptions server, Consumer<Finding> findings) {
    this.shell = shell;
    this.server = server;
    this.findings = findings;
  }

  /** Looks at everything. */
  void examine() {
    java();
    boolean local;
    try {
      local = server.isLocal(shell);
    } catch (UsageException e) {
      // The file that says where the server is cannot be read.
      fail(sentence(e), "stop the server, remove that file and start the server again");
      return;
    }
    Optional<Configured> configured = local ? Optional.of(configuration()) : Optional.empty();
    configured.map(Configured::data).ifPresent(this::dataFolder);
    Optional<Answered> answered = ask();
    if (configured.isPresent()) {
      ports(configured.get(), answered.isPresent());
      providers(configured.get());
    } else {
      ok("the server is on another machine; its disk and ports are to be looked at there");
    }
    answered.ifPresent(this::parts);
    answered.map(Answered::models).ifPresent(this::models);
    answered.flatMap(Answered::clockAhead).ifPresent(this::clock);
    endpoints(configured).ifPresent(endpoints -> doors(endpoints, answered.map(Answered::health)));
  }

  // --- this machine ------------------------------------------------------------------------

  private void java() {
    int version = Runtime.version().feature();
    String found = "Java " + Runtime.version() + " at " + System.getProperty("java.home");
    if (version < LEAST_JDK) {
      fail(found, "the server needs " + LEAST_JDK + " or newer; install it and set JAVA_HOME");
    } else {
      ok(found);
    }
  }

  private Configured configuration() {
    Configured usual =
        new Configured(
            "",
            ServerOptions.dataFolder(shell),
            new Port("127.0.0.1", DEFAULT_PORT),
            Optional.empty());
    Optional<ServerProgram> program = ServerProgram.find(shell);
    if (program.isEmpty()) {
      warn(
          "the program admiral is not found, so the configuration was not checked",
          "run ./admiral fleet doctor, or put the folder of admiral into PATH");
      return usual;
    }
    try {
      ServerProgram.Ended ended =
          Waiting.during(
              shell,
              "checking the configuration",
              () -> program.get().checkConfig(shell, Optional.empty()));
      String said = (ended.exit() == 0 ? ended.out() : ended.err()).strip();
      Matcher fine = FINE.matcher(said);
      if (ended.exit() == 0 && fine.matches()) {
        ok(said);
        return new Configured(
            fine.group(1),
            Path.of(fine.group(2)),
            Port.of(fine.group(3), fine.group(4)),
            Optional.ofNullable(fine.group(5)).map(host -> Port.of(host, fine.group(6))));
      }
      fail(
          said.lines().reduce("", (before, last) -> last).replaceFirst("^admiral: ", ""),
          "mend it and ask again with admiral-fleet config check");
    } catch (UncheckedIOException e) {
      warn(sentence(e) + ", so the configuration was not checked", "see that it may be executed");
    }
    return usual;
  }

  private void dataFolder(Path folder) {
    Path there = folder.toAbsolutePath();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    boolean made = there.equals(folder.toAbsolutePath());
    if (!Files.isDirectory(there)) {
      fail(
          "the data folder " + folder + " cannot be made, as " + there + " is a file",
          "remove that file, or set data_dir or ADMIRAL_DATA_DIR to another folder");
      return;
    }
    if (!Files.isWritable(there)) {
      fail(
          "the data folder " + folder + " cannot be written by this user",
          "give " + there + " to the user that runs the server, or set ADMIRAL_DATA_DIR");
      return;
    }
    ok("data folder " + folder + (made ? "" : ", which the server will make"));
    try {
      space(folder, Files.getFileStore(there).getUsableSpace());
    } catch (IOException e) {
      warn("how much room the disk of " + folder + " has cannot be told", sentence(e));
    }
  }

  private void space(Path folder, long bytes) {
    String found = Show.bytes(bytes) + " are free on the disk of " + folder;
    String toDo = "make room, or move the data by data_dir; a full disk stops paid calls";
    if (bytes < NO_SPACE) {
      fail(found, toDo);
    } else if (bytes < LITTLE_SPACE) {
      warn(found, toDo);
    } else {
      ok(found);
    }
  }

  private void ports(Configured configured, boolean answers) {
    Optional<Endpoints> running = endpoints(Optional.of(configured));
    if (running.isPresent()) {
      ok(
          "gRPC port "
              + port(running.get().address())
              + " is held by the server, process "
              + running.get().pid());
      return;
    }
    Port grpc = configured.grpc();
    if (answers && port(server.address(shell)).equals(String.valueOf(grpc.number()))) {
      ok("gRPC port " + grpc.number() + " is held by the server that answers");
      return;
    }
    free("gRPC", grpc, "grpc.port or ADMIRAL_GRPC_PORT");
    configured.http().ifPresent(port -> free("HTTP", port, "http.port or ADMIRAL_HTTP_PORT"));
  }

  private void free(String name, Port port, String setting) {
    if (port.number() == 0) {
      ok("the " + name + " port will be any that is free");
      return;
    }
    String which = name + " port " + port.number() + " of " + port.host();
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getByName(port.host()), port.number()));
      ok(which + " is free");
    } catch (IOException e) {
      fail(
          which + " cannot be listened on: " + sentence(e),
          "stop what holds it (ss -ltnp tells), or set " + setting);
    }
  }

  private void providers(Configured configured) {
    String providers = configured.providers();
    if (providers.startsWith("no provider")) {
      warn(
          "no provider is configured, and no vendor's usual key is in the environment",
          "set a vendor's usual key, such as OPENAI_API_KEY, or configure providers; without any,"
              + " answers are made up by the simulator");
    } else if (!providers.isEmpty()) {
      ok("providers are configured, or their usual keys are in the environment");
    }
  }

  // --- the server --------------------------------------------------------------------------

  private Optional<Answered> ask() {
    try (AdmiralClient client = server.connect(shell, PATIENCE, Runnable::run)) {
      String address = server.address(shell);
      Answered answered = Waiting.during(shell, "asking " + address, () -> ask(client));
      ok(
          "the server at "
              + address
              + " answers in "
              + Show.time(answered.took())
              + ", version "
              + answered.health().getVersion());
      return Optional.of(answered);
    } catch (AdmiralException e) {
      fail(sentence(e), hint(e));
    } catch (UsageException e) {
      fail(sentence(e), "use other options");
    }
    return Optional.empty();
  }

  private Answered ask(AdmiralClient client) {
    long start = shell.ticker().nanos();
    HealthResponse health = client.health();
    Duration took = Duration.ofNanos(shell.ticker().nanos() - start);
    Instant asked = shell.ticker().now().minus(took.dividedBy(2));
    List<Model> models = FleetCommand.ifOffered(() -> client.models().toList()).orElse(List.of());
    return new Answered(health, models, took, ahead(health, asked));
  }

  private String hint(AdmiralException e) {
    if (e.reason() == ErrorReason.ERROR_REASON_KEY_INVALID) {
      return "set ADMIRAL_KEY to a key of the server";
    }
    if (e.code() == Status.Code.UNAVAILABLE) {
      return "the address came from "
          + server.origin(shell)
          + "; start a server with ./admiral serve, or name another with --address";
    }
    return "look into the server's log";
  }

  /** The server's time is that of its start and how long ago it says that was. */
  private static Optional<Duration> ahead(HealthResponse health, Instant ours) {
    if (!health.hasFigures() || !health.getFigures().hasUptimeDuration()) {
      return Optional.empty();
    }
    Instant theirs =
        Show.moment(health.getStartTime()).plus(Show.span(health.getFigures().getUptimeDuration()));
    return Optional.of(Duration.between(ours, theirs));
  }

  private void clock(Duration ahead) {
    if (ahead.abs().compareTo(CLOCKS_AGREE) > 0) {
      warn(
          "the server's clock is "
              + Show.time(ahead.abs())
              + (ahead.isNegative() ? " behind" : " ahead of")
              + " this one",
          "set both by a time server; times in reports and events are the server's");
    } else {
      ok("the server's clock agrees with this one");
    }
  }

  private void parts(Answered answered) {
    HealthResponse health = answered.health();
    List<PartHealth> failing =
        health.getPartsList().stream()
            .filter(part -> part.getState() != HealthState.HEALTH_STATE_SERVING)
            .toList();
    for (PartHealth part : failing) {
      String what = part.getName() + " is " + Show.state(part.getState()) + ", " + part.getReason();
      if (part.getState() == HealthState.HEALTH_STATE_NOT_SERVING) {
        fail(what, hint(part.getName()));
      } else {
        warn(what, hint(part.getName()));
      }
    }
    if (health.getState() == HealthState.HEALTH_STATE_NOT_SERVING) {
      fail("the server does not serve", "see the parts that fail; one that shuts down says so too");
    } else if (failing.isEmpty()) {
      ok("every part of the server works, all " + health.getPartsCount());
    }
  }

  private static String hint(String part) {
    if (part.startsWith("provider/")) {
      return "see its key, its status page and admiral-fleet learn --provider "
          + part.substring("provider/".length());
    }
    if (part.startsWith("store/") || part.equals("ledger") || part.equals("cache")) {
      return "see room and rights of the data folder's disk, and the server's log";
    }
    return "see the server's log";
  }

  private void models(List<Model> models) {
    List<String> open =
        models.stream().filter(model -> !model.getAvailable()).map(Doctor::name).toList();
    if (!open.isEmpty()) {
      warn(
          named(open) + (open.size() == 1 ? " is" : " are") + " not asked, as calls failed",
          "admiral-fleet models tells when they are asked again, admiral-fleet learn why");
    }
    List<String> unpriced =
        models.stream().filter(model -> model.getPricesCount() == 0).map(Doctor::name).toList();
    if (!unpriced.isEmpty()) {
      warn(
          "no price is known of " + named(unpriced) + ", so what they cost is not counted",
          "give prices under models in the configuration");
    }
  }

  private static String name(Model model) {
    return model.getProvider() + "/" + model.getName();
  }

  private static String named(List<String> names) {
    String first = String.join(", ", names.subList(0, Math.min(MOST_NAMES, names.size())));
    return names.size() > MOST_NAMES
        ? first + " and " + (names.size() - MOST_NAMES) + " more"
        : first;
  }

  private Optional<Endpoints> endpoints(Optional<Configured> configured) {
    Optional<Path> file =
        configured
            .map(Configured::data)
            .map(folder -> folder.resolve(Endpoints.FILE))
            .filter(Files::isReadable);
    try {
      return file.map(Endpoints::read).filter(endpoints -> !endpoints.isLeftOver());
    } catch (IllegalArgumentException e) {
      warn(sentence(e), "stop the server, remove that file and start the server again");
      return Optional.empty();
    }
  }

  private void doors(Endpoints endpoints, Optional<HealthResponse> health) {
    if (!isLoopback(endpoints.listens())) {
      String where = "the server listens on " + endpoints.listens();
      if (health.isPresent() && !server.showsWho(shell)) {
        fail(
            where + " and answers without a key: whoever reaches it spends your money",
            "configure keys, or set grpc.host to 127.0.0.1");
      } else if (!endpoints.tls()) {
        warn(
            where + " without TLS: keys and prompts can be read on the way",
            "set grpc.tls.cert_file and grpc.tls.key_file, unless a proxy encrypts");
      } else {
        ok(where + ", encrypted and with keys");
      }
    }
    if (!endpoints.http().isEmpty()) {
      String front = endpoints.http();
      Optional<String> key = server.key(shell);
      Waiting.during(shell, "asking " + front, () -> http(front, key, health)).forEach(findings);
    }
  }

  private static List<Finding> http(
      String front, Optional<String> key, Optional<HealthResponse> health) {
    String who = "the HTTP front at " + front;
    String toDo = "see the server's log, and what stands between";
    try {
      HttpAnswer live = get(front + "/health/live", Optional.empty());
      if (live.status() != HttpURLConnection.HTTP_OK) {
        return List.of(
            Finding.fail(
                who + " does not answer as it should: HTTP status " + live.status(), toDo));
      }
      List<Finding> found = new ArrayList<>();
      HttpAnswer ready = get(front + "/health/ready", Optional.empty());
      found.add(
          ready.status() == HttpURLConnection.HTTP_OK
              ? Finding.ok(who + " answers, and is ready")
              : Finding.fail(who + " is not ready: " + ready.word("reason"), toDo));
      String version = get(front + "/health", key).word("version");
      if (health.isPresent() && !version.equals(health.get().getVersion())) {
        found.add(
            Finding.warn(
                who
                    + " is of version "
                    + (version.isEmpty() ? "unknown" : version)
                    + ", and by gRPC it is "
                    + health.get().getVersion(),
                "see whether another server holds the port"));
      }
      return found;
    } catch (IOException e) {
      return List.of(Finding.fail(who + " does not answer as it should: " + sentence(e), toDo));
    }
  }

  /** What came by HTTP; the body is a JSON object, or left empty. */
  private record HttpAnswer(int status, Struct body) {
    String word(String field) {
      return body.getFieldsOrDefault(field, Value.getDefaultInstance()).getStringValue();
    }
  }

  private static HttpAnswer get(String address, Optional<String> key) throws IOException {
    HttpURLConnection asked = (HttpURLConnection) URI.create(address).toURL().openConnection();
    key.ifPresent(shown -> asked.setRequestProperty("x-api-key", shown));
    asked.setConnectTimeout(HTTP_PATIENCE_MILLIS);
    asked.setReadTimeout(HTTP_PATIENCE_MILLIS);
    try {
      int status = asked.getResponseCode();
      InputStream body =
          status < HttpURLConnection.HTTP_BAD_REQUEST
              ? asked.getInputStream()
              : asked.getErrorStream();
      return new HttpAnswer(status, body == null ? Struct.getDefaultInstance() : json(body));
    } finally {
      asked.disconnect();
    }
  }

  private static Struct json(InputStream body) throws IOException {
    Struct.Builder json = Struct.newBuilder();
    try {
      JsonFormat.parser()
          .merge(new String(body.readNBytes(MOST_HEALTH_BYTES), StandardCharsets.UTF_8), json);
    } catch (InvalidProtocolBufferException e) {
      // Something else answers there; its status says what there is to say.
      return Struct.getDefaultInstance();
    }
    return json.build();
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      // A name that only the server knows is not this machine's own.
      return false;
    }
  }

  private static String port(String address) {
    return address.substring(address.lastIndexOf(':') + 1);
  }

  private static String sentence(Exception e) {
    return String.valueOf(e.getMessage());
  }

  private void ok(String what) {
    findings.accept(Finding.ok(what));
  }

  private void warn(String what, String toDo) {
    findings.accept(Finding.warn(what, toDo));
  }

  private void fail(String what, String toDo) {
    findings.accept(Finding.fail(what, toDo));
  }
}

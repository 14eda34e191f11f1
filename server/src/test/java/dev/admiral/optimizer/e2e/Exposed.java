package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * What /metrics told, read as strictly as the text format is written down: each family is whole,
 * has one HELP and one TYPE before its samples, no sample is told twice, and histograms add up.
 */
record Exposed(Map<String, String> types, List<Sample> samples) {
  private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
  private static final Pattern HELP = Pattern.compile("# HELP (" + NAME + ") (.+)");
  private static final Pattern TYPE =
      Pattern.compile("# TYPE (" + NAME + ") (counter|gauge|histogram|summary|info)");
  private static final Pattern SAMPLE = Pattern.compile("(" + NAME + ")(?:\\{(.*)\\})? ([^ ]+)");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\\\\n\"])*)\"(?:,|$)");

  /** One line with a value. */
  record Sample(String name, Map<String, String> labels, double value) {}

  /** Scrapes a server. */
  static Exposed of(String httpAddress, String... headers)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> response = ask(httpAddress, headers);
    assertThat(response.statusCode()).isEqualTo(200);
    return parse(text(response));
  }

  /** Asks for the metrics, whatever comes. */
  static HttpResponse<byte[]> ask(String httpAddress, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(httpAddress + "/metrics"));
    if (headers.length > 0) {
      request.headers(headers);
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }
  }

  static String text(HttpResponse<byte[]> response) throws IOException {
    boolean packed = response.headers().firstValue("content-encoding").orElse("").equals("gzip");
    byte[] body =
        packed
            ? new GZIPInputStream(new ByteArrayInputStream(response.body())).readAllBytes()
            : response.body();
    return new String(body, StandardCharsets.UTF_8);
  }

  static Exposed parse(String text) {
    assertThat(text).endsWith("\n");
    Map<String, String> types = new LinkedHashMap<>();
    Map<String, String> helps = new HashMap<>();
    List<Sample> samples = new ArrayList<>();
    Map<Map.Entry<String, Map<String, String>>, Double> told = new HashMap<>();
    String family = "";
    for (String line : text.split("\n", -1)) {
      Matcher help = HELP.matcher(line);
      Matcher type = TYPE.matcher(line);
      Matcher sample = SAMPLE.matcher(line);
      if (help.matches()) {
        assertThat(helps.put(help.group(1), help.group(2))).as(line).isNull();
      } else if (type.matches()) {
        family = type.group(1);
        assertThat(types.put(family, type.group(2))).as(line).isNull();
      } else if (!line.isEmpty() && !line.equals("# EOF")) {
        assertThat(sample.matches()).as(line).isTrue();
        Sample read =
            new Sample(sample.group(1), labels(sample.group(2), line), number(sample.group(3)));
        assertThat(belongs(read.name(), family, types.get(family))).as(line).isTrue();
        assertThat(told.put(Map.entry(read.name(), read.labels()), read.value())).as(line).isNull();
        samples.add(read);
      }
    }
    assertThat(types.keySet()).isEqualTo(helps.keySet());
    Exposed exposed = new Exposed(types, samples);
    exposed.checkHistograms();
    return exposed;
  }

  private static boolean belongs(String name, String family, String type) {
    if (type.equals("histogram")) {
      return name.equals(family + "_bucket")
          || name.equals(family + "_sum")
          || name.equals(family + "_count");
    }
    if (type.equals("summary")) {
      return name.equals(family) || name.equals(family + "_sum") || name.equals(family + "_count");
    }
    // OpenMetrics has the ending on the sample alone.
    return name.equals(family) || name.equals(family + "_total") || name.equals(family + "_info");
  }

  private static Map<String, String> labels(String text, String line) {
    Map<String, String> labels = new TreeMap<>();
    if (text == null) {
      return labels;
    }
    Matcher label = LABEL.matcher(text);
    int end = 0;
    while (label.find(end) && label.start() == end) {
      assertThat(labels.put(label.group(1), label.group(2))).as(line).isNull();
      end = label.end();
      if (end == text.length()) {
        return labels;
      }
    }
    throw new AssertionError("these are no labels: " + line);
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      case "NaN" -> Double.NaN;
      default -> Double.parseDouble(text);
    };
  }

  private void checkHistograms() {
    Map<Map<String, String>, List<Sample>> series = new LinkedHashMap<>();
    samples.stream()
        .filter(sample -> sample.labels().containsKey("le"))
        .forEach(sample -> {
          Map<String, String> others = new TreeMap<>(sample.labels());
          others.remove("le");
          others.put("__name__", sample.name().replaceAll("_bucket$", ""));
          series.computeIfAbsent(others, o -> new ArrayList<>()).add(sample);
        });
    series.forEach((labels, buckets) -> {
      Map<String, String> others = new TreeMap<>(labels);
      String name = others.remove("__name__");
      assertThat(buckets).extracting(bucket -> number(bucket.labels().get("le"))).isSorted();
      assertThat(buckets).extracting(Sample::value).isSorted();
      assertThat(buckets.getLast().labels()).containsEntry("le", "+Inf");
      assertThat(buckets.getLast().value()).isEqualTo(value(name + "_count", others));
      assertThat(value(name + "_sum", others)).isGreaterThanOrEqualTo(0);
    });
  }

  /** Sees to it that no counter, nor any count of a histogram, is lower than it was. */
  void checkNothingFellSince(Exposed before) {
    Map<Map.Entry<String, Map<String, String>>, Double> now = new HashMap<>();
    samples.forEach(sample -> now.put(Map.entry(sample.name(), sample.labels()), sample.value()));
    for (Sample was : before.samples()) {
      if (was.name().matches(".*_(total|bucket|count|sum)")) {
        assertThat(now.get(Map.entry(was.name(), was.labels())))
            .as("%s%s", was.name(), was.labels())
            .isGreaterThanOrEqualTo(was.value());
      }
    }
  }

  /** Returns the value of the one sample that has exactly these labels. */
  double value(String name, Map<String, String> labels) {
    List<Sample> found =
        samples.stream()
            .filter(sample -> sample.name().equals(name) && sample.labels().equals(labels))
            .toList();
    assertThat(found).as("%s%s", name, labels).hasSize(1);
    return found.getFirst().value();
  }

  /** As {@link #sum}, of whole numbers. */
  long count(String name, Map<String, String> labels) {
    return Math.round(sum(name, labels));
  }

  double value(String name) {
    return value(name, Map.of());
  }

  /** Returns the sum of all samples of a name that have these labels among theirs. */
  double sum(String name, Map<String, String> labels) {
    return samples.stream()
        .filter(sample ->
            sample.name().equals(name) && sample.labels().entrySet().containsAll(labels.entrySet()))
        .mapToDouble(Sample::value)
        .sum();
  }
}

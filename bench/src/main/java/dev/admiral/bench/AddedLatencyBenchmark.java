package dev.admiral.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.Prompts;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;

/** What one call at a time takes through Admiral beyond a direct call of the vendor. */
final class AddedLatencyBenchmark implements Benchmark {
  private static final int WARM_UP = 6_000;
  private static final int CALLS = 4_000;
  private static final double MOST_ADDED_MILLIS = 0.3;

  private final ObjectMapper json = new ObjectMapper();
  private long calls;

  @Override
  public List<Figure> run() throws Exception {
    try (Child simulator = Child.simulator(0);
        Child server = Child.admiral(simulator);
        AdmiralClient admiral = Clients.of(server);
        CloseableHttpClient http = Vendor.client()) {
      String uri = Vendor.chatUri(simulator.address());
      Callable<Double> through =
          () -> millis(() -> admiral.complete(Prompts.of("openai/gpt-4o", text())).getCallId());
      Callable<Double> direct = () -> millis(() -> ask(http, uri, text()));
      Rounds.inTurns(WARM_UP, through, direct);
      Rounds rounds = Rounds.inTurns(CALLS, through, direct);
      double added = rounds.value() - rounds.floor();
      return List.of(
          new Figure(
              "added-latency",
              added,
              "ms",
              rounds.floor(),
              rounds.value() / rounds.floor(),
              "at most 0.3 ms added (median)",
              added <= MOST_ADDED_MILLIS));
    }
  }

  private String text() {
    return "Call " + calls++ + " [[sim: tokens=20]]";
  }

  private int ask(CloseableHttpClient http, String uri, String text) throws IOException {
    ObjectNode body = json.createObjectNode().put("model", "gpt-4o");
    body.putArray("messages").addObject().put("role", "user").put("content", text);
    HttpPost post = new HttpPost(uri);
    post.setHeader("Authorization", "Bearer simulated");
    post.setEntity(new ByteArrayEntity(json.writeValueAsBytes(body), ContentType.APPLICATION_JSON));
    byte[] answer = http.execute(post, response -> EntityUtils.toByteArray(response.getEntity()));
    return json.readTree(answer).size();
  }

  private static double millis(Callable<?> call) throws Exception {
    long start = System.nanoTime();
    call.call();
    return (System.nanoTime() - start) / 1e6;
  }
}

package dev.admiral.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.OptimizerServiceGrpc;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;

/**
 * The floor of misses: a gRPC server that asks the vendor on a virtual thread a call, with the HTTP
 * client Admiral uses, and does nothing else: no key, no cache, no limit, no ledger.
 */
final class BareProxy extends OptimizerServiceGrpc.OptimizerServiceImplBase {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ObjectMapper json = new ObjectMapper();
  private final CloseableHttpClient http = Vendor.client();
  private final String uri;

  private BareProxy(String uri) {
    this.uri = uri;
  }

  /**
   * Starts it and prints its port.
   *
   * @param args "host:port" of the simulator
   */
  public static void main(String[] args) throws Exception {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .directExecutor()
            .addService(new BareProxy(Vendor.chatUri(args[0])))
            .build()
            .start();
    System.out.println("listens on " + server.getPort());
    server.awaitTermination();
  }

  @Override
  public void complete(CompleteRequest request, StreamObserver<CompleteResponse> caller) {
    threads.execute(() -> {
      try {
        caller.onNext(ask(request));
        caller.onCompleted();
      } catch (IOException e) {
        caller.onError(Status.UNAVAILABLE.withCause(e).asRuntimeException());
      }
    });
  }

  private CompleteResponse ask(CompleteRequest request) throws IOException {
    String text = request.getPrompt().getMessages(0).getParts(0).getText().getText();
    HttpPost post = new HttpPost(uri);
    post.setHeader("Authorization", "Bearer simulated");
    post.setEntity(new ByteArrayEntity(body(text), ContentType.APPLICATION_JSON));
    byte[] answer = http.execute(post, response -> EntityUtils.toByteArray(response.getEntity()));
    JsonNode choice = json.readTree(answer).path("choices").path(0);
    return Answers.of(choice.path("message").path("content").asText());
  }

  private byte[] body(String text) throws IOException {
    ObjectNode body = json.createObjectNode().put("model", "gpt-4o");
    body.putArray("messages").addObject().put("role", "user").put("content", text);
    return json.writeValueAsBytes(body);
  }
}

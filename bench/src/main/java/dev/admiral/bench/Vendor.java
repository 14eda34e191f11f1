package dev.admiral.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * The bare way to the simulated vendor: the connection pool of the HTTP client that Admiral uses,
 * its buffers as large as Admiral's, and streaming JSON; nothing else.
 */
final class Vendor implements AutoCloseable {
  private static final int CONNECTIONS = 1_000;
  private static final int BUFFER_BYTES = 4 << 10;
  private static final Timeout PATIENCE = Timeout.ofSeconds(30);
  private static final String PATH = "/openai/v1/chat/completions";

  private final JsonFactory json =
      JsonFactory.builder().recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool()).build();
  private final HttpRequestExecutor executor = new HttpRequestExecutor();
  private final HttpHost host;
  private final PoolingHttpClientConnectionManager pool =
      PoolingHttpClientConnectionManagerBuilder.create()
          .setMaxConnTotal(CONNECTIONS)
          .setMaxConnPerRoute(CONNECTIONS)
          .setConnectionFactory(
              ManagedHttpClientConnectionFactory.builder()
                  .http1Config(Http1Config.custom().setBufferSize(BUFFER_BYTES).build())
                  .build())
          .build();

  /**
   * @param simulator "host:port"
   */
  Vendor(String simulator) {
    int colon = simulator.lastIndexOf(':');
    this.host =
        new HttpHost(
            "http",
            simulator.substring(0, colon),
            Integer.parseInt(simulator.substring(colon + 1)));
  }

  /** Asks once and returns the text of the answer. */
  String ask(String text) throws IOException {
    ConnectionEndpoint endpoint;
    try {
      endpoint = pool.lease(host.getHostName(), new HttpRoute(host), PATIENCE, null).get(PATIENCE);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IOException("no connection", e);
    }
    HttpClientContext context = HttpClientContext.create();
    if (!endpoint.isConnected()) {
      pool.connect(endpoint, TimeValue.ofSeconds(5), context);
    }
    byte[] body = body(text);
    BasicClassicHttpRequest request = new BasicClassicHttpRequest("POST", host, PATH);
    request.addHeader("Host", host.toHostString());
    request.addHeader("Authorization", "Bearer simulated");
    request.addHeader("Content-Type", "application/json");
    request.addHeader("Content-Length", body.length);
    request.setEntity(new ByteArrayEntity(body, null));
    try (ClassicHttpResponse response =
        endpoint.execute(host.getHostName(), request, executor::execute, context)) {
      return text(EntityUtils.toByteArray(response.getEntity()));
    } catch (HttpException e) {
      throw new IOException(e);
    } finally {
      pool.release(endpoint, null, TimeValue.ofSeconds(20));
    }
  }

  private byte[] body(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator generator = json.createGenerator(bytes)) {
      generator.writeStartObject();
      generator.writeStringField("model", "gpt-4o");
      generator.writeArrayFieldStart("messages");
      generator.writeStartObject();
      generator.writeStringField("role", "user");
      generator.writeStringField("content", text);
      generator.writeEndObject();
      generator.writeEndArray();
      generator.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private String text(byte[] answer) throws IOException {
    try (JsonParser parser = json.createParser(answer)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.FIELD_NAME && parser.currentName().equals("content")) {
          parser.nextToken();
          return parser.getText();
        }
      }
    }
    throw new IOException("the simulator gave no content");
  }

  @Override
  public void close() {
    pool.close();
  }
}

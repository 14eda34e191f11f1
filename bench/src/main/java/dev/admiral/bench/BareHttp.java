package dev.admiral.bench;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The floor of hits by HTTP: the same HTTP server with a handler that reads a body and answers with
 * one made beforehand, on the selector thread.
 */
final class BareHttp extends Handler.Abstract.NonBlocking {
  private final byte[] answer;

  private BareHttp(byte[] answer) {
    this.answer = answer;
  }

  /**
   * Starts it and prints its port.
   *
   * @param args length of the answer
   */
  public static void main(String[] args) throws Exception {
    byte[] answer = new byte[Integer.parseInt(args[0])];
    Arrays.fill(answer, (byte) ' ');
    int selectors = Runtime.getRuntime().availableProcessors();
    Server server = new Server(new QueuedThreadPool(selectors + 7));
    HttpConfiguration settings = new HttpConfiguration();
    settings.setSendServerVersion(false);
    ServerConnector connector =
        new ServerConnector(
            server, null, null, null, 1, selectors, new HttpConnectionFactory(settings));
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    server.setHandler(new BareHttp(answer));
    server.start();
    System.out.println("listens on " + connector.getLocalPort());
    server.join();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    read(request, response, callback);
    return true;
  }

  private void read(Request request, Response response, Callback callback) {
    while (true) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        request.demand(() -> read(request, response, callback));
        return;
      }
      if (Content.Chunk.isFailure(chunk)) {
        callback.failed(chunk.getFailure());
        return;
      }
      chunk.release();
      if (chunk.isLast()) {
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, answer.length);
        response.write(true, ByteBuffer.wrap(answer), callback);
        return;
      }
    }
  }
}

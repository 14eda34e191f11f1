package dev.admiral.simulator;

import java.util.Arrays;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;

/** Reads a request without blocking and hands it to the endpoint its path names. */
final class Front extends Handler.Abstract.NonBlocking {
  private final Engine engine;
  private final Api api;
  private final Controls controls;

  Front(Engine engine) {
    this.engine = engine;
    this.api = new Api(engine);
    this.controls = new Controls(engine);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    new Read(request, response, callback).run();
    return true;
  }

  private void dispatch(Request request, Response response, Callback callback, byte[] body) {
    String path = Request.getPathInContext(request);
    if (path.startsWith("/sim/")) {
      controls.handle(path, request, response, callback, body);
      return;
    }
    boolean anthropic = request.getHeaders().contains("anthropic-version");
    Api.Route route = Api.Route.of(path, anthropic);
    String method = route != null && route.operation() == Api.Operation.MODELS ? "GET" : "POST";
    if (route != null && request.getMethod().equals(method)) {
      api.handle(route, request, response, callback, body);
      return;
    }
    Bytes out = new Bytes(256);
    out.raw("{\"error\":{\"message\":");
    out.quoted("Invalid URL (" + request.getMethod() + " " + path + ")");
    out.raw(",\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}");
    response.setStatus(route == null ? 404 : 405);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    response.write(true, out.view(), callback);
  }

  /** Reads a body to its end; of one that is too large, keeps only what shows that it is. */
  private final class Read implements Invocable.Task {
    private final Request request;
    private final Response response;
    private final Callback callback;
    private byte[] body = new byte[0];
    private int size;

    Read(Request request, Response response, Callback callback) {
      this.request = request;
      this.response = response;
      this.callback = callback;
    }

    @Override
    public InvocationType getInvocationType() {
      return InvocationType.NON_BLOCKING;
    }

    @Override
    public void run() {
      while (true) {
        Content.Chunk chunk = request.read();
        if (chunk == null) {
          request.demand(this);
          return;
        }
        if (Content.Chunk.isFailure(chunk)) {
          callback.failed(chunk.getFailure());
          return;
        }
        if (size <= engine.maxBodyBytes) {
          add(chunk);
        }
        chunk.release();
        if (chunk.isLast()) {
          dispatch(
              request, response, callback, size == body.length ? body : Arrays.copyOf(body, size));
          return;
        }
      }
    }

    private void add(Content.Chunk chunk) {
      int more = chunk.remaining();
      if (size + more > body.length) {
        long announced = request.getLength();
        int known = announced > 0 ? (int) Math.min(announced, engine.maxBodyBytes) : 0;
        body = Arrays.copyOf(body, Math.max(size + more, Math.max(known, size * 2)));
      }
      chunk.getByteBuffer().get(body, size, more);
      size += more;
    }
  }
}

package dev.admiral.bench;

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

/**
 * The floor of misses: a gRPC server that asks the vendor on a virtual thread a call, with the HTTP
 * client Admiral uses, and does nothing else: no key, no cache, no limit, no ledger.
 */
final class BareProxy extends OptimizerServiceGrpc.OptimizerServiceImplBase {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Vendor vendor;

  private BareProxy(Vendor vendor) {
    this.vendor = vendor;
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
            .addService(new BareProxy(new Vendor(args[0])))
            .build()
            .start();
    System.out.println("listens on " + server.getPort());
    server.awaitTermination();
  }

  @Override
  public void complete(CompleteRequest request, StreamObserver<CompleteResponse> caller) {
    threads.execute(() -> {
      try {
        String text = request.getPrompt().getMessages(0).getParts(0).getText().getText();
        caller.onNext(Answers.of(vendor.ask(text)));
        caller.onCompleted();
      } catch (IOException e) {
        caller.onError(Status.UNAVAILABLE.withCause(e).asRuntimeException());
      }
    });
  }
}

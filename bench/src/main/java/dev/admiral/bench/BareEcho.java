package dev.admiral.bench;

import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.OptimizerServiceGrpc;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;

/**
 * The floor of hits: a gRPC server that parses a call and answers with a message made beforehand,
 * on the event loop.
 */
final class BareEcho extends OptimizerServiceGrpc.OptimizerServiceImplBase {
  private final CompleteResponse answer;

  private BareEcho(CompleteResponse answer) {
    this.answer = answer;
  }

  /**
   * Starts it and prints its port.
   *
   * @param args length of the answer's text
   */
  public static void main(String[] args) throws Exception {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .directExecutor()
            .addService(new BareEcho(Answers.ofLength(Integer.parseInt(args[0]))))
            .build()
            .start();
    System.out.println("listens on " + server.getPort());
    server.awaitTermination();
  }

  @Override
  public void complete(CompleteRequest request, StreamObserver<CompleteResponse> caller) {
    caller.onNext(answer);
    caller.onCompleted();
  }
}

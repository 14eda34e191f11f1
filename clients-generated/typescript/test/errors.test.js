import assert from "node:assert/strict";
import { test } from "node:test";
import { Code, ConnectError } from "@connectrpc/connect";
import { AdmiralError } from "@admiral/optimizer";
import { BadRequestSchema, ErrorInfoSchema, QuotaFailureSchema, RetryInfoSchema } from "../gen/google/rpc/error_details_pb.js";
import { answer, failureOf, FakeWorld, open, refusal, serve, serveRaw, silence } from "./fake-server.js";

/** @import { ServerHttp2Stream } from "node:http2" */
/** @import { TestContext } from "node:test" */

const GRPC = { ":status": 200, "content-type": "application/grpc" };

/** A frame of gRPC around an answer without content. */
const EMPTY_ANSWER = Buffer.of(0, 0, 0, 0, 0);

/**
 * Asks a server that speaks HTTP/2 in a way of its own, once.
 *
 * @param {TestContext} t
 * @param {(stream: ServerHttp2Stream) => void} handle
 */
async function askRaw(t, handle) {
  const server = await serveRaw(t, handle);
  const client = open(t, { address: server.address, retry: false });
  return { failure: await failureOf(client.ask("fast", "hi")), at: `Admiral at ${server.address}`, client };
}

test("a failure tells its code, reason, message and every detail", async (t) => {
  const details = [
    { desc: RetryInfoSchema, value: { retryDelay: { seconds: 1n, nanos: 500_000_001 } } },
    { desc: BadRequestSchema, value: { fieldViolations: [{ field: "prompt.model", description: "is empty" }] } },
    { desc: QuotaFailureSchema, value: { violations: [{ subject: "agent:a", description: "10 a minute" }] } },
  ];
  const server = await serve(t, {
    complete() {
      throw refusal(Code.ResourceExhausted, "RATE_LIMITED", ...details);
    },
  });
  const failure = await failureOf(open(t, { address: server.address }).ask("fast", "hi"));
  assert.ok(failure instanceof AdmiralError);
  assert.equal(String(failure), "AdmiralError: It failed: RATE_LIMITED.");
  const { code, reason, retryAfterMs, metadata, fields, quota, cause } = failure;
  assert.deepEqual(
    { code, reason, retryAfterMs, metadata, fields, quota, cause },
    {
      code: "RESOURCE_EXHAUSTED",
      reason: "RATE_LIMITED",
      retryAfterMs: 1501,
      metadata: { model: "fast" },
      fields: [{ field: "prompt.model", description: "is empty" }],
      quota: [{ subject: "agent:a", description: "10 a minute" }],
      cause: undefined,
    },
  );
});

test("a reason of a newer contract is told as it was sent", async (t) => {
  const server = await serve(t, {
    complete() {
      throw refusal(Code.FailedPrecondition, "TIDE_TOO_LOW");
    },
  });
  const { code, reason } = await failureOf(open(t, { address: server.address }).ask("fast", "hi"));
  assert.deepEqual([code, reason], ["FAILED_PRECONDITION", "TIDE_TOO_LOW"]);
});

test("the reason of another domain is not Admiral's", async (t) => {
  const server = await serve(t, {
    complete() {
      const info = { desc: ErrorInfoSchema, value: { domain: "proxy.example", reason: "RATE_LIMITED" } };
      throw new ConnectError("No.", Code.PermissionDenied, undefined, [info]);
    },
  });
  const { code, reason, message } = await failureOf(open(t, { address: server.address }).ask("fast", "hi"));
  assert.deepEqual([code, reason, message], ["PERMISSION_DENIED", "", "No."]);
});

test("a method that the server does not know is told in one sentence", async (t) => {
  const headers = { ":status": 200, "content-type": "application/grpc", "grpc-status": "12", "grpc-message": "No such method" };
  const { failure, at } = await askRaw(t, (stream) => stream.respond(headers, { endStream: true }));
  assert.deepEqual([failure.code, failure.reason], ["UNIMPLEMENTED", "NOT_IMPLEMENTED"]);
  assert.equal(failure.message, `${at} does not know this method: No such method. It may be older than this client.`);
});

test("a port that is not gRPC's is told in one sentence", async (t) => {
  const { failure, at } = await askRaw(t, (stream) => stream.respond({ ":status": 404 }, { endStream: true }));
  assert.equal(failure.code, "UNIMPLEMENTED");
  assert.equal(
    failure.message,
    `${at} cannot be reached: what answers there does not speak gRPC; is it Admiral's HTTP port, or a proxy? gRPC has a port of its own, 50051 unless configured.`,
  );
});

test("a server that is not there is told in one sentence", async (t) => {
  const server = await serve(t, {});
  await server.close();
  const { code, reason, message } = await failureOf(open(t, { address: server.address }, new FakeWorld()).ask("fast", "hi"));
  assert.deepEqual([code, reason], ["UNAVAILABLE", ""]);
  assert.equal(message, `Admiral at ${server.address} cannot be reached: connection refused; start it, or check the address.`);
});

test("a host whose name nobody knows is told in one sentence", async (t) => {
  const client = open(t, { address: "admiral.invalid:1", plaintextBeyondLoopback: true, retry: false });
  const { code, message } = await failureOf(client.ask("fast", "hi"));
  assert.equal(code, "UNAVAILABLE");
  assert.match(message, /^Admiral at admiral\.invalid:1 cannot be reached: getaddrinfo /);
});

test("a deadline that passes is told in one sentence, and the server is told to stop", async (t) => {
  const world = new FakeWorld();
  const server = await serve(t, {
    complete(_, context) {
      setImmediate(() => world.passDeadlines());
      return silence(context);
    },
  });
  const { code, reason, message } = await failureOf(open(t, { address: server.address }, world).ask("fast", "hi"));
  assert.deepEqual([code, reason], ["DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED"]);
  assert.equal(message, `The deadline passed before Admiral at ${server.address} answered.`);
  assert.equal(world.deadlines.size, 0);
});

test("a deadline of one call is its own, in real time", async (t) => {
  const server = await serve(t, { complete: (_, context) => silence(context) });
  const client = open(t, { address: server.address });
  assert.equal((await failureOf(client.ask("fast", "hi", { deadlineMs: 20 }))).code, "DEADLINE_EXCEEDED");
});

for (const [what, send] of /** @type {[string, (stream: ServerHttp2Stream) => void][]} */ ([
  ["whole answer", (stream) => stream.end(EMPTY_ANSWER)],
  ["answer without a message", (stream) => stream.end()],
])) {
  test(`a proxy that drops the trailers of a ${what} is told in one sentence`, async (t) => {
    const { failure, at, client } = await askRaw(t, (stream) => {
      stream.respond(GRPC);
      send(stream);
    });
    const sentence = `${at} answered without the end that gRPC needs: something between this client and Admiral, such as a proxy, does not pass on HTTP/2 trailers.`;
    assert.deepEqual([failure.code, failure.reason, failure.message], ["INTERNAL", "", sentence]);
    assert.equal((await failureOf(client.askStream("fast", "hi").next())).message, sentence);
  });
}

test("a page of a web server is told in one sentence", async (t) => {
  const { failure, at } = await askRaw(t, (stream) => {
    stream.respond({ ":status": 200, "content-type": "text/html" });
    stream.end("<p>hello</p>");
  });
  assert.equal(failure.message, `${at} did not answer as gRPC does: unsupported content type text/html`);
});

test("a proxy that finds no server is an absence, and may pass", async (t) => {
  const { failure, at } = await askRaw(t, (stream) => stream.respond({ ":status": 502 }, { endStream: true }));
  assert.deepEqual([failure.code, failure.message], ["UNAVAILABLE", `${at} cannot be reached: HTTP 502`]);
});

test("a message that is announced to be larger than 64 MiB is refused", async (t) => {
  const { failure } = await askRaw(t, (stream) => {
    stream.respond(GRPC);
    stream.write(Buffer.of(0, 4, 0, 0, 1));
  });
  assert.equal(failure.code, "RESOURCE_EXHAUSTED");
});

test("an answer that is cut within a message is not a whole one", async (t) => {
  const { failure, at } = await askRaw(t, (stream) => {
    stream.respond(GRPC, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.end(Buffer.of(0, 0, 0, 0, 9, 1));
  });
  assert.equal(failure.code, "INTERNAL");
  assert.ok(failure.message.startsWith(`${at} did not answer as gRPC does: `), failure.message);
});

test("an end without any answer is a failure", async (t) => {
  const { failure, at } = await askRaw(t, (stream) => stream.respond({ ...GRPC, "grpc-status": "0" }, { endStream: true }));
  assert.deepEqual([failure.code, failure.message], ["INTERNAL", `${at} gave 0 answers instead of one.`]);
});

test("a status that is garbled still stands", async (t) => {
  const { failure } = await askRaw(t, (stream) =>
    stream.respond({ ...GRPC, "grpc-status": "5", "grpc-message": "no%20such" }, { endStream: true }),
  );
  assert.deepEqual([failure.code, failure.reason, failure.message], ["NOT_FOUND", "", "no such"]);
});

test("a call that cannot be written is told as the caller's own mistake", async (t) => {
  const server = await serve(t, { complete: () => answer("hello") });
  const client = open(t, { address: server.address });
  const broken = client.optimizer.complete({ prompt: { sampling: { topK: 1.5 } } });
  await assert.rejects(broken, { name: "TypeError", message: /^The call cannot be sent: .*topK|top_k/ });
});

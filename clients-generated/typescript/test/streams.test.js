import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { StreamResponseSchema } from "@admiral/optimizer/v1";
import { answer, delta, failureOf, FakeWorld, finished, listen, open, serve, serveRaw, signalled, silence, started } from "./fake-server.js";
import { createServer } from "node:net";

const ask = { prompt: { model: "fast", messages: [] } };

/**
 * @template T
 * @param {AsyncIterable<T>} stream
 */
async function all(stream) {
  const items = [];
  for await (const item of stream) {
    items.push(item);
  }
  return items;
}

test("a stream's pieces of text arrive in order, those of other candidates and kinds left out", async (t) => {
  const reasoning = create(StreamResponseSchema, {
    event: { case: "delta", value: { piece: { case: "reasoning", value: { text: "hm" } } } },
  });
  const second = create(StreamResponseSchema, {
    event: { case: "delta", value: { candidateIndex: 1, piece: { case: "text", value: { text: "no" } } } },
  });
  const server = await serve(t, {
    async *stream() {
      yield* [started, delta("one "), reasoning, second, delta("two ⚓"), finished];
    },
  });
  const client = open(t, { address: server.address });
  assert.deepEqual(await all(client.askStream("fast", "hi")), ["one ", "two ⚓"]);
});

test("a stream that ends well without Finished has failed", async (t) => {
  const server = await serve(t, {
    async *stream() {
      yield* [started, delta("one ")];
    },
  });
  const failure = await failureOf(all(open(t, { address: server.address }).askStream("fast", "hi")));
  assert.deepEqual(
    [failure.code, failure.reason, failure.message],
    ["UNAVAILABLE", "STREAM_BROKEN", "The stream ended before the answer was complete."],
  );
});

test("a stream that ends at once is broken too, and is not tried again", async (t) => {
  let tries = 0;
  const server = await serve(t, {
    async *stream() {
      tries++;
    },
  });
  const failure = await failureOf(all(open(t, { address: server.address }, new FakeWorld()).askStream("fast", "hi")));
  assert.deepEqual([tries, failure.reason], [1, "STREAM_BROKEN"]);
});

test("an event of a newer contract is passed over", async (t) => {
  const newer = create(StreamResponseSchema);
  newer.$unknown = [{ no: 90, wireType: 2, data: Uint8Array.of(1, 7) }];
  const server = await serve(t, {
    async *stream() {
      yield* [started, newer, delta("one"), finished];
    },
  });
  const client = open(t, { address: server.address });
  assert.deepEqual(await all(client.askStream("fast", "hi")), ["one"]);
  const events = await all(client.optimizer.stream(ask));
  assert.deepEqual(events.map(({ event }) => event.case), ["started", undefined, "delta", "finished"]);
});

test("a stream that nobody reads is not begun", async (t) => {
  let paths = 0;
  const server = await serve(t, { complete: () => answer("hello") }, { seen: () => void paths++ });
  const client = open(t, { address: server.address });
  client.optimizer.stream(ask);
  client.askStream("fast", "hi");
  await client.ask("fast", "hi");
  assert.equal(paths, 1);
});

test("a slow reader makes the sender wait", async (t) => {
  const piece = delta("x".repeat(100_000));
  let sent = 0;
  const asked = signalled();
  const server = await serve(t, {
    async *stream() {
      for (; sent < 1_000; sent++) {
        yield piece;
        asked.resolve();
      }
      yield finished;
    },
    complete: () => answer("hello"),
  });
  const client = open(t, { address: server.address });
  const stream = client.askStream("fast", "hi");
  await stream.next();
  // Many other calls go by on the same connection, and the sender gets no further than the window.
  for (let i = 0; i < 50; i++) {
    await client.ask("fast", "hi");
  }
  assert.ok(sent < 200, `${sent} were sent`);
  await stream.return();
});

for (const [how, leave] of /** @type {const} */ ([
  ["leaves its loop", "break"],
  ["aborts its signal", "abort"],
  ["closes the client", "close"],
  ["returns while the next is awaited", "return"],
  ["lets the deadline pass", "deadline"],
])) {
  test(`a reader who ${how} cancels the call at the server`, async (t) => {
    const left = signalled();
    const server = await serve(t, {
      async *stream(_, context) {
        context.signal.addEventListener("abort", left.resolve);
        yield started;
        await silence(context);
      },
    });
    const world = new FakeWorld();
    const client = open(t, { address: server.address }, world);
    const leaving = new AbortController();
    const stream = client.optimizer.stream(ask, { signal: leaving.signal });
    if (leave === "break") {
      for await (const _ of stream) {
        break;
      }
    } else {
      await stream.next();
      const failure = failureOf(stream.next());
      ({
        abort: () => leaving.abort(),
        close: () => client.close(),
        return: () => stream.return?.(),
        deadline: () => world.passDeadlines(),
      })[leave]();
      const { code, message } = await failure;
      assert.equal(code, leave === "deadline" ? "DEADLINE_EXCEEDED" : "CANCELLED");
      assert.equal(message, {
        abort: "The call was cancelled.",
        close: "The client was closed.",
        return: "The call was cancelled.",
        deadline: `The deadline passed before Admiral at ${server.address} answered.`,
      }[leave]);
      assert.equal((await stream.next()).done, true);
    }
    await left.promise;
    assert.equal(world.deadlines.size, 0);
  });
}

test("a whole call that is aborted is cancelled at the server, and tells the signal's reason", async (t) => {
  const left = signalled();
  const leaving = new AbortController();
  const why = new Error("enough");
  const server = await serve(t, {
    complete(_, context) {
      context.signal.addEventListener("abort", left.resolve);
      leaving.abort(why);
      return silence(context);
    },
  });
  const client = open(t, { address: server.address });
  const failure = await failureOf(client.ask("fast", "hi", { signal: leaving.signal }));
  assert.deepEqual([failure.code, failure.reason, failure.cause], ["CANCELLED", "CALL_CANCELLED", why]);
  await left.promise;
  assert.equal((await failureOf(client.ask("fast", "hi", { signal: leaving.signal }))).cause, why);
});

test("watching events has no deadline unless a call sets one", async (t) => {
  /** @type {unknown[]} */
  const deadlines = [];
  const server = await serve(t, {}, {
    seen: ({ headers }) => void deadlines.push(headers["grpc-timeout"]),
  });
  const client = open(t, { address: server.address });
  await failureOf(all(client.events.watchEvents({})));
  await failureOf(all(client.events.watchEvents({}, { deadlineMs: 5_000 })));
  await failureOf(client.events.listEvents({}));
  assert.deepEqual(deadlines, [undefined, "5000m", "600000m"]);
});

test("a connection that is half closed beneath a call is told as lost, and the next call makes another", async (t) => {
  const server = await listen(t, createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.end());
  }));
  const client = open(t, { address: server.address, retry: false });
  for (let i = 0; i < 2; i++) {
    const failure = await failureOf(client.ask("fast", "hi"));
    assert.equal(failure.code, "UNAVAILABLE");
    assert.ok(failure.message.startsWith(`Admiral at ${server.address} cannot be reached: `), failure.message);
  }
});

test("a stream whose connection is cut is broken off, not ended", async (t) => {
  const server = await serve(t, {
    async *stream(_, context) {
      yield started;
      yield delta("one");
      setImmediate(() => server.cut());
      await silence(context);
    },
  });
  const failure = await failureOf(all(open(t, { address: server.address }).askStream("fast", "hi")));
  assert.equal(failure.code, "UNAVAILABLE");
  assert.equal(failure.message, `Admiral at ${server.address} cannot be reached: the connection was lost.`);
});

test("a server that says it goes away is asked again on a new connection", async (t) => {
  let sessions = 0;
  const known = new WeakSet();
  const server = await serveRaw(t, (stream, session) => {
    if (!known.has(session)) {
      known.add(session);
      sessions++;
    }
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.end(Buffer.of(0, 0, 0, 0, 0));
    session.goaway(0);
  });
  const client = open(t, { address: server.address }, new FakeWorld());
  await client.ask("fast", "hi");
  await client.ask("fast", "hi");
  assert.equal(sessions, 2);
});

test("answers and prompts of 4 MB arrive whole, also many at once", async (t) => {
  const text = "⚓ ahoy ".repeat(400_000);
  const server = await serve(t, {
    complete: ({ prompt }) => answer(String(prompt?.messages[0]?.parts[0]?.kind.value && text)),
    async *stream() {
      yield* [delta(text), finished];
    },
  });
  const client = open(t, { address: server.address });
  const whole = await Promise.all(Array.from({ length: 12 }, () => client.ask("fast", text)));
  assert.ok(whole.every((one) => one === text));
  assert.equal((await all(client.askStream("fast", "hi"))).join(""), text);
});

test("hundreds of calls at once share one connection", async (t) => {
  const sockets = new Set();
  const server = await serve(t, { complete: () => answer("hello") }, { seen: ({ socket }) => void sockets.add(socket.remotePort) });
  const client = open(t, { address: server.address });
  await Promise.all(Array.from({ length: 500 }, () => client.ask("fast", "hi")));
  assert.equal(sockets.size, 1);
});

test("a stream that is left gives nothing more, also of what has arrived", async (t) => {
  const server = await serve(t, {
    async *stream() {
      yield started;
      for (let i = 0; i < 50; i++) {
        yield delta("piece");
      }
      yield finished;
    },
  });
  const leaving = new AbortController();
  let read = 0;
  const reading = (async () => {
    for await (const _ of open(t, { address: server.address }).optimizer.stream({}, { signal: leaving.signal })) {
      if (++read === 2) {
        leaving.abort();
      }
    }
  })();
  assert.equal((await failureOf(reading)).code, "CANCELLED");
  assert.equal(read, 2);
});

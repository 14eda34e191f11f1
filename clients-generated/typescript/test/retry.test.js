import assert from "node:assert/strict";
import { test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { AdmiralError } from "../lib/error.js";
import { CachePolicy_Mode, CompleteRequestSchema, StreamRequestSchema } from "@admiral/optimizer/v1";
import { RetryInfoSchema } from "../gen/google/rpc/error_details_pb.js";
import { connect } from "../lib/client.js";
import { delayOf, retryPolicy } from "../lib/retry.js";
import { answer, failureOf, FakeWorld, finished, open, refusal, serve, signalled, silence, started } from "./fake-server.js";

/** @import { MessageInitShape } from "@bufbuild/protobuf" */

const ask = { prompt: { model: "fast", messages: [] } };

/**
 * Fails the first calls and answers the others.
 *
 * @param {number} times
 * @param {() => ConnectError} failure
 */
function failing(times, failure) {
  const tries = { count: 0, timeouts: /** @type {(string | null)[]} */ ([]) };
  /**
   * @param {unknown} _
   * @param {{ requestHeader: Headers }} context
   */
  const complete = (_, context) => {
    tries.timeouts.push(context.requestHeader.get("grpc-timeout"));
    if (tries.count++ < times) {
      throw failure();
    }
    return answer("hello");
  };
  return { complete, tries };
}

test("a server that is away for three tries is asked a fourth time", async (t) => {
  const { complete, tries } = failing(3, () => refusal(Code.Unavailable, "SERVER_DRAINING"));
  const server = await serve(t, { complete });
  const world = new FakeWorld();
  const client = open(t, { address: server.address }, world);
  assert.equal(await client.ask("fast", "hi"), "hello");
  assert.equal(tries.count, 4);
  assert.deepEqual(world.waits, [100, 200, 400]);
});

test("a server that stays away is asked five times", async (t) => {
  const { complete, tries } = failing(99, () => refusal(Code.Unavailable, "NO_PROVIDER_AVAILABLE"));
  const server = await serve(t, { complete });
  const client = open(t, { address: server.address }, new FakeWorld());
  assert.equal((await failureOf(client.ask("fast", "hi"))).reason, "NO_PROVIDER_AVAILABLE");
  assert.equal(tries.count, 5);
});

for (const [code, reason] of /** @type {const} */ ([
  [Code.FailedPrecondition, "PROVIDER_QUOTA_EXHAUSTED"],
  [Code.FailedPrecondition, "PROVIDER_KEY_INVALID"],
  [Code.FailedPrecondition, "PROVIDER_NOT_PERMITTED"],
  [Code.Unavailable, "STORE_UNAVAILABLE"],
  [Code.Unavailable, "STREAM_BROKEN"],
])) {
  test(`a failure for ${reason} is not tried again`, async (t) => {
    const { complete, tries } = failing(1, () => refusal(code, reason));
    const server = await serve(t, { complete });
    const client = open(t, { address: server.address }, new FakeWorld());
    assert.equal((await failureOf(client.ask("fast", "hi"))).reason, reason);
    assert.equal(tries.count, 1);
  });
}

test("a reason of a newer contract is tried again by its code", async (t) => {
  const { complete, tries } = failing(1, () => refusal(Code.Unavailable, "TIDE_TOO_LOW"));
  const server = await serve(t, { complete });
  const client = open(t, { address: server.address }, new FakeWorld());
  assert.equal(await client.ask("fast", "hi"), "hello");
  assert.equal(tries.count, 2);
});

test("a wait that the server asks for is kept", async (t) => {
  const wait = { desc: RetryInfoSchema, value: { retryDelay: { seconds: 3n, nanos: 1 } } };
  const { complete } = failing(1, () => refusal(Code.Unavailable, "SERVER_DRAINING", wait));
  const server = await serve(t, { complete });
  const world = new FakeWorld();
  const client = open(t, { address: server.address }, world);
  await client.ask("fast", "hi");
  assert.deepEqual(world.waits, [3001]);
});

test("a refusal by a limit is tried again only if the caller allows the wait that is asked for", async (t) => {
  const wait = { desc: RetryInfoSchema, value: { retryDelay: { seconds: 2n } } };
  for (const [rateLimitWaitMs, details, count] of /** @type {const} */ ([
    [0, [wait], 1],
    [1_999, [wait], 1],
    [2_000, [wait], 2],
    [2_000, [], 1],
  ])) {
    const { complete, tries } = failing(1, () => refusal(Code.ResourceExhausted, "RATE_LIMITED", ...details));
    const server = await serve(t, { complete });
    const client = open(t, { address: server.address, retry: { rateLimitWaitMs } }, new FakeWorld());
    await client.ask("fast", "hi").catch(() => undefined);
    assert.equal(tries.count, count);
  }
});

test("tries share one deadline, and none begins that would pass it", async (t) => {
  const { complete, tries } = failing(99, () => refusal(Code.Unavailable, "SERVER_DRAINING"));
  const server = await serve(t, { complete });
  const world = new FakeWorld();
  const client = open(t, { address: server.address, deadlineMs: 700 }, world);
  assert.equal((await failureOf(client.ask("fast", "hi"))).code, "UNAVAILABLE");
  assert.deepEqual(tries.timeouts, ["700m", "600m", "400m"]);
});

test("what may be paid twice for want of a request_id is tried once", async (t) => {
  let tries = 0;
  const server = await serve(t, {
    embed() {
      tries++;
      throw refusal(Code.Unavailable, "SERVER_DRAINING");
    },
  });
  const client = open(t, { address: server.address }, new FakeWorld());
  await failureOf(client.optimizer.embed({ model: "e", texts: ["a"] }));
  assert.equal(tries, 1);
});

test("CreateKey and RollBackChange are tried once, other methods of their services five times", async (t) => {
  /** @type {string[]} */
  const paths = [];
  const server = await serve(t, {}, {
    seen(request) {
      paths.push(request.url.replace(/.*\//, ""));
      request.stream.respond({ ":status": 503 }, { endStream: true });
      return "answered";
    },
  });
  const client = open(t, { address: server.address }, new FakeWorld());
  await failureOf(client.fleet.createKey({}));
  await failureOf(client.settings.rollBackChange({}));
  await failureOf(client.fleet.listAgents({}));
  assert.deepEqual(paths, ["CreateKey", "RollBackChange", ...Array(5).fill("ListAgents")]);
});

test("retries that are switched off try once", async (t) => {
  const { complete, tries } = failing(1, () => refusal(Code.Unavailable, "SERVER_DRAINING"));
  const server = await serve(t, { complete });
  const client = open(t, { address: server.address, retry: false }, new FakeWorld());
  await failureOf(client.ask("fast", "hi"));
  assert.equal(tries.count, 1);
});

test("a stream is tried again before its first message and not after", async (t) => {
  let tries = 0;
  const server = await serve(t, {
    async *stream() {
      if (++tries === 1) {
        throw refusal(Code.Unavailable, "SERVER_DRAINING");
      }
      yield started;
      throw refusal(Code.Unavailable, "PROVIDER_UNREACHABLE");
    },
  });
  const client = open(t, { address: server.address }, new FakeWorld());
  /** @type {unknown[]} */
  const events = [];
  const failure = await failureOf(
    (async () => {
      for await (const { event } of client.optimizer.stream(ask)) {
        events.push(event.case);
      }
    })(),
  );
  assert.deepEqual([tries, events, failure.reason], [2, ["started"], "PROVIDER_UNREACHABLE"]);
});

test("a connection that is cut before the answer is made anew", async (t) => {
  let tries = 0;
  const server = await serve(t, {
    complete(_, context) {
      if (++tries === 1) {
        server.cut();
        return silence(context);
      }
      return answer("hello");
    },
  });
  const client = open(t, { address: server.address }, new FakeWorld());
  assert.equal(await client.ask("fast", "hi"), "hello");
});

test("a server that is started again on its port is found again", async (t) => {
  const server = await serve(t, { complete: () => answer("one") });
  const client = open(t, { address: server.address }, new FakeWorld());
  assert.equal(await client.ask("fast", "hi"), "one");
  await server.close();
  await serve(t, { complete: () => answer("two") }, { port: server.port });
  assert.equal(await client.ask("fast", "hi"), "two");
});

test("a caller who leaves between two tries is told at once", async (t) => {
  const { complete, tries } = failing(99, () => refusal(Code.Unavailable, "SERVER_DRAINING"));
  const server = await serve(t, { complete });
  const asleep = signalled();
  /** @type {import("../lib/exchange.js").World} */
  const world = {
    ...new FakeWorld(),
    sleep: (_, signal) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve());
        asleep.resolve();
      }),
  };
  const client = open(t, { address: server.address }, world);
  const leaving = new AbortController();
  const failure = failureOf(client.ask("fast", "hi", { signal: leaving.signal }));
  await asleep.promise;
  leaving.abort();
  assert.equal((await failure).reason, "CALL_CANCELLED");
  assert.equal(tries.count, 1);
});

test("calls that the cache does not cover get a request_id, and keep it over all tries", async (t) => {
  /** @type {string[]} */
  let ids = [];
  const server = await serve(t, {
    complete({ requestId }) {
      ids.push(requestId);
      if (ids.length === 1) {
        throw refusal(Code.Unavailable, "SERVER_DRAINING");
      }
      return answer("hello");
    },
    async *stream({ requestId }) {
      ids.push(requestId);
      yield finished;
    },
    completeBatch({ requests }) {
      ids.push(...requests.map(({ requestId }) => requestId));
      return {};
    },
  });
  const client = open(t, { address: server.address }, new FakeWorld());
  const { BYPASS, REFRESH, ONLY, USE } = CachePolicy_Mode;
  /** @type {[boolean, MessageInitShape<typeof CompleteRequestSchema>][]} */
  const cases = [
    [false, ask],
    [true, { ...ask, options: { cachePolicy: { mode: BYPASS } } }],
    [true, { ...ask, options: { cachePolicy: { mode: REFRESH } } }],
    [false, { ...ask, options: { cachePolicy: { mode: USE } } }],
    [true, { prompt: { sampling: { temperature: 0.1 } } }],
    [false, { prompt: { sampling: { temperature: 0 } } }],
    [true, { prompt: { sampling: { candidateCount: 2 } } }],
    [false, { prompt: { sampling: { candidateCount: 1 } } }],
    [false, { prompt: { sampling: { temperature: 1 } }, options: { cachePolicy: { includeSampled: true } } }],
    [false, { prompt: { sampling: { temperature: 1 } }, options: { cachePolicy: { mode: ONLY } } }],
  ];
  for (const [needed, request] of cases) {
    ids = [];
    await client.optimizer.complete(request);
    assert.match(ids[0] ?? "", needed ? /^[0-9a-f-]{36}$/ : /^$/);
    assert.deepEqual(ids, [ids[0], ids[0]]);
    ids = [];
    for await (const _ of client.optimizer.stream(/** @type {MessageInitShape<typeof StreamRequestSchema>} */ (request))) {
    }
    assert.equal(ids[0] !== "", needed);
  }
  ids = [];
  await client.optimizer.completeBatch({ requests: cases.map(([, request]) => request) });
  assert.deepEqual(ids.map((id) => id !== ""), cases.map(([needed]) => needed));
  assert.equal(new Set(ids).size, 1 + cases.filter(([needed]) => needed).length);
});

test("a request_id of the caller's is kept, none is added without retries, and his message is left as it was", async (t) => {
  /** @type {string[]} */
  const ids = [];
  const server = await serve(t, {
    complete({ requestId }) {
      ids.push(requestId);
      return answer("hello");
    },
  });
  const request = create(CompleteRequestSchema, { ...ask, options: { cachePolicy: { mode: CachePolicy_Mode.BYPASS } } });
  const before = toBinary(CompleteRequestSchema, request);
  const client = open(t, { address: server.address });
  await client.optimizer.complete({ ...request, requestId: "mine" });
  await client.optimizer.complete(request);
  const once = open(t, { address: server.address, retry: { maxTries: 1 } });
  await once.optimizer.complete(request);
  assert.deepEqual([ids[0], ids[1]?.length, ids[2]], ["mine", 36, ""]);
  assert.deepEqual(toBinary(CompleteRequestSchema, request), before);
});

test("a wait of any try is between half and the whole of its span", () => {
  const failure = new AdmiralError("UNAVAILABLE", "Away.");
  for (const firstDelayMs of [0.5, 7, 100, 5_000]) {
    for (const maxDelayMs of [5_000, 60_000]) {
      const policy = retryPolicy({ maxTries: 100, firstDelayMs, maxDelayMs });
      let span = firstDelayMs;
      for (let tries = 1; tries < 100; tries++) {
        assert.equal(delayOf(policy, tries, failure, 0), span / 2);
        assert.equal(delayOf(policy, tries, failure, 1), span);
        span = Math.min(span * 2, maxDelayMs);
      }
      assert.equal(delayOf(policy, 100, failure, 0), undefined);
    }
  }
});

test("a retry setting out of range is refused in one sentence", () => {
  for (const [retry, message] of /** @type {const} */ ([
    [{ maxTries: 0 }, "retry.maxTries is 0: use 1 to 100."],
    [{ maxTries: 1.5 }, "retry.maxTries is 1.5: use 1 to 100."],
    [{ firstDelayMs: 0 }, "retry.firstDelayMs is 0: use more than zero."],
    [{ firstDelayMs: 9, maxDelayMs: 8 }, "retry.maxDelayMs 8 is below firstDelayMs 9: use at least that."],
    [{ rateLimitWaitMs: NaN }, "retry.rateLimitWaitMs is NaN: use zero or more."],
  ])) {
    assert.throws(() => connect({ retry }), { name: "RangeError", message });
  }
});

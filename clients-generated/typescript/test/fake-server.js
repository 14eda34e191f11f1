import { createServer, createSecureServer } from "node:http2";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { OptimizerService, StreamResponseSchema } from "@admiral/optimizer/v1";
import { connect } from "../lib/client.js";
import { ErrorInfoSchema } from "../gen/google/rpc/error_details_pb.js";

/** @import { Http2ServerRequest, Http2ServerResponse, SecureServerOptions, ServerHttp2Session, ServerHttp2Stream } from "node:http2" */
/** @import { AddressInfo, Server } from "node:net" */
/** @import { TestContext } from "node:test" */
/** @import { ConnectOptions } from "@admiral/optimizer" */
/** @import { World } from "../lib/exchange.js" */
/** @import { ServiceImpl } from "@connectrpc/connect" */

/** @typedef {{ desc: any, value: any }} OutgoingDetail */
/** @typedef {Partial<ServiceImpl<typeof OptimizerService>>} Handlers */

/** What a server that listens on loopback is to a test: where it is, and how it ends. */
class Listening {
  /** @type {Set<{ destroy(): void }>} */
  #connections = new Set();
  #server;

  /** @param {Server} server */
  constructor(server) {
    this.#server = server;
    this.port = /** @type {AddressInfo} */ (server.address()).port;
    server.on("connection", (socket) => {
      this.#connections.add(socket);
      socket.on("close", () => this.#connections.delete(socket));
    });
  }

  get address() {
    return `127.0.0.1:${this.port}`;
  }

  /** Cuts every connection, as a crash would. */
  cut() {
    for (const connection of this.#connections) {
      connection.destroy();
    }
  }

  async close() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
  }
}

/**
 * Listens on a free port of loopback, or the one given, until the test ends.
 *
 * @param {TestContext} t
 * @param {Server} server
 * @param {number} [port]
 */
export async function listen(t, server, port = 0) {
  await /** @type {Promise<void>} */ (new Promise((resolve) => server.listen(port, "127.0.0.1", resolve)));
  const listening = new Listening(server);
  t.after(() => listening.close());
  return listening;
}

/**
 * A server of OptimizerService; what is not handled answers as if there were no such method.
 *
 * @param {TestContext} t
 * @param {Handlers} handlers
 * @param {{ port?: number, tls?: SecureServerOptions, seen?: (request: Http2ServerRequest) => unknown }} [options]
 */
export async function serve(t, handlers, { port, tls, seen } = {}) {
  const adapter = connectNodeAdapter({ routes: (router) => router.service(OptimizerService, handlers) });
  /**
   * @param {Http2ServerRequest} request
   * @param {Http2ServerResponse} response
   */
  const handle = (request, response) => {
    if (seen?.(request) !== "answered") {
      adapter(request, response);
    }
  };
  return listen(t, /** @type {any} */ (tls ? createSecureServer(tls, handle) : createServer(handle)), port);
}

/**
 * A server that speaks HTTP/2 but not necessarily gRPC.
 *
 * @param {TestContext} t
 * @param {(stream: ServerHttp2Stream, session: ServerHttp2Session) => void} handle
 */
export async function serveRaw(t, handle) {
  const server = createServer();
  server.on("stream", (stream) => {
    stream.on("error", () => undefined);
    stream.resume();
    handle(stream, /** @type {ServerHttp2Session} */ (stream.session));
  });
  return listen(t, /** @type {any} */ (server));
}

/**
 * A client for as long as the test runs.
 *
 * @param {TestContext} t
 * @param {ConnectOptions} options
 * @param {World} [world]
 */
export function open(t, options, world) {
  const client = connect(options, world);
  t.after(() => client.close());
  return client;
}

/** @param {string} text */
export function answer(text) {
  return { completion: { message: { parts: [{ kind: { case: /** @type {const} */ ("text"), value: { text } } }] } } };
}

export const started = create(StreamResponseSchema, { event: { case: "started", value: { callId: "c-1" } } });
export const finished = create(StreamResponseSchema, { event: { case: "finished", value: {} } });

/** @param {string} text */
export function delta(text) {
  return create(StreamResponseSchema, {
    event: { case: "delta", value: { piece: { case: "text", value: { text } } } },
  });
}

/**
 * A failure as Admiral tells it.
 *
 * @param {Code} code
 * @param {string} reason
 * @param {OutgoingDetail[]} details
 */
export function refusal(code, reason, ...details) {
  const info = { desc: ErrorInfoSchema, value: { domain: "optimizer.admiral.dev", reason, metadata: { model: "fast" } } };
  return new ConnectError(`It failed: ${reason}.`, code, undefined, [info, ...details]);
}

/**
 * Returns what a promise is rejected with.
 *
 * @param {Promise<unknown>} promise
 * @returns {Promise<any>}
 */
export async function failureOf(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("It should have failed.");
}

/**
 * Answers nothing until the caller is gone.
 *
 * @param {{ signal: AbortSignal }} context
 * @returns {Promise<never>}
 */
export function silence({ signal }) {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

/** A promise and what settles it. */
export function signalled() {
  /** @type {() => void} */
  let resolve = () => undefined;
  /** @type {Promise<void>} */
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Time that goes by only while something sleeps, and the largest draw every time. */
export class FakeWorld {
  /** @type {number[]} */
  waits = [];
  time = 0;
  now = () => this.time;
  random = () => 1;
  /** @param {number} ms */
  sleep = async (ms) => {
    this.waits.push(ms);
    this.time += ms;
  };
  /** @type {Set<() => void>} */
  deadlines = new Set();
  /**
   * @param {number} _
   * @param {() => void} task
   */
  after = (_, task) => {
    this.deadlines.add(task);
    return () => this.deadlines.delete(task);
  };
  passDeadlines() {
    for (const pass of this.deadlines) {
      pass();
    }
  }
}

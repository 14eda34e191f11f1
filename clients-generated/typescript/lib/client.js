import { setTimeout as sleep } from "node:timers/promises";
import { create } from "@bufbuild/protobuf";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { CacheService, CallService, EventService, FleetService, LedgerService, OptimizerService, SettingsService } from "../gen/v1.js";
import { isLoopback, parseAddress, printAddress } from "./address.js";
import { prompt, textOf } from "./content.js";
import { AdmiralError, closed } from "./error.js";
import { exchange } from "./exchange.js";
import { prepare } from "./prepare.js";
import { retryPolicy } from "./retry.js";
import { secureOptions } from "./tls.js";

/** @import { DescMethod, DescService } from "@bufbuild/protobuf" */
/** @import { Admiral, CallSettings, ConnectOptions, ServiceClient } from "../index.d.ts" */
/** @import { Link, World } from "./exchange.js" */

const MAX_MESSAGE_BYTES = 64 << 20;

/** How much of a stream may be under way to a reader who does not read. */
const WINDOW_BYTES = 1 << 20;

/** After so much silence a connection with calls on it is probed. */
const PING_INTERVAL_MS = 60_000;

/** After so long without an answer to the probe it counts as lost. */
const PING_TIMEOUT_MS = 20_000;

const DEADLINE_MS = 600_000;

/** The longest time that gRPC can put into milliseconds, and timers of Node.js too: 27 hours. */
const MAX_DEADLINE_MS = 99_999_999;

/**
 * What must not happen or be paid twice, and has no request_id to keep it from that.
 *
 * @type {Set<DescMethod>}
 */
const ONCE = new Set([OptimizerService.method.embed, FleetService.method.createKey, FleetService.method.createBudget, SettingsService.method.rollBackChange]);

const ONE_TRY = retryPolicy(false);

/** @type {World} */
const REAL = {
  now: () => performance.now(),
  random: Math.random,
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * @param {ConnectOptions} [options]
 * @param {World} [world]
 * @returns {Admiral}
 */
export function connect(options = {}, world = REAL) {
  return new Client(options, world);
}

/** @implements {Admiral} */
class Client {
  /** @type {Link} */
  #link;
  #sessions;
  #caller;
  #deadlineMs;
  #retry;

  /**
   * @param {ConnectOptions} options
   * @param {World} world
   */
  constructor(options, world) {
    const address = parseAddress(options.address ?? "127.0.0.1");
    const url = `${options.tls ? "https" : "http"}://${printAddress(address)}`;
    if (!options.tls && !options.plaintextBeyondLoopback && !isLoopback(address)) {
      throw new TypeError(
        `Prompts and keys would travel unencrypted to ${printAddress(address)}: use tls, or plaintextBeyondLoopback if the network protects them.`,
      );
    }
    this.#retry = retryPolicy(options.retry);
    this.#deadlineMs = deadline(options.deadlineMs ?? DEADLINE_MS);
    this.#caller = {
      agent: name("agent", options.agent ?? ""),
      group: name("group", options.group ?? ""),
      retries: this.#retry.maxTries > 1,
    };
    this.#sessions = new Http2SessionManager(
      url,
      { pingIntervalMs: PING_INTERVAL_MS, pingTimeoutMs: PING_TIMEOUT_MS },
      {
        settings: { initialWindowSize: WINDOW_BYTES },
        ...(options.tls ? secureOptions(options.tls === true ? {} : options.tls) : {}),
      },
    );
    this.#link = {
      transport: createGrpcTransport({ baseUrl: url, sessionManager: this.#sessions, readMaxBytes: MAX_MESSAGE_BYTES }),
      address: printAddress(address),
      headers: {
        "user-agent": "admiral-client-typescript",
        ...(options.key === undefined ? {} : { authorization: `Bearer ${secret(options.key)}` }),
        ...(this.#caller.agent === "" ? {} : { "admiral-agent": this.#caller.agent }),
      },
      world,
      running: new Set(),
      isClosed: false,
    };
    this.optimizer = this.#service(OptimizerService);
    this.fleet = this.#service(FleetService);
    this.ledger = this.#service(LedgerService);
    this.cache = this.#service(CacheService);
    this.settings = this.#service(SettingsService);
    this.calls = this.#service(CallService);
    this.events = this.#service(EventService);
  }

  /**
   * @param {string} model
   * @param {string} text
   * @param {CallSettings} [settings]
   */
  async ask(model, text, settings) {
    return textOf(await this.optimizer.complete({ prompt: prompt(model, text) }, settings));
  }

  /**
   * @param {string} model
   * @param {string} text
   * @param {CallSettings} [settings]
   */
  async *askStream(model, text, settings) {
    for await (const { event } of this.optimizer.stream({ prompt: prompt(model, text) }, settings)) {
      if (event.case === "delta" && event.value.candidateIndex === 0 && event.value.piece.case === "text") {
        yield event.value.piece.value.text;
      }
    }
  }

  close() {
    this.#link.isClosed = true;
    for (const stop of this.#link.running) {
      stop(closed());
    }
    this.#sessions.abort();
  }

  [Symbol.dispose]() {
    this.close();
  }

  /**
   * @template {DescService} S
   * @param {S} service
   * @returns {ServiceClient<S>}
   */
  #service(service) {
    const methods = service.methods.map((method) => [method.localName, this.#method(method)]);
    return /** @type {ServiceClient<S>} */ (Object.freeze(Object.fromEntries(methods)));
  }

  /**
   * @param {DescMethod} method
   */
  #method(method) {
    if (method.methodKind !== "unary" && method.methodKind !== "server_streaming") {
      throw new TypeError(`${method} is of a kind that the contract does not use.`);
    }
    const endless = method === EventService.method.watchEvents;
    /**
     * @param {any} init
     * @param {CallSettings} [settings]
     */
    const begin = (init, settings = {}) =>
      exchange(this.#link, method, prepare(this.#caller, method.input, create(method.input, init)), {
        deadlineMs: settings.deadlineMs === undefined && endless ? Infinity : deadline(settings.deadlineMs ?? this.#deadlineMs),
        retry: ONCE.has(method) ? ONE_TRY : this.#retry,
        signal: settings.signal,
        isLast: method === OptimizerService.method.stream ? ({ event }) => event.case === "finished" : undefined,
      });
    if (method.methodKind === "server_streaming") {
      return begin;
    }
    /**
     * @param {any} init
     * @param {CallSettings} [settings]
     */
    return async (init, settings) => {
      const answers = [];
      for await (const answer of begin(init, settings)) {
        answers.push(answer);
      }
      if (answers.length !== 1) {
        throw new AdmiralError("INTERNAL", `Admiral at ${this.#link.address} gave ${answers.length} answers instead of one.`);
      }
      return answers[0];
    };
  }
}

/**
 * @param {string} key
 */
function secret(key) {
  if (!/^[!-~]+$/.test(key)) {
    throw new TypeError("The key is empty or holds spaces or other than visible ASCII characters: check how it was read.");
  }
  return key;
}

/**
 * @param {string} what
 * @param {string} text
 */
function name(what, text) {
  if (!/^[A-Za-z0-9._:/@-]{0,128}$/.test(text)) {
    throw new TypeError(`The ${what} "${text}" is no name: use at most 128 letters, digits and "._:/@-".`);
  }
  return text;
}

/**
 * @param {number} ms
 */
function deadline(ms) {
  if (!(ms > 0 && ms <= MAX_DEADLINE_MS)) {
    throw new RangeError(`deadlineMs is ${ms}: use more than zero and at most ${MAX_DEADLINE_MS} (27 hours).`);
  }
  return ms;
}

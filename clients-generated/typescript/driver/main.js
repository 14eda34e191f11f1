// Makes the calls that the conformance test asks for: ../../conformance/README.md says how.
import { createInterface } from "node:readline";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { AdmiralError, connect } from "@admiral/optimizer";
import * as contract from "@admiral/optimizer/v1";

/** @import { DescMethod } from "@bufbuild/protobuf" */
/** @import { Admiral } from "@admiral/optimizer" */

/** @type {Map<string, Admiral>} */
const clients = new Map();
/** @type {Map<number, AbortController>} */
const running = new Map();

const services = /** @type {const} */ ({
  optimizer: contract.OptimizerService,
  fleet: contract.FleetService,
  ledger: contract.LedgerService,
  cache: contract.CacheService,
  calls: contract.CallService,
  settings: contract.SettingsService,
  events: contract.EventService,
});

/** @type {Record<string, (command: any, signal: AbortSignal) => Promise<object>>} */
const operations = {
  async open({ client, deadlineMillis, maxTries, rateLimitWaitMillis, ...options }) {
    const retry = { maxTries, rateLimitWaitMs: rateLimitWaitMillis };
    clients.set(client, connect({ ...options, deadlineMs: deadlineMillis, retry }));
    return {};
  },

  async unary(command, signal) {
    const { call, method } = find(command);
    const answer = await call(fromBinary(method.input, bytes(command.request)), { signal, deadlineMs: command.deadlineMillis });
    return { response: base64(toBinary(method.output, answer)) };
  },

  async stream(command) {
    const { call, method } = find(command);
    const leaving = /** @type {AbortController} */ (running.get(command.id));
    const settings = { signal: leaving.signal, deadlineMs: command.deadlineMillis };
    let read = 0;
    for await (const event of call(fromBinary(method.input, bytes(command.request)), settings)) {
      tell(command, { event: base64(toBinary(method.output, event)) });
      if (++read === command.cancelAfter) {
        leaving.abort();
      }
    }
    return { end: true };
  },

  async cancel({ target }) {
    running.get(target)?.abort();
    return {};
  },

  async ask(command, signal) {
    const client = clientOf(command);
    if (!command.stream) {
      return { text: await client.ask(command.model, command.text, { signal }) };
    }
    let text = "";
    for await (const piece of client.askStream(command.model, command.text, { signal })) {
      tell(command, { piece });
      text += piece;
    }
    return { text };
  },

  async close({ client }) {
    clients.get(client)?.close();
    return {};
  },
};

/** @param {{ client: string }} command */
function clientOf({ client }) {
  const found = clients.get(client);
  if (found === undefined) {
    throw new TypeError(`There is no client "${client}": open it first.`);
  }
  return found;
}

/**
 * @param {{ client: string, method: string }} command
 * @returns {{ call: (request: object, settings: object) => any, method: DescMethod }}
 */
function find(command) {
  const [service, name] = command.method.split("/");
  for (const [property, desc] of Object.entries(services)) {
    const method = desc.methods.find((one) => one.name === name);
    if (desc.typeName === service && method !== undefined) {
      const methods = /** @type {any} */ (clientOf(command))[property];
      return { call: methods[method.localName], method };
    }
  }
  throw new TypeError(`The contract has no method ${command.method}.`);
}

/** @param {unknown} failure */
function describe(failure) {
  if (!(failure instanceof AdmiralError)) {
    return { code: "CLIENT", reason: "", message: String(/** @type {any} */ (failure)?.message), metadata: {} };
  }
  const { code, reason, message, retryAfterMs, metadata, fields, quota } = failure;
  return {
    code,
    reason,
    message,
    metadata,
    ...(retryAfterMs === undefined ? {} : { retryAfterMillis: retryAfterMs }),
    ...(fields.length === 0 ? {} : { fields: fields.map(({ field }) => field) }),
    ...(quota.length === 0 ? {} : { quota: quota.map(({ subject }) => subject) }),
  };
}

/** @param {string} text */
function bytes(text) {
  return Buffer.from(text, "base64");
}

/** @param {Uint8Array} message */
function base64(message) {
  return Buffer.from(message.buffer, message.byteOffset, message.byteLength).toString("base64");
}

/**
 * @param {{ id: number }} command
 * @param {object} what
 */
function tell({ id }, what) {
  process.stdout.write(`${JSON.stringify({ id, ...what })}\n`);
}

/** @param {{ id: number, op: string }} command */
async function run(command) {
  const leaving = new AbortController();
  if (command.op !== "cancel") {
    running.set(command.id, leaving);
  }
  try {
    const operation = operations[command.op];
    if (operation === undefined) {
      throw new TypeError(`There is no operation "${command.op}".`);
    }
    tell(command, await operation(command, leaving.signal));
  } catch (failure) {
    tell(command, { error: describe(failure) });
  } finally {
    running.delete(command.id);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() !== "") {
    void run(JSON.parse(line));
  }
}
for (const client of clients.values()) {
  client.close();
}

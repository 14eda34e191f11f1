import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { connect, prompt, textOf } from "@admiral/optimizer";
import { isLoopback, parseAddress, printAddress } from "../lib/address.js";
import { makeCertificate } from "./certificate.js";
import { answer, failureOf, open, serve } from "./fake-server.js";

/** @import { TestContext } from "node:test" */

/**
 * Puts texts into files for as long as the test runs.
 *
 * @param {TestContext} t
 * @param {Record<string, string>} texts
 */
function files(t, texts) {
  const folder = mkdtempSync(join(tmpdir(), "admiral-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const file = join(folder, name);
      writeFileSync(file, text);
      return [name, file];
    }),
  );
}

test("an address in any form is read", () => {
  for (const [text, read, loopback] of /** @type {const} */ ([
    ["127.0.0.1:1", "127.0.0.1:1", true],
    ["localhost", "localhost:50051", true],
    ["[::1]:7", "[::1]:7", true],
    ["[::1]", "[::1]:50051", true],
    [" example.org:65535 ", "example.org:65535", false],
    ["127.example.org", "127.example.org:50051", false],
    ["127.0.0.1.example.org", "127.0.0.1.example.org:50051", false],
  ])) {
    const address = parseAddress(text);
    assert.deepEqual([printAddress(address), isLoopback(address)], [read, loopback]);
  }
});

test("a malformed address is refused in one sentence", () => {
  for (const address of ["", ":1", "a:0", "a:65536", "a:b", "a:", "[::1", "[::1]7", "::1", "http://a:1", "a/b", "a@b", "a b", "a:1e1", "a:123456", "a:1\nb"]) {
    assert.throws(() => connect({ address }), {
      name: "TypeError",
      message: `Address "${address}" is not host:port with a port of 1 to 65535: use 127.0.0.1:50051.`,
    });
  }
});

test("plaintext beyond loopback is refused unless it is allowed", () => {
  for (const address of ["example.org:1", "10.0.0.1", "[2001:db8::1]:1", "127.example.org"]) {
    assert.throws(() => connect({ address }), /^TypeError: Prompts and keys would travel unencrypted to .*: use tls, or plaintextBeyondLoopback/);
    connect({ address, plaintextBeyondLoopback: true }).close();
    connect({ address, tls: true }).close();
  }
});

test("a key that cannot travel is refused without being shown", () => {
  for (const key of ["", "two words", "line\nbreak", "end\n", "schlüssel", "tab\t"]) {
    assert.throws(() => connect({ key }), {
      name: "TypeError",
      message: "The key is empty or holds spaces or other than visible ASCII characters: check how it was read.",
    });
  }
});

test("names and deadlines that the contract does not allow are refused in one sentence", () => {
  assert.throws(() => connect({ agent: "two words" }), {
    message: 'The agent "two words" is no name: use at most 128 letters, digits and "._:/@-".',
  });
  assert.throws(() => connect({ group: "x".repeat(129) }), /^TypeError: The group "x+" is no name/);
  assert.throws(() => connect({ agent: "end\n" }), /is no name/);
  for (const deadlineMs of [0, -1, NaN, Infinity, 100_000_000]) {
    assert.throws(() => connect({ deadlineMs }), {
      name: "RangeError",
      message: `deadlineMs is ${deadlineMs}: use more than zero and at most 99999999 (27 hours).`,
    });
  }
});

test("settings that are undefined are as if they were not said", () => {
  connect({ address: undefined, key: undefined, agent: undefined, deadlineMs: undefined, retry: undefined, tls: undefined }).close();
  connect({ retry: { maxTries: undefined, firstDelayMs: 5_000 } }).close();
});

test("the key and the agent travel with every call of every service", async (t) => {
  /** @type {unknown[]} */
  const seen = [];
  const server = await serve(t, {}, {
    seen({ headers, url }) {
      seen.push([url.split(/[./]/).at(-2), headers.authorization, headers["admiral-agent"]]);
    },
  });
  const client = open(t, { address: server.address, key: "s3cret", agent: "triage-1" });
  await failureOf(client.optimizer.health({}));
  await failureOf(client.optimizer.stream({}).next());
  await failureOf(client.fleet.listAgents({}));
  await failureOf(client.ledger.listEntries({}));
  await failureOf(client.cache.getMetrics({}));
  await failureOf(client.settings.listChanges({}));
  await failureOf(client.calls.listCalls({}));
  await failureOf(client.events.watchEvents({}).next());
  const services = ["OptimizerService", "OptimizerService", "FleetService", "LedgerService", "CacheService", "SettingsService", "CallService", "EventService"];
  assert.deepEqual(seen, services.map((service) => [service, "Bearer s3cret", "triage-1"]));
});

test("a client without a key and an agent sends neither", async (t) => {
  const server = await serve(t, { health: () => ({}) }, {
    seen({ headers }) {
      assert.equal(headers.authorization, undefined);
      assert.equal(headers["admiral-agent"], undefined);
    },
  });
  await open(t, { address: server.address }).optimizer.health({});
});

test("the group goes into calls that have none and name no other agent", async (t) => {
  /** @type {unknown[]} */
  const groups = [];
  /** @param {{ options?: { agentGroup: string } | undefined }} request */
  const note = ({ options }) => void groups.push(options?.agentGroup);
  const server = await serve(t, {
    complete: (request) => (note(request), {}),
    embed: (request) => (note(request), {}),
    countTokens: (request) => (note(request), {}),
    completeBatch: ({ requests }) => (requests.forEach(note), {}),
  });
  const { optimizer } = open(t, { address: server.address, agent: "a", group: "g" });
  await optimizer.complete({});
  await optimizer.complete({ options: { agentId: "a" } });
  await optimizer.complete({ options: { agentGroup: "own" } });
  await optimizer.complete({ options: { agentId: "b" } });
  await optimizer.embed({});
  await optimizer.countTokens({});
  await optimizer.completeBatch({ requests: [{}, { options: { agentId: "b" } }] });
  assert.deepEqual(groups, ["g", "g", "own", "", "g", "g", "g", ""]);
});

test("a client that was closed refuses every call, and may be closed again", async (t) => {
  const server = await serve(t, { complete: () => answer("hello") });
  const client = open(t, { address: server.address });
  await client.ask("fast", "hi");
  client.close();
  client[Symbol.dispose]();
  const { reason, message } = await failureOf(client.ask("fast", "hi"));
  assert.deepEqual([reason, message], ["CALL_CANCELLED", "The client was closed."]);
});

test("TLS with a trusted authority and a client's certificate connects", async (t) => {
  const { cert, key } = makeCertificate({ ip: [127, 0, 0, 1] });
  const { roots, keyFile } = files(t, { roots: cert, keyFile: key });
  const server = await serve(t, { complete: () => answer("hello") }, {
    tls: { cert, key, ca: cert, requestCert: true, rejectUnauthorized: true },
  });
  const proved = open(t, { address: server.address, tls: { roots, chain: roots, key: keyFile } });
  assert.equal(await proved.ask("fast", "hi"), "hello");
  const nameless = open(t, { address: server.address, tls: { roots }, retry: false });
  assert.equal((await failureOf(nameless.ask("fast", "hi"))).code, "UNAVAILABLE");
});

test("TLS with the wrong name is told in one sentence, and the right one can be said", async (t) => {
  const { cert, key } = makeCertificate({ dns: "admiral.test" });
  const { roots } = files(t, { roots: cert });
  const server = await serve(t, { complete: () => answer("hello") }, { tls: { cert, key } });
  const misled = open(t, { address: server.address, tls: { roots }, retry: false });
  const { code, message } = await failureOf(misled.ask("fast", "hi"));
  assert.equal(code, "UNAVAILABLE");
  assert.match(message, /^Admiral at 127\.0\.0\.1:\d+ cannot be reached: its certificate is for another name; use an address that it bears, or say tls\.serverName\. /);
  const told = open(t, { address: server.address, tls: { roots, serverName: "admiral.test" } });
  assert.equal(await told.ask("fast", "hi"), "hello");
});

test("TLS with an unknown authority is told in one sentence", async (t) => {
  const { cert, key } = makeCertificate({ ip: [127, 0, 0, 1] });
  const server = await serve(t, {}, { tls: { cert, key } });
  const stranger = open(t, { address: server.address, tls: true, retry: false });
  const { code, message } = await failureOf(stranger.ask("fast", "hi"));
  assert.equal(code, "UNAVAILABLE");
  assert.match(message, /cannot be reached: its certificate is from an authority that is not trusted here; give that authority's as tls\.roots\. /);
});

test("plaintext to a server of TLS, and the reverse, are told in one sentence", async (t) => {
  const { cert, key } = makeCertificate({ ip: [127, 0, 0, 1] });
  const secure = await serve(t, {}, { tls: { cert, key } });
  const plain = await serve(t, {});
  const { code, message } = await failureOf(open(t, { address: secure.address, retry: false }).ask("fast", "hi"));
  assert.equal(code, "UNAVAILABLE");
  assert.match(message, /^Admiral at .* cannot be reached: /);
  const reverse = await failureOf(open(t, { address: plain.address, tls: true, retry: false }).ask("fast", "hi"));
  assert.equal(reverse.code, "UNAVAILABLE");
  assert.match(reverse.message, /cannot be reached: it does not speak TLS there; leave tls out, or use the port where it does\.$/);
});

test("files of TLS that cannot be used are refused in one sentence", (t) => {
  const { garbled, cert } = files(t, { garbled: "nothing", ...makeCertificate({ dns: "a" }) });
  assert.throws(() => connect({ tls: { roots: "no-such.pem" } }), {
    name: "TypeError",
    message: "The file of the trusted certificates, no-such.pem, cannot be read: check its path and rights.",
  });
  assert.throws(() => connect({ tls: { chain: cert } }), /has only one of chain and key/);
  assert.throws(() => connect({ tls: { chain: cert, key: garbled } }), /^TypeError: The files of tls cannot be used: /);
});

test("a prompt takes further fields where it is spread", async (t) => {
  const server = await serve(t, {
    complete({ prompt: asked }) {
      assert.equal(asked?.messages.length, 2);
      assert.equal(asked?.tools[0]?.kind.case, "function");
      assert.equal(asked?.tools[0]?.kind.value?.name, "clock");
      return answer("noon");
    },
  });
  const { optimizer } = open(t, { address: server.address });
  const tools = [{ kind: { case: /** @type {const} */ ("function"), value: { name: "clock" } } }];
  assert.equal(textOf(await optimizer.complete({ prompt: { ...prompt("fast", "When?", "Be brief."), tools } })), "noon");
});

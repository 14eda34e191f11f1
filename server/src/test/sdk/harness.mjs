// What every case file shares: cases that report themselves, one JSON line each, and sights of the
// simulated vendor behind the server. Started as: node FILE.mjs BASE_URL VENDOR_URL PACKAGE.
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';

// Node.js 18 has it, but not where LangChain looks for it.
globalThis.crypto ??= webcrypto;

export const [base, vendor, packageName] = process.argv.slice(2);
export const key = 'sdk-suite-key';
export const patience = 20_000;

/** A prompt nobody sent before, unless the same words were asked for in this process. */
export const ask = (words, steer = '') =>
  `${words} (${packageName}, ${process.pid})` + (steer && ` [[sim: ${steer}]]`);

export const user = (content) => [{ role: 'user', content }];

export const unicode = 'Grüße, 世界! 👩‍👩‍👧‍👦 שלום ﷽ \u2028 e\u0301 𝔘𝔫𝔦 "\\/\t';

/** A red dot, as small as a PNG gets. */
export const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';

export const city = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};

export const person = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer' } },
  required: ['name', 'age'],
  additionalProperties: false,
};

/** Runs the cases in their order and prints how each ended. */
export async function run(cases) {
  for (const [name, body] of Object.entries(cases)) {
    let line = { name, ok: true, detail: '' };
    try {
      await within(patience, body());
    } catch (e) {
      line = { name, ok: false, detail: String(e?.stack ?? e) };
    }
    console.log(JSON.stringify(line));
  }
  // Clients keep connections, and some of them timers, which would keep the process.
  process.exit(0);
}

async function within(millis, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end within ${millis} ms`)), millis);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A fetch that remembers what it was asked and what came back. */
export function watchedFetch() {
  const requests = [];
  const watched = async (url, init) => {
    const request = { url: String(url), headers: new Headers(init?.headers), time: Date.now() };
    requests.push(request);
    const response = await fetch(url, init);
    request.status = response.status;
    request.answer = response.headers;
    return response;
  };
  return { requests, fetch: watched };
}

/** What the vendor counted. */
export async function vendorStats() {
  return (await fetch(vendor + '/sim/stats')).json();
}

/** How many calls the vendor took while the body ran. */
export async function vendorCalls(body) {
  const before = (await vendorStats()).accepted_calls;
  await body();
  return (await vendorStats()).accepted_calls - before;
}

/**
 * Runs what leaves a call that never ends by itself, and waits until the vendor sees it left: its
 * stalled and slow answers take far longer than anybody here is patient.
 */
export async function expectLeft(body) {
  assert.equal(await vendorCalls(body), 1);
  await until(async () => (await vendorStats()).open_calls === 0, 'the vendor goes on writing');
}

/** Waits until the vendor has a call in hand. */
export async function vendorBusy() {
  await until(async () => (await vendorStats()).open_calls === 1, 'the vendor was not asked');
}

async function until(condition, complaint) {
  const end = Date.now() + patience / 2;
  while (!(await condition())) {
    assert.ok(Date.now() < end, complaint);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What the promise was rejected with; fails when it was not. */
export async function failure(promise) {
  let value;
  try {
    value = await promise;
  } catch (e) {
    return e;
  }
  assert.fail('did not fail, but gave ' + JSON.stringify(value)?.slice(0, 300));
}

export async function all(stream) {
  const items = [];
  for await (const item of stream) {
    items.push(item);
  }
  return items;
}

/** That the answer says how it was served; a stream's begins before all of that is known. */
export function assertServed(headers, source) {
  assert.equal(headers.get('x-admiral-served'), source);
  assert.match(headers.get('x-admiral-model'), /^\w+\/.+/);
  assert.match(headers.get('x-admiral-request-id'), /\S/);
  if (headers.get('content-type').startsWith('application/json')) {
    assert.match(headers.get('x-admiral-overhead-ms'), /^\d+(\.\d+)?$/);
  }
}

/** That the answer says what it cost, exactly. */
export function assertCost(headers, free) {
  assert.match(headers.get('x-admiral-cost-usd'), /^\d+(\.\d+)?$/);
  assert.equal(Number(headers.get('x-admiral-cost-usd')) === 0, free);
}

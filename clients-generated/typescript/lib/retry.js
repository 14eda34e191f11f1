/** @import { RetryOptions } from "../index.d.ts" */
/** @import { AdmiralError } from "./error.js" */

/** @typedef {{ readonly [K in keyof RetryOptions]-?: number }} RetryPolicy */

/** @type {RetryPolicy} */
const DEFAULT = { maxTries: 5, firstDelayMs: 100, maxDelayMs: 2_000, rateLimitWaitMs: 0 };

/** A disk fills no emptier while a call waits, and a broken stream was paid for: its repeat is the caller's. */
const LASTING = new Set(["STORE_UNAVAILABLE", "STREAM_BROKEN"]);

/**
 * Checks what the caller set and adds what he did not.
 *
 * @param {RetryOptions | false | undefined} options
 * @returns {RetryPolicy}
 */
export function retryPolicy(options) {
  const policy = options === false ? { ...DEFAULT, maxTries: 1 } : withDefaults(options ?? {});
  const { maxTries, firstDelayMs, maxDelayMs, rateLimitWaitMs } = policy;
  if (!Number.isInteger(maxTries) || maxTries < 1 || maxTries > 100) {
    throw new RangeError(`retry.maxTries is ${maxTries}: use 1 to 100.`);
  }
  if (!(firstDelayMs > 0)) {
    throw new RangeError(`retry.firstDelayMs is ${firstDelayMs}: use more than zero.`);
  }
  if (!(maxDelayMs >= firstDelayMs)) {
    throw new RangeError(`retry.maxDelayMs ${maxDelayMs} is below firstDelayMs ${firstDelayMs}: use at least that.`);
  }
  if (!(rateLimitWaitMs >= 0)) {
    throw new RangeError(`retry.rateLimitWaitMs is ${rateLimitWaitMs}: use zero or more.`);
  }
  return policy;
}

/**
 * Returns how many milliseconds to wait before the next try; undefined if there is none.
 *
 * @param {RetryPolicy} policy
 * @param {number} tries tries so far, 1 and up
 * @param {AdmiralError} failure
 * @param {number} random 0 to 1, drawn evenly
 */
export function delayOf(policy, tries, failure, random) {
  if (tries >= policy.maxTries || !(mayPass(failure) || isShortRefusal(policy, failure))) {
    return undefined;
  }
  const span = Math.min(policy.firstDelayMs * 2 ** (tries - 1), policy.maxDelayMs);
  return Math.max(span * (0.5 + random / 2), failure.retryAfterMs ?? 0);
}

/**
 * Whether an equal call may succeed later, for no cause but the time that went by.
 *
 * @param {AdmiralError} failure
 */
function mayPass({ code, reason }) {
  return code === "UNAVAILABLE" && !LASTING.has(reason);
}

/**
 * @param {RetryPolicy} policy
 * @param {AdmiralError} failure
 */
function isShortRefusal({ rateLimitWaitMs }, { code, retryAfterMs }) {
  return code === "RESOURCE_EXHAUSTED" && rateLimitWaitMs > 0 && retryAfterMs !== undefined && retryAfterMs <= rateLimitWaitMs;
}

/**
 * @param {RetryOptions} options
 * @returns {RetryPolicy}
 */
function withDefaults({ maxTries, firstDelayMs, maxDelayMs, rateLimitWaitMs }) {
  const first = firstDelayMs ?? DEFAULT.firstDelayMs;
  return {
    maxTries: maxTries ?? DEFAULT.maxTries,
    firstDelayMs: first,
    maxDelayMs: maxDelayMs ?? Math.max(first, DEFAULT.maxDelayMs),
    rateLimitWaitMs: rateLimitWaitMs ?? DEFAULT.rateLimitWaitMs,
  };
}

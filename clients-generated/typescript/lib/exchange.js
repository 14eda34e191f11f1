import { toBinary } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { AdmiralError, cancelled, closed, failure, late, unfinished } from "./error.js";
import { delayOf } from "./retry.js";

/** @import { DescMessage, DescMethodStreaming, DescMethodUnary, MessageShape } from "@bufbuild/protobuf" */
/** @import { Transport } from "@connectrpc/connect" */
/** @import { RetryPolicy } from "./retry.js" */

/**
 * Time and chance, so that tests need neither.
 *
 * @typedef {{
 *   now: () => number,
 *   sleep: (ms: number, signal: AbortSignal) => Promise<void>,
 *   after: (ms: number, task: () => void) => () => void,
 *   random: () => number,
 * }} World
 */

/**
 * What all calls of a client share.
 *
 * @typedef {{
 *   transport: Transport,
 *   address: string,
 *   headers: Record<string, string>,
 *   world: World,
 *   running: Set<(why: AdmiralError) => void>,
 *   isClosed: boolean,
 * }} Link
 */

/**
 * How one call is made.
 *
 * @typedef {{
 *   deadlineMs: number,
 *   retry: RetryPolicy,
 *   signal: AbortSignal | undefined,
 *   isLast: ((message: any) => boolean) | undefined,
 * }} Terms
 */

/**
 * One call over all of its tries: the messages of the answer, then the end or an {@link AdmiralError}.
 *
 * A try is a call of the transport; a unary method's is a stream of one message, so that there is one
 * way for all. When a try fails before its first message and the policy allows, another takes its
 * place; after the first message the exchange and its last try are one. Nothing begins before the
 * first message is asked for, and a reader who waits with the next makes the sender wait.
 *
 * Four may end it early: the deadline, the caller's signal, the client's close, and a reader who leaves.
 * Each gives the reason to `stop`, which cancels the try or wakes the pause between two; what the
 * transport says of it then does not count. The transport's own deadline is not used: its timer outlives
 * a reader who leaves, and would keep the process. Whatever the end, nothing of the call is left running.
 *
 * @template {DescMessage} I
 * @template {DescMessage} O
 * @param {Link} link
 * @param {DescMethodUnary<I, O> | DescMethodStreaming<I, O>} method
 * @param {MessageShape<I>} request
 * @param {Terms} terms
 * @returns {AsyncIterableIterator<MessageShape<O>>}
 */
export function exchange(link, method, request, terms) {
  const leave = new AbortController();
  /** @type {AdmiralError | undefined} */
  let ended;
  /** @param {AdmiralError} why */
  const stop = (why) => {
    ended ??= why;
    leave.abort();
  };
  const messages = tries();
  return {
    next: () => messages.next(),
    return(value) {
      stop(cancelled(undefined));
      return messages.return(value);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };

  async function* tries() {
    const end = link.world.now() + terms.deadlineMs;
    const { signal } = terms;
    const onAbort = () => stop(cancelled(signal?.reason));
    if (link.isClosed) {
      throw closed();
    }
    if (signal?.aborted) {
      throw cancelled(signal.reason);
    }
    const disarm =
      terms.deadlineMs === Infinity ? undefined : link.world.after(terms.deadlineMs, () => stop(late(link.address)));
    signal?.addEventListener("abort", onAbort);
    link.running.add(stop);
    try {
      for (let number = 1; ; number++) {
        let heard = false;
        try {
          for await (const message of attempt(end)) {
            heard = true;
            yield message;
            // What the transport has in hand already is not for a reader who left.
            if (ended !== undefined) {
              throw ended;
            }
          }
          return;
        } catch (error) {
          const wait = pause(error, heard, number, end);
          await link.world.sleep(wait, leave.signal);
          if (ended !== undefined) {
            throw ended;
          }
        }
      }
    } finally {
      disarm?.();
      link.running.delete(stop);
      signal?.removeEventListener("abort", onAbort);
      leave.abort();
    }
  }

  /**
   * @param {number} end
   * @returns {AsyncGenerator<MessageShape<O>>}
   */
  async function* attempt(end) {
    const left = end - link.world.now();
    const { message } = await link.transport.stream(
      // The transport looks at the messages' types only.
      /** @type {DescMethodStreaming<I, O>} */ (/** @type {unknown} */ (method)),
      leave.signal,
      undefined,
      left === Infinity ? link.headers : { ...link.headers, "grpc-timeout": `${Math.max(1, Math.ceil(left))}m` },
      once(request),
    );
    let whole = terms.isLast === undefined;
    for await (const next of message) {
      whole ||= terms.isLast?.(next) === true;
      yield next;
    }
    if (!whole) {
      throw unfinished();
    }
  }

  /**
   * Returns how long to wait before the next try.
   *
   * @param {unknown} error
   * @param {boolean} heard
   * @param {number} number
   * @param {number} end
   */
  function pause(error, heard, number, end) {
    if (ended !== undefined) {
      throw ended;
    }
    const failed = error instanceof AdmiralError ? error : failure(ConnectError.from(error), link.address);
    // The server resets a call at its deadline, which may be heard before the timer here has run.
    if (failed.reason === "" && link.world.now() >= end) {
      throw late(link.address);
    }
    if (failed.code === "INTERNAL" && !heard) {
      checkRequest();
    }
    const wait = heard ? undefined : delayOf(terms.retry, number, failed, link.world.random());
    if (wait === undefined || wait >= end - link.world.now()) {
      throw failed;
    }
    return wait;
  }

  /** A request that cannot be written fails as if the server had: then it is the caller who must know. */
  function checkRequest() {
    try {
      toBinary(method.input, request);
    } catch (error) {
      throw new TypeError(`The call cannot be sent: ${/** @type {Error} */ (error).message}`);
    }
  }
}

/**
 * @template T
 * @param {T} message
 */
async function* once(message) {
  yield message;
}

import { Code } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema, QuotaFailureSchema, RetryInfoSchema } from "../gen/google/rpc/error_details_pb.js";

/** @import { ConnectError } from "@connectrpc/connect" */
/** @import { CodeName } from "../index.d.ts" */

const DOMAIN = "optimizer.admiral.dev";

/** What the codes of gRPC are called, by number. */
const CODES = /** @type {const} */ ([
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
]);

/**
 * The reasons that codes imply where no server gave one.
 *
 * @type {Partial<Record<CodeName, string>>}
 */
const IMPLIED = {
  DEADLINE_EXCEEDED: "DEADLINE_EXCEEDED",
  CANCELLED: "CALL_CANCELLED",
  UNIMPLEMENTED: "NOT_IMPLEMENTED",
};

/** What Node.js calls a certificate that it does not trust. */
const UNTRUSTED =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE|INVALID_CA|ERR_TLS_CERT)/;

export class AdmiralError extends Error {
  /**
   * @param {CodeName} code
   * @param {string} message
   * @param {{
   *   reason?: string | undefined,
   *   retryAfterMs?: number | undefined,
   *   metadata?: Record<string, string> | undefined,
   *   fields?: { field: string, description: string }[],
   *   quota?: { subject: string, description: string }[],
   *   cause?: unknown,
   * }} [details]
   */
  constructor(code, message, details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "AdmiralError";
    this.code = code;
    this.reason = details.reason ?? IMPLIED[code] ?? "";
    this.retryAfterMs = details.retryAfterMs;
    this.metadata = Object.freeze(details.metadata ?? {});
    this.fields = Object.freeze(details.fields ?? []);
    this.quota = Object.freeze(details.quota ?? []);
  }
}

/** @param {unknown} cause */
export function cancelled(cause) {
  return new AdmiralError("CANCELLED", "The call was cancelled.", { cause });
}

/** @param {string} address */
export function late(address) {
  return new AdmiralError("DEADLINE_EXCEEDED", `The deadline passed before Admiral at ${address} answered.`);
}

export function closed() {
  return new AdmiralError("CANCELLED", "The client was closed.");
}

/** A stream that ends well without its last event has failed all the same. */
export function unfinished() {
  return new AdmiralError("UNAVAILABLE", "The stream ended before the answer was complete.", {
    reason: "STREAM_BROKEN",
  });
}

/**
 * Reads the failure of a call to the server at an address.
 *
 * @param {ConnectError} error
 * @param {string} address
 * @returns {AdmiralError}
 */
export function failure(error, address) {
  const info = error.findDetails(ErrorInfoSchema).find(({ domain }) => domain === DOMAIN);
  const heard = error.metadata.has("grpc-status");
  const [code, sentence] = heard
    ? [nameOf(error.code), describe(nameOf(error.code), error.rawMessage, address)]
    : unheard(error, address);
  const delay = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  return new AdmiralError(code, info === undefined ? sentence : error.rawMessage, {
    reason: info?.reason,
    retryAfterMs: delay && Number(delay.seconds) * 1000 + Math.ceil(delay.nanos / 1e6),
    metadata: info && { ...info.metadata },
    fields: error
      .findDetails(BadRequestSchema)
      .flatMap(({ fieldViolations }) => fieldViolations)
      .map(({ field, description }) => ({ field, description })),
    quota: error
      .findDetails(QuotaFailureSchema)
      .flatMap(({ violations }) => violations)
      .map(({ subject, description }) => ({ subject, description })),
    cause: heard ? undefined : error.cause,
  });
}

/**
 * Says what happened where something other than Admiral's own code spoke gRPC.
 *
 * @param {CodeName} code
 * @param {string} detail
 * @param {string} address
 */
function describe(code, detail, address) {
  const why = detail === "" ? code : detail;
  switch (code) {
    case "UNAVAILABLE":
      return `Admiral at ${address} cannot be reached: ${why}`;
    case "DEADLINE_EXCEEDED":
      return `The deadline passed before Admiral at ${address} answered.`;
    case "CANCELLED":
      return "The call was cancelled.";
    case "UNIMPLEMENTED":
      return `Admiral at ${address} does not know this method: ${full(why)} It may be older than this client.`;
    default:
      return why;
  }
}

/**
 * Classifies and says what went wrong where nobody spoke gRPC: the words of Node.js and of the
 * transport are for engineers, and some of its codes are for servers.
 *
 * @param {ConnectError} error
 * @param {string} address
 * @returns {[CodeName, string]}
 */
function unheard(error, address) {
  const at = `Admiral at ${address}`;
  const root = rootOf(error);
  if (error.rawMessage.includes("missing status")) {
    return [
      "INTERNAL",
      `${at} answered without the end that gRPC needs: something between this client and Admiral, such as a proxy, does not pass on HTTP/2 trailers.`,
    ];
  }
  if (root?.code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return [
      "UNAVAILABLE",
      `${at} cannot be reached: its certificate is for another name; use an address that it bears, or say tls.serverName. ${full(root.message)}`,
    ];
  }
  if (UNTRUSTED.test(root?.code ?? "")) {
    return [
      "UNAVAILABLE",
      `${at} cannot be reached: its certificate is from an authority that is not trusted here; give that authority's as tls.roots. ${full(root?.message ?? "")}`,
    ];
  }
  if (root?.code === "CERT_HAS_EXPIRED" || root?.code === "CERT_NOT_YET_VALID") {
    return ["UNAVAILABLE", `${at} cannot be reached: its certificate is not valid at this time; renew it, or check this machine's clock.`];
  }
  if (root?.code === "ERR_SSL_WRONG_VERSION_NUMBER") {
    return ["UNAVAILABLE", `${at} cannot be reached: it does not speak TLS there; leave tls out, or use the port where it does.`];
  }
  if (root?.code === "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED") {
    return ["UNAVAILABLE", `${at} cannot be reached: it asks clients for a certificate; give yours as tls.chain and tls.key.`];
  }
  if (root?.code === "ERR_HTTP2_ERROR") {
    return ["UNAVAILABLE", `${at} cannot be reached: what answers there does not speak as this client does; check the port, and whether it wants TLS. ${full(root.message)}`];
  }
  if (root?.code === "ECONNRESET") {
    return ["UNAVAILABLE", `${at} cannot be reached: the connection was closed before an answer came; if it speaks TLS only, say tls.`];
  }
  if (error.rawMessage === "HTTP 404") {
    return [
      "UNIMPLEMENTED",
      `${at} cannot be reached: what answers there does not speak gRPC; is it Admiral's HTTP port, or a proxy? gRPC has a port of its own, 50051 unless configured.`,
    ];
  }
  if (root?.code === "ECONNREFUSED") {
    return ["UNAVAILABLE", `${at} cannot be reached: connection refused; start it, or check the address.`];
  }
  if (root?.code !== undefined) {
    return ["UNAVAILABLE", `${at} cannot be reached: ${root.message || root.code}`];
  }
  switch (error.code) {
    // Nobody here cancelled, so the connection went away beneath the call.
    case Code.Canceled:
    case Code.Aborted:
      return ["UNAVAILABLE", `${at} cannot be reached: the connection was lost.`];
    case Code.InvalidArgument:
    case Code.Internal:
    case Code.Unknown:
      return ["INTERNAL", `${at} did not answer as gRPC does: ${error.rawMessage}`];
    default:
      return [nameOf(error.code), describe(nameOf(error.code), error.rawMessage, address)];
  }
}

/**
 * Returns the error of Node.js that began it all, if one did.
 *
 * @param {Error} error
 * @returns {{ code: string, message: string } | undefined}
 */
function rootOf(error) {
  /** @type {{ code: string, message: string } | undefined} */
  let root;
  for (let next = error.cause; next instanceof Error; next = next.cause) {
    if ("code" in next && typeof next.code === "string") {
      root = { code: next.code, message: next.message };
    }
  }
  return root;
}

/** @param {Code} code */
function nameOf(code) {
  return CODES[code] ?? "UNKNOWN";
}

/** @param {string} text */
function full(text) {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

import type { DescMethodServerStreaming, DescMethodUnary, DescService, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { CacheService, CallService, CompleteResponse, ErrorReason, EventService, FleetService, LedgerService, Money, OptimizerService, Role, SettingsService } from "./gen/v1.js";

/**
 * Returns a client, through which an agent makes its model calls. Make one and keep it: any number of
 * calls may run at once; it connects at the first and connects anew by itself.
 *
 * @throws TypeError or RangeError, in one sentence, if a setting cannot be used
 */
export declare function connect(options?: ConnectOptions): Admiral;

/** Settings of a client; each may be left out. */
export interface ConnectOptions {
  /** The server: `host`, `host:port` or `[ipv6]:port`. The default is 127.0.0.1:50051. */
  address?: string | undefined;
  /** The key this client shows; it is not printed anywhere. The default is none. */
  key?: string | undefined;
  /** The agent that calls, where a call names none; the server's default is "anonymous". */
  agent?: string | undefined;
  /** The group of that agent, for reports. */
  group?: string | undefined;
  /** How long a call has, over all of its tries, in milliseconds, above 0 and at most 99,999,999. The default is 10 minutes. */
  deadlineMs?: number | undefined;
  /** When a failed call is tried again; `false` is never. */
  retry?: RetryOptions | false | undefined;
  /** Encrypts the connection; `true` trusts the authorities that Node.js trusts. The default is plaintext, which is taken to loopback only. */
  tls?: TlsOptions | boolean | undefined;
  /** Allows plaintext to other machines, for networks that protect what they carry. */
  plaintextBeyondLoopback?: boolean | undefined;
}

/**
 * When a failed call is tried again: only before its first message, within its deadline, and for what
 * passes by itself (UNAVAILABLE). Calls whose repeat the cache does not cover get a random request_id,
 * so that nothing is paid twice; Embed, CreateKey, CreateBudget and RollBackChange are tried once.
 */
export interface RetryOptions {
  /** Most tries of a call, the first included, 1 to 100. The default is 5. */
  maxTries?: number | undefined;
  /** The span of the first wait, doubled with every try; each wait is drawn between half and the whole. The default is 100. */
  firstDelayMs?: number | undefined;
  /** The longest span. The default is 2,000. */
  maxDelayMs?: number | undefined;
  /** Also try again what a limit refused, if the server asks for a wait of at most this. The default, 0, leaves refusals to the caller. */
  rateLimitWaitMs?: number | undefined;
}

/** Files of TLS, PEM; they are read when a client is made. */
export interface TlsOptions {
  /** The authorities that are trusted, and no others. */
  roots?: string | undefined;
  /** The certificate by which this client proves who it is, then those that vouch for it. */
  chain?: string | undefined;
  /** Its private key, without a password. */
  key?: string | undefined;
  /** The name that the server's certificate must bear, if it is not that of the address. */
  serverName?: string | undefined;
}

/** Settings of one call. */
export interface CallSettings {
  /** Cancels the call, all the way to the provider. */
  signal?: AbortSignal | undefined;
  /** How long this call has, as {@link ConnectOptions.deadlineMs}. */
  deadlineMs?: number | undefined;
}

/** A connection to Admiral. All calls fail with {@link AdmiralError}, or with a TypeError if what is asked cannot be sent. */
export interface Admiral {
  /** Asks a model, or an alias such as "fast", and returns the text of its answer. */
  ask(model: string, text: string, settings?: CallSettings): Promise<string>;
  /** Asks likewise and gives the text piece by piece as it arrives; leaving the loop cancels the call. */
  askStream(model: string, text: string, settings?: CallSettings): AsyncGenerator<string, void, undefined>;
  /** Model calls, health, statistics and what was learned. */
  readonly optimizer: ServiceClient<typeof OptimizerService>;
  /** Agents, keys, budgets and limits. */
  readonly fleet: ServiceClient<typeof FleetService>;
  /** What was paid and what was saved. */
  readonly ledger: ServiceClient<typeof LedgerService>;
  /** The response cache. */
  readonly cache: ServiceClient<typeof CacheService>;
  /** Settings that were changed while the server runs. */
  readonly settings: ServiceClient<typeof SettingsService>;
  /** What became of the latest calls. */
  readonly calls: ServiceClient<typeof CallService>;
  /** What happens in the fleet; watching has no deadline unless a call sets one. */
  readonly events: ServiceClient<typeof EventService>;
  /** Ends the connection; calls that run fail with CALL_CANCELLED, and so does every call made after. */
  close(): void;
  [Symbol.dispose](): void;
}

/**
 * The methods of a service. A request is a message or a plain object of its fields. A stream begins
 * when it is read; leaving its loop cancels the call.
 */
export type ServiceClient<S extends DescService> = {
  readonly [M in keyof S["method"]]: S["method"][M] extends DescMethodUnary<infer I, infer O>
    ? (request: MessageInitShape<I>, settings?: CallSettings) => Promise<MessageShape<O>>
    : S["method"][M] extends DescMethodServerStreaming<infer I, infer O>
      ? (request: MessageInitShape<I>, settings?: CallSettings) => AsyncIterableIterator<MessageShape<O>>
      : never;
};

/** A call that failed. The message says what was wrong and what to do, and holds nothing of prompts, answers or keys. */
export declare class AdmiralError extends Error {
  private constructor();
  /** The status code of gRPC. */
  readonly code: CodeName;
  /** Why, as the server sent it, also if this client is too old to know it; empty if nobody said. */
  readonly reason: keyof typeof ErrorReason | "" | (string & {});
  /** How long to wait before a repeat, where the server knows. */
  readonly retryAfterMs: number | undefined;
  /** Every variable of the message by name, such as `model` and `nearest`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The fields at fault, for a malformed call. */
  readonly fields: readonly { readonly field: string; readonly description: string }[];
  /** Which limits refused, and whose they are. */
  readonly quota: readonly { readonly subject: string; readonly description: string }[];
}

/** What gRPC calls its status codes. */
export type CodeName =
  | "OK"
  | "CANCELLED"
  | "UNKNOWN"
  | "INVALID_ARGUMENT"
  | "DEADLINE_EXCEEDED"
  | "NOT_FOUND"
  | "ALREADY_EXISTS"
  | "PERMISSION_DENIED"
  | "RESOURCE_EXHAUSTED"
  | "FAILED_PRECONDITION"
  | "ABORTED"
  | "OUT_OF_RANGE"
  | "UNIMPLEMENTED"
  | "INTERNAL"
  | "UNAVAILABLE"
  | "DATA_LOSS"
  | "UNAUTHENTICATED";

/** The plain form of a prompt: add what else it needs, as in `{ ...prompt("fast", "Hello"), tools: [tool] }`. */
export interface Question {
  model: string;
  messages: { role: Role; parts: { kind: { case: "text"; value: { text: string } } }[] }[];
}

/** Returns a prompt of one question, after instructions if there are any. */
export declare function prompt(model: string, text: string, instructions?: string): Question;

/** Returns the text of an answer, all of its text parts joined; empty if it has none. */
export declare function textOf(answer: Pick<CompleteResponse, "completion">): string;

/** Prints an amount with every digit that is not a trailing zero and two decimals at least, such as "0.0015"; nothing is "0.00". */
export declare function dollars(amount: Pick<Money, "units" | "pico"> | undefined): string;

/** An amount of dollars, as a field of a request takes it: units plus pico parts (1e-12) of a unit, both of one sign. */
export interface Dollars {
  currencyCode: "USD";
  units: bigint;
  pico: bigint;
}

/**
 * Returns an amount of dollars by its text, such as "0.05", exactly.
 *
 * @throws TypeError if that is no decimal number; RangeError for more than 12 decimals, or more dollars than 64 bits hold
 */
export declare function money(text: string): Dollars;

import { randomUUID } from "node:crypto";
import { clone, create, isMessage } from "@bufbuild/protobuf";
import {
  CachePolicy_Mode,
  CallOptionsSchema,
  CompleteBatchRequestSchema,
  CompleteRequestSchema,
  CountTokensRequestSchema,
  EmbedRequestSchema,
  StreamRequestSchema,
} from "../gen/v1.js";

/** @import { DescMessage, Message, MessageShape } from "@bufbuild/protobuf" */
/** @import { CallOptions } from "../gen/v1.js" */

/**
 * What a client adds to the requests of its agent.
 *
 * @typedef {{ agent: string, group: string, retries: boolean }} Caller
 */

/**
 * Returns the request with what the client adds to it; the caller's own is left as it is.
 *
 * @template {DescMessage} I
 * @param {Caller} caller
 * @param {I} schema
 * @param {MessageShape<I>} request
 * @returns {MessageShape<I>}
 */
export function prepare(caller, schema, request) {
  if (!parts(request).some((part) => isGroupMissing(caller, part.options) || isIdMissing(caller, part))) {
    return request;
  }
  const prepared = clone(schema, request);
  for (const part of parts(prepared)) {
    if (isGroupMissing(caller, part.options)) {
      part.options ??= create(CallOptionsSchema);
      part.options.agentGroup = caller.group;
    }
    if (isIdMissing(caller, part)) {
      part.requestId = randomUUID();
    }
  }
  return prepared;
}

/**
 * Returns what of a request has options: the request, those of a batch, or nothing.
 *
 * @param {Message} request
 * @returns {(Message & { options?: CallOptions | undefined, requestId?: string })[]}
 */
function parts(request) {
  if (isMessage(request, CompleteBatchRequestSchema)) {
    return request.requests;
  }
  return isMessage(request, CompleteRequestSchema) ||
    isMessage(request, StreamRequestSchema) ||
    isMessage(request, EmbedRequestSchema) ||
    isMessage(request, CountTokensRequestSchema)
    ? [request]
    : [];
}

/**
 * @param {Caller} caller
 * @param {CallOptions | undefined} options
 */
function isGroupMissing({ agent, group }, options) {
  const other = Boolean(options?.agentId) && options?.agentId !== agent;
  return group !== "" && !other && !options?.agentGroup;
}

/**
 * Whether a repeat of the call could be paid a second time for want of a cached answer.
 *
 * @param {Caller} caller
 * @param {Message} part
 */
function isIdMissing({ retries }, part) {
  if (!retries || !(isMessage(part, CompleteRequestSchema) || isMessage(part, StreamRequestSchema)) || part.requestId !== "") {
    return false;
  }
  const sampling = part.prompt?.sampling;
  const policy = part.options?.cachePolicy;
  switch (policy?.mode) {
    case CachePolicy_Mode.BYPASS:
    case CachePolicy_Mode.REFRESH:
      return true;
    case CachePolicy_Mode.ONLY:
      return false;
    default:
      return ((sampling?.temperature ?? 0) > 0 || (sampling?.candidateCount ?? 1) > 1) && !policy?.includeSampled;
  }
}

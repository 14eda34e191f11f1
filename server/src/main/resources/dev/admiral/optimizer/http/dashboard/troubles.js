// What is wrong now, in plain sentences, worst first: nothing is judged here that the contract does
// not say.

import { dayAndTime, failed, long, percent, reason, timeOfDay, words } from './format.js';

/** Failures older than this are history. */
const RECENT_SECONDS = 300;

/** The part of a limit that is nearly all of it. */
const NEARLY = 0.9;

/** Says what is wrong; an empty list says that nothing is. Whatever is not known is left out. */
export function troubles({ health, models, limits, failures, now }) {
  const found = [];
  if (health) {
    if (health.state === 'HEALTH_STATE_NOT_SERVING') {
      found.push({ kind: 'bad', text: 'No call can be answered now.', href: '#/health' });
    }
    for (const part of health.parts) {
      if (part.state !== 'HEALTH_STATE_SERVING') {
        const state = part.state === 'HEALTH_STATE_NOT_SERVING' ? 'does not work' : part.state === 'HEALTH_STATE_DEGRADED' ? 'works in part' : 'is not known yet';
        found.push({
          kind: part.state === 'HEALTH_STATE_NOT_SERVING' ? 'bad' : 'warn',
          subject: part.name,
          text: ` ${state} since ${timeOfDay(part.sinceTime)}${part.reason ? `: ${plain(part.reason)}` : ''}`,
          href: '#/health',
        });
      }
    }
  }
  for (const model of models ?? []) {
    const name = `${model.provider}/${model.name}`;
    const state = words(model.circuitBreaker?.state, 'STATE_');
    const rate = model.circuitBreaker?.attemptCount ? ` ${percent(model.circuitBreaker.failureRate)} of its last ${model.circuitBreaker.attemptCount} attempts failed` : '';
    if (state === 'open' || (!model.circuitBreaker && !model.available)) {
      const wait = model.circuitBreaker?.retryTime ? (Date.parse(model.circuitBreaker.retryTime) - now) / 1000 : null;
      const again = wait === null ? '' : wait > 0 ? `; it is tried again in ${long(wait)}` : '; it is tried again with the next call';
      found.push({ kind: 'bad', subject: name, text: ` has an open circuit:${rate || ' its attempts failed'}${again}.`, href: modelHref(model.provider, model.name) });
    } else if (state === 'half open') {
      found.push({ kind: 'warn', subject: name, text: ` has a half-open circuit:${rate || ' it failed before'}.`, href: modelHref(model.provider, model.name) });
    }
  }
  for (const limit of limits ?? []) {
    const used = usedPart(limit);
    if (used >= NEARLY) {
      const left = BigInt(limit.availableCount);
      found.push({
        kind: left <= 0n ? 'bad' : 'warn',
        subject: limit.subject,
        text: left <= 0n ? ` has used up its ${limit.name}; calls wait or are refused.` : ` has ${left} left of its ${limit.burstCount} ${limit.name}.`,
        href: limit.subject.startsWith('agent/') ? agentHref(limit.subject.slice(6)) : '#/',
      });
    }
  }
  found.push(...failing(failures ?? [], now));
  return found.sort((a, b) => (a.kind === b.kind ? 0 : a.kind === 'bad' ? -1 : 1));
}

/** One sentence for each agent some of whose latest calls failed. */
function failing(calls, now) {
  const agents = new Map();
  for (const call of calls) {
    const age = (now - Date.parse(call.createTime)) / 1000;
    if (failed(call.failure) && age <= RECENT_SECONDS) {
      const seen = agents.get(call.agentId) ?? { count: 0, latest: call };
      seen.count++;
      agents.set(call.agentId, seen);
    }
  }
  return [...agents.entries()]
    .sort((a, b) => b[1].count - a[1].count)
    .map(([agent, { count, latest }]) => ({
      kind: 'warn',
      subject: agent || 'An agent without a name',
      text: `: ${count === 1 ? 'one call' : `${count} calls`} failed in the last five minutes, the latest at ${timeOfDay(latest.createTime)} (${reason(latest.failure)}).`,
      href: agent ? agentHref(agent) : '#/calls',
    }));
}

/** The part of a limit that cannot be taken now, 0 to 1. */
export function usedPart(limit) {
  const burst = Number(limit.burstCount);
  return burst > 0 ? Math.max(0, Math.min(1, 1 - Number(limit.availableCount) / burst)) : 0;
}

/** Stands for the agents, or models, beyond those that are told apart. */
const OTHERS = '(others)';

export const agentHref = (name) => (name && name !== OTHERS ? `#/agents/${encodeURIComponent(name)}` : null);
export const modelHref = (provider, name) => `#/models/${encodeURIComponent(provider)}/${encodeURIComponent(name)}`;
export const callHref = (id) => `#/calls/${encodeURIComponent(id)}`;

/** A sentence with the contract's reasons in plain words. */
export const plain = (text) => text.replace(/ERROR_REASON_\w+/g, reason);

/** When something is, with its day only if that is not today. */
export function when(instant) {
  return new Date(instant).toDateString() === new Date().toDateString() ? timeOfDay(instant) : dayAndTime(instant);
}

// Parts that several pages show.

import { post } from './api.js';
import { confirm, h } from './dom.js';
import { ago, count, dollars, exactDollars, failed, percent, reason, seconds, source, time, timeOfDay, words } from './format.js';
import { table } from './table.js';
import { agentHref, callHref, modelHref, usedPart, when } from './troubles.js';

const total = (row) => row.stats;

/** Columns of a set of calls. */
function statsColumns() {
  return [
    { id: 'calls', label: 'Calls', number: true, value: (row) => BigInt(total(row).callCount), text: (row) => count(total(row).callCount), data: (row) => total(row).callCount },
    { id: 'saved', label: 'Saved', number: true, value: (row) => total(row).savedRate, text: (row) => percent(total(row).savedRate), part: (row) => total(row).savedRate },
    { id: 'spent', label: 'Spent', number: true, value: (row) => BigInt(total(row).spentAmount), text: (row) => dollars(total(row).spentAmount), title: (row) => exactDollars(total(row).spentAmount), data: (row) => total(row).spentAmount },
    { id: 'failed', label: 'Failed', number: true, low: 1, value: (row) => BigInt(total(row).failureCount), text: (row) => count(total(row).failureCount), kind: (row) => (total(row).failureCount !== '0' ? 'bad' : 'muted'), data: (row) => total(row).failureCount },
    { id: 'p50', label: 'p50', number: true, low: 1, value: (row) => seconds(total(row).latency?.p50), text: (row) => time(total(row).latency?.p50) },
    { id: 'p95', label: 'p95', number: true, low: 2, value: (row) => seconds(total(row).latency?.p95), text: (row) => time(total(row).latency?.p95) },
    { id: 'p99', label: 'p99', number: true, low: 2, value: (row) => seconds(total(row).latency?.p99), text: (row) => time(total(row).latency?.p99) },
  ];
}

/** Agents with their calls. */
export function agentTable(options = {}) {
  return table({
    label: 'Agents',
    key: (row) => row.agentId,
    sort: 'calls',
    empty: 'No agent has called yet.',
    columns: [
      { id: 'agent', label: 'Agent', head: true, value: (row) => row.agentId, text: (row) => row.agentId || '(no name)', href: (row) => agentHref(row.agentId) },
      ...statsColumns(),
      ...(options.extra ?? []),
    ],
    ...options,
  });
}

/** Models with the calls they answered. */
export function modelTable(options = {}) {
  return table({
    label: 'Models',
    key: (row) => `${row.provider}/${row.model}`,
    sort: 'calls',
    empty: 'No model has answered yet.',
    columns: [
      { id: 'model', label: 'Model', head: true, value: (row) => `${row.provider}/${row.model}`, text: (row) => [row.provider, row.model].filter(Boolean).join('/'), title: (row) => `${row.provider}/${row.model}`, href: (row) => (row.provider ? modelHref(row.provider, row.model) : null) },
      ...statsColumns(),
      ...(options.extra ?? []),
    ],
    ...options,
  });
}

/** Limits with what is used and left. */
export function limitTable() {
  return table({
    label: 'Limits',
    key: (row) => `${row.subject} ${row.name}`,
    sort: 'used',
    empty: 'No limit is set, or nobody it is for has called.',
    most: 12,
    columns: [
      { id: 'subject', label: 'Whose', head: true, value: (row) => row.subject, text: (row) => row.subject, href: (row) => (row.subject.startsWith('agent/') ? agentHref(row.subject.slice(6)) : null) },
      { id: 'name', label: 'What', low: 1, text: (row) => row.name },
      { id: 'used', label: 'Used', number: true, value: usedPart, text: (row) => percent(usedPart(row)), part: usedPart, kind: (row) => (usedPart(row) >= 0.9 ? 'warn' : null) },
      { id: 'left', label: 'Left', number: true, value: (row) => BigInt(row.availableCount), text: (row) => `${count(row.availableCount)} of ${count(row.burstCount)}`, data: (row) => row.availableCount },
      { id: 'refused', label: 'Refused', number: true, low: 1, value: (row) => BigInt(row.refusedCount), text: (row) => count(row.refusedCount), kind: (row) => (row.refusedCount !== '0' ? 'bad' : 'muted') },
    ],
  });
}

const BREAKER = { open: ['open', 'state-bad', 0], 'half open': ['half-open', 'state-warn', 1], closed: ['closed', 'state-good', 2] };

/** How the circuit breaker of a model stands, in words. */
export function breakerOf(model) {
  return BREAKER[words(model.circuitBreaker?.state, 'STATE_')] ?? ['never asked', 'muted', 3];
}

/** Circuit breakers of the models that were asked. */
export function breakerTable() {
  return table({
    label: 'Circuit breakers',
    key: (row) => `${row.provider}/${row.name}`,
    sort: 'state',
    descending: false,
    empty: 'No model was asked yet.',
    most: 8,
    columns: [
      { id: 'model', label: 'Model', head: true, value: (row) => `${row.provider}/${row.name}`, text: (row) => `${row.provider}/${row.name}`, href: (row) => modelHref(row.provider, row.name) },
      { id: 'state', label: 'Breaker', value: (row) => breakerOf(row)[2] - (row.circuitBreaker?.failureRate ?? 0), text: (row) => breakerOf(row)[0], kind: (row) => breakerOf(row)[1] },
      { id: 'rate', label: 'Failing', number: true, value: (row) => row.circuitBreaker?.failureRate ?? 0, text: (row) => (row.circuitBreaker?.attemptCount ? `${percent(row.circuitBreaker.failureRate)} of ${row.circuitBreaker.attemptCount}` : ''), title: () => 'Of the latest attempts' },
      { id: 'retry', label: 'Tried again', low: 1, text: (row) => (row.circuitBreaker?.retryTime ? `at ${timeOfDay(row.circuitBreaker.retryTime)}` : '') },
    ],
  });
}

/** What the fleet has learned from failures. */
export function lessonTable(options = {}) {
  return table({
    label: 'Failures seen',
    key: (row) => `${row.provider}/${row.model} ${row.reason}`,
    sort: 'count',
    empty: 'No provider has failed yet.',
    most: 12,
    columns: [
      { id: 'model', label: 'Model', head: true, value: (row) => `${row.provider}/${row.model}`, text: (row) => `${row.provider}/${row.model}`, href: (row) => modelHref(row.provider, row.model) },
      { id: 'reason', label: 'How it failed', value: (row) => row.reason, text: (row) => `${reason(row.reason)}${row.httpStatus ? ` (${row.httpStatus})` : ''}` },
      { id: 'count', label: 'Times', number: true, value: (row) => BigInt(row.count), text: (row) => count(row.count), data: (row) => row.count },
      { id: 'agents', label: 'Agents', number: true, low: 1, value: (row) => BigInt(row.agentCount), text: (row) => count(row.agentCount) },
      { id: 'last', label: 'Last', number: true, low: 1, value: (row) => row.lastSeenTime, text: (row) => ago(row.lastSeenTime) },
    ],
    ...options,
  });
}

/** What callers reported of the answers they got. */
export function outcomeTable(options = {}) {
  return table({
    label: 'Reported outcomes',
    key: (row) => `${row.provider}/${row.model} ${row.taskType}`,
    sort: 'good',
    empty: 'Nobody has reported on an answer yet.',
    most: 12,
    columns: [
      { id: 'model', label: 'Model', head: true, value: (row) => `${row.provider}/${row.model}`, text: (row) => `${row.provider}/${row.model}`, href: (row) => modelHref(row.provider, row.model) },
      { id: 'task', label: 'Task', low: 1, value: (row) => row.taskType, text: (row) => row.taskType },
      { id: 'good', label: 'Good', number: true, value: (row) => BigInt(row.goodCount), text: (row) => count(row.goodCount), data: (row) => row.goodCount },
      { id: 'bad', label: 'Bad', number: true, value: (row) => BigInt(row.badCount), text: (row) => count(row.badCount), data: (row) => row.badCount },
      { id: 'score', label: 'Score', number: true, value: (row) => row.meanScore ?? -1, text: (row) => (row.scoreCount === '0' ? '' : row.meanScore.toFixed(3)), title: () => 'Mean, 0 to 1' },
      { id: 'agents', label: 'Agents', number: true, low: 1, value: (row) => BigInt(row.agentCount), text: (row) => count(row.agentCount) },
      { id: 'last', label: 'Last', number: true, low: 1, value: (row) => row.lastSeenTime, text: (row) => ago(row.lastSeenTime) },
    ],
    ...options,
  });
}

/** The latest calls. */
export function callTable(options = {}) {
  return table({
    label: 'Calls',
    key: (row) => row.callId,
    empty: 'No call has ended yet.',
    columns: [
      { id: 'time', label: 'Time', head: true, text: (row) => when(row.createTime), href: (row) => callHref(row.callId), title: (row) => row.callId },
      { id: 'agent', label: 'Agent', text: (row) => row.agentId || '(no name)', href: (row) => agentHref(row.agentId) },
      { id: 'model', label: 'Model', low: 1, text: (row) => (row.model ? `${row.provider}/${row.model}` : row.requestedModel), href: (row) => (row.model ? modelHref(row.provider, row.model) : null) },
      { id: 'served', label: 'Served', text: (row) => (failed(row.failure) ? reason(row.failure) : source(row.served?.source)), kind: (row) => (failed(row.failure) ? 'bad' : `chip ${source(row.served?.source).replace(' ', '-')}`) },
      { id: 'took', label: 'Took', number: true, text: (row) => time(row.duration) },
      { id: 'cost', label: 'Cost', number: true, text: (row) => costOf(row.cost), title: (row) => (row.cost ? exactDollars(row.cost.chargedAmount) : null) },
    ],
    ...options,
  });
}

/** What a call was charged, in a word if that is not known. */
export function costOf(cost) {
  return !cost ? '' : cost.state === 'STATE_UNKNOWN' ? 'unknown' : `${cost.state === 'STATE_ESTIMATED' ? '≈ ' : ''}${dollars(cost.chargedAmount)}`;
}

/** A button that removes answers from the cache, for those whose key may; null for others. */
export function removal(app, { label, title, text, selector }) {
  if (!app.me.operator) {
    return null;
  }
  const remove = async () => {
    if (await confirm({ title, text, action: 'Remove' })) {
      try {
        const { entryCount } = await post('cache/invalidate', selector);
        app.say(entryCount === '1' ? 'One answer was removed.' : `${count(entryCount)} answers were removed.`);
        app.refresh();
      } catch (error) {
        app.say(`Nothing was removed: ${error.message}.`);
      }
    }
  };
  return h('div', { class: 'actions' }, h('button', { type: 'button', class: 'danger', click: remove }, label));
}

/** Small facts side by side: [label, text, remark, data]. What has no text is left out. */
export function facts(list) {
  return h('dl', { class: 'facts' }, list
    .filter(([, text]) => text !== null && text !== undefined && text !== '')
    .map(([label, text, remark, data]) => h('div', { 'data-fact': label },
      h('dt', {}, label),
      h('dd', { class: text.length > 15 ? 'long' : null }, h('data', { value: data ?? null }, text), remark ? h('small', {}, ` ${remark}`) : null))));
}

/** The facts of a set of calls. */
export function statsFacts(stats) {
  return facts([
    ['Calls', count(stats.callCount), null, stats.callCount],
    ['Saved', percent(stats.savedRate), `${count(stats.savedCallCount)} calls`, stats.savedCallCount],
    ['Failed', count(stats.failureCount), null, stats.failureCount],
    ['Spent', dollars(stats.spentAmount), null, stats.spentAmount],
    ['Not spent', dollars(stats.savedAmount), null, stats.savedAmount],
    ['From memory', count(stats.memoryHitCount), percent(stats.memoryHitRate)],
    ['From disk', count(stats.diskHitCount), percent(stats.diskHitRate)],
    ['Joined', count(stats.coalescedCount)],
    ['Upstream', count(stats.upstreamCount)],
    ['Unpriced', stats.unpricedCount === '0' ? null : count(stats.unpricedCount), 'price not known'],
    ['p50', time(stats.latency?.p50)],
    ['p95', time(stats.latency?.p95)],
    ['p99', time(stats.latency?.p99)],
    ['Slowest', time(stats.latency?.max)],
    ['Our part, p99', time(stats.overhead?.p99)],
  ]);
}

// How the server is, part by part.

import { get } from '../api.js';
import { facts, removal } from '../blocks.js';
import { block, h, setAttribute, setText } from '../dom.js';
import { ago, bytes, count, long, percent, seconds, words } from '../format.js';
import { table } from '../table.js';
import { plain } from '../troubles.js';

const STATES = {
  HEALTH_STATE_SERVING: ['works', 'state-good'],
  HEALTH_STATE_DEGRADED: ['works in part', 'state-warn'],
  HEALTH_STATE_NOT_SERVING: ['does not work', 'state-bad'],
};
const stateOf = (name) => STATES[name] ?? ['not known yet', 'muted'];

export function healthPage(app) {
  const verdict = h('p', { class: 'body' });
  const figures = h('div');
  const parts = table({
    label: 'Parts', key: (row) => row.name, empty: 'No part has told of itself yet.',
    columns: [
      { id: 'name', label: 'Part', head: true, value: (row) => row.name, text: (row) => row.name },
      { id: 'state', label: 'State', value: (row) => row.state, text: (row) => stateOf(row.state)[0], kind: (row) => stateOf(row.state)[1] },
      { id: 'since', label: 'Since', low: 1, value: (row) => row.sinceTime, text: (row) => ago(row.sinceTime) },
      { id: 'reason', label: 'Why', text: (row) => plain(row.reason), title: (row) => row.reason, kind: () => 'wrap' },
    ],
  });
  const tiers = table({
    label: 'Cache', key: (row) => row.kind,
    columns: [
      { id: 'name', label: 'Tier', head: true, text: (row) => words(row.kind, 'KIND_') },
      { id: 'entries', label: 'Answers', number: true, text: (row) => count(row.entryCount), data: (row) => row.entryCount },
      { id: 'size', label: 'Size', number: true, text: (row) => `${bytes(row.sizeBytes)} of ${bytes(row.limitBytes)}`, part: (row) => Number(row.sizeBytes) / Math.max(1, Number(row.limitBytes)) },
      { id: 'hits', label: 'Hits', number: true, low: 1, text: (row) => count(row.hitCount), data: (row) => row.hitCount },
      { id: 'misses', label: 'Misses', number: true, low: 1, text: (row) => count(row.missCount) },
      { id: 'evicted', label: 'Dropped', number: true, low: 1, text: (row) => count(row.evictionCount) },
    ],
  });
  const clear = removal(app, {
    label: 'Remove all answers',
    title: 'Remove every cached answer?',
    text: 'All answers of this tenant leave memory and disk. Equal calls go to a provider again and are paid for.',
    selector: { all: {} },
  });
  return {
    title: 'Health',
    element: h('div', { class: 'page' },
      h('div', { class: 'head' }, h('h1', {}, 'Health')),
      block('The server', { id: 'server', wide: true, children: [verdict, figures] }),
      block('Parts', { id: 'parts', wide: true, children: [parts.element] }),
      block('Cache', { id: 'cache', wide: true, tools: clear, children: [tiers.element] })),
    snapshot({ stats, health }) {
      const [text, kind] = stateOf(health.state);
      setText(verdict, `It ${text}.`);
      setAttribute(verdict, 'class', `body ${kind}`);
      const own = health.figures;
      figures.replaceChildren(facts([
        ['Version', health.version],
        ['Running for', own ? long(seconds(own.uptimeDuration)) : ago(health.startTime).replace(' ago', '')],
        ['Calls in flight', count(own?.inFlightCount ?? stats.inFlightCount)],
        ['Heap', own ? bytes(own.heapUsedBytes) : null, own ? `of ${bytes(own.heapLimitBytes)}` : null],
        ['Memory of the process', own && own.residentBytes !== '0' ? bytes(own.residentBytes) : null],
        ['Processors used', own?.processorRate === undefined ? null : percent(own.processorRate)],
        ['Failed', percent(own?.failureRate ?? 0), 'of the calls', null],
        ['Saved', percent(own?.savedRate ?? stats.total.savedRate), 'of the answers'],
        ['Emergency', own?.emergency ? 'yes: no call can be answered' : null],
      ].filter(([label]) => label !== 'Failed' || own)));
      parts.set(health.parts);
    },
    stop() {},
    polls: [[3000, async (signal) => tiers.set((await get('cache', {}, signal)).tiers)]],
  };
}

/** A state in one word for the top of the page. */
export function pill(state) {
  return { HEALTH_STATE_SERVING: ['serving', 'good'], HEALTH_STATE_DEGRADED: ['degraded', 'warn'], HEALTH_STATE_NOT_SERVING: ['not serving', 'bad'] }[state] ?? [words(state, 'HEALTH_STATE_') || 'unknown', ''];
}

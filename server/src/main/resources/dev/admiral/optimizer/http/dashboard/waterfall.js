// Where the time of a call went, one bar for each step.

import { h, svg } from './dom.js';
import { failed, reason, seconds, timeOf, words } from './format.js';

const WIDTH = 1000;

const SAID = {
  coalesce: 'waited with an equal call',
  disk: 'looked on disk',
  route: 'chose the model',
  attempt: 'asked',
  settle: 'entered in the ledger',
};

/** Draws the steps of a call; null if nothing is known of them. */
export function waterfall(call) {
  const steps = (call.steps ?? []).map((step) => ({ ...step, name: words(step.kind, 'KIND_'), start: seconds(step.startOffset), length: seconds(step.duration) }));
  if (!steps.length) {
    return null;
  }
  const total = seconds(call.duration);
  const first = Math.min(0, ...steps.map((step) => step.start));
  const last = Math.max(total, ...steps.map((step) => step.start + step.length));
  const span = last - first || 1;
  const at = (time) => ((time - first) / span) * WIDTH;
  const tries = (call.served?.attempts ?? []).slice();

  const rows = steps.map((step) => {
    const attempt = step.name === 'attempt' ? tries.shift() : null;
    const toFirst = attempt?.timeToFirstToken ? seconds(attempt.timeToFirstToken) : null;
    const bar = (start, length, kind) =>
      svg('rect', { x: at(start), y: 1, width: Math.max(2.5, (length / span) * WIDTH), height: 12, rx: 1.5, class: kind });
    const kind = failed(step.failure) ? 'fault' : `step-${step.name}`;
    return h('tr', {},
      h('th', { scope: 'row' }, said(step), failed(step.failure) ? h('span', { class: 'bad' }, ` ${reason(step.failure)}`) : null),
      h('td', { class: 'lane' },
        svg('svg', { viewBox: `0 0 ${WIDTH} 14`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
          svg('line', { x1: at(0), x2: at(0), y1: 0, y2: 14, class: 'zero' }),
          bar(step.start, step.length, kind),
          toFirst !== null && toFirst < step.length ? bar(step.start + toFirst, step.length - toFirst, 'answering') : null)),
      h('td', { class: 'number low1' }, timeOf(step.start)),
      h('td', { class: 'number' }, timeOf(step.length)));
  });
  return h('div', { class: 'scroll' },
    h('table', { class: 'waterfall', 'aria-label': 'Steps of the call' },
      h('thead', {}, h('tr', {},
        h('th', { scope: 'col' }, 'Step'),
        h('th', { scope: 'col', class: 'lane' }, h('span', { class: 'muted' }, `0 to ${timeOf(total)}`)),
        h('th', { scope: 'col', class: 'number low1' }, 'Began at'),
        h('th', { scope: 'col', class: 'number' }, 'Took'))),
      h('tbody', {}, rows)));
}

function said(step) {
  if (step.name === 'queue') {
    return step.detail.startsWith('before') ? `waited ${step.detail}` : `asked the limits of ${step.detail}`;
  }
  return [SAID[step.name] ?? step.name, step.name === 'attempt' ? step.detail : ''].filter(Boolean).join(' ');
}

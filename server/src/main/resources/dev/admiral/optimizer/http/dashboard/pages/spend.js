// What was paid and what was not, by day, agent or model.

import { get } from '../api.js';
import { facts } from '../blocks.js';
import { block, h, svg } from '../dom.js';
import { count, dollars, exactDollars, long, percent, seconds, shareOf } from '../format.js';
import { table } from '../table.js';
import { agentHref, modelHref } from '../troubles.js';

const GROUPINGS = [['day', 'By day'], ['agent', 'By agent'], ['model', 'By model']];
const DAY_MILLIS = 86_400_000;
const DAYS_AT_FIRST = 30;

const paid = (row) => BigInt(row.exactAmount) + BigInt(row.estimatedAmount);
const calls = (row) => BigInt(row.exactCallCount) + BigInt(row.estimatedCallCount) + BigInt(row.unpricedCallCount);

export function spendPage(app, grouping = 'day') {
  const chosen = GROUPINGS.some(([id]) => id === grouping) ? grouping : 'day';
  const day = (time) => new Date(time).toISOString().slice(0, 10);
  const from = h('input', { type: 'date', value: day(Date.now() - (DAYS_AT_FIRST - 1) * DAY_MILLIS), change: () => app.refresh() });
  const to = h('input', { type: 'date', value: day(Date.now()), change: () => app.refresh() });
  const sums = h('div');
  const bars = h('div', { class: 'body', hidden: chosen !== 'day' });
  const list = table({
    label: 'Spend', key: (row) => row.group, sort: chosen === 'day' ? 'group' : 'paid', empty: 'Nothing was paid or saved in this time.',
    columns: [
      { id: 'group', label: { day: 'Day, UTC', agent: 'Agent', model: 'Model' }[chosen], head: true, value: (row) => row.group, text: (row) => row.group || '(no name)', href: (row) => hrefOf(chosen, row.group) },
      { id: 'paid', label: 'Spent', number: true, value: paid, text: (row) => dollars(paid(row)), title: (row) => exactDollars(paid(row)), data: (row) => String(paid(row)) },
      { id: 'saved', label: 'Not spent', number: true, value: (row) => BigInt(row.savedAmount), text: (row) => dollars(row.savedAmount), title: (row) => exactDollars(row.savedAmount), data: (row) => row.savedAmount },
      { id: 'part', label: 'Saved', number: true, value: (row) => shareOf(row.savedAmount, paid(row)), text: (row) => percent(shareOf(row.savedAmount, paid(row))), part: (row) => shareOf(row.savedAmount, paid(row)) },
      { id: 'calls', label: 'Upstream', number: true, low: 1, value: calls, text: (row) => count(calls(row)) },
      { id: 'without', label: 'Saved calls', number: true, low: 1, value: (row) => BigInt(row.savedCallCount), text: (row) => count(row.savedCallCount) },
      { id: 'estimated', label: 'Estimated', number: true, low: 2, value: (row) => BigInt(row.estimatedAmount), text: (row) => (row.estimatedCallCount === '0' ? '' : `${dollars(row.estimatedAmount)} (${count(row.estimatedCallCount)})`) },
      { id: 'in', label: 'Tokens in', number: true, low: 2, value: (row) => BigInt(row.usage?.inputTokenCount ?? 0), text: (row) => count(row.usage?.inputTokenCount) },
      { id: 'out', label: 'Tokens out', number: true, low: 2, value: (row) => BigInt(row.usage?.outputTokenCount ?? 0), text: (row) => count(row.usage?.outputTokenCount) },
    ],
  });
  const choices = h('div', { class: 'choices' },
    GROUPINGS.map(([id, label]) => h('a', { href: `#/spend/${id}`, 'aria-current': id === chosen ? 'true' : null }, id === chosen ? h('b', {}, label) : label)),
    h('label', {}, 'from', from), h('label', {}, 'to', to));
  return {
    title: 'Spend',
    element: h('div', { class: 'page' },
      h('div', { class: 'head' }, h('h1', {}, 'Spend'), h('span', { class: 'muted' }, 'from the ledger; days are UTC')),
      block('Together', { id: 'sum', wide: true, children: [choices, sums] }),
      block(GROUPINGS.find(([id]) => id === chosen)[1], { id: 'rows', wide: true, children: [bars, list.element] })),
    stop() {},
    polls: [[5000, async (signal) => {
      const report = await get('report', {
        grouping: `REPORT_GROUPING_${chosen.toUpperCase()}`,
        startTime: from.value ? `${from.value}T00:00:00Z` : '',
        endTime: to.value ? `${day(Date.parse(to.value) + DAY_MILLIS)}T00:00:00Z` : '',
      }, signal);
      const sum = report.total;
      list.set(report.rows);
      sums.replaceChildren(facts([
        ['Spent', dollars(paid(sum)), null, String(paid(sum))],
        ['Not spent', dollars(sum.savedAmount), percent(shareOf(sum.savedAmount, paid(sum))), sum.savedAmount],
        ['Saved calls', count(sum.savedCallCount), null, sum.savedCallCount],
        ['Waiting spared', sum.savedDuration ? long(seconds(sum.savedDuration)) : null],
        ['Upstream calls', count(calls(sum))],
        ['Of that estimated', sum.estimatedCallCount === '0' ? null : dollars(sum.estimatedAmount), sum.estimatedCallCount === '1' ? 'one call' : `${count(sum.estimatedCallCount)} calls`],
        ['Without a price', sum.unpricedCallCount === '0' ? null : count(sum.unpricedCallCount), 'calls'],
      ]));
      if (chosen === 'day') {
        bars.replaceChildren(drawn(report.rows), h('p', { class: 'key-of' }, h('span', {}, h('i'), 'spent'), h('span', {}, h('i', { class: 'kept' }), 'not spent')));
      }
    }]],
  };
}

function hrefOf(grouping, group) {
  const slash = group.indexOf('/');
  return grouping === 'agent' ? agentHref(group) : grouping === 'model' && slash > 0 ? modelHref(group.slice(0, slash), group.slice(slash + 1)) : null;
}

/** Days side by side, what was spent below what was not. */
function drawn(rows) {
  const most = rows.reduce((high, row) => { const sum = paid(row) + BigInt(row.savedAmount); return sum > high ? sum : high; }, 1n);
  const height = (pico) => Number((BigInt(pico) * 150_000n) / most) / 1000;
  const slots = Math.max(rows.length, DAYS_AT_FIRST);
  return svg('svg', { class: 'bars', viewBox: `0 0 ${slots * 20} 152`, preserveAspectRatio: 'none', role: 'img', 'aria-label': 'Spent and not spent, day by day; the figures are in the table' },
    rows.flatMap((row, i) => {
      const spent = height(paid(row));
      const saved = height(row.savedAmount);
      return [
        svg('rect', { class: 'paid', x: i * 20 + 2, y: 151 - spent, width: 16, height: spent }, svg('title', {}, `${row.group}: ${dollars(paid(row))} spent`)),
        svg('rect', { class: 'kept', x: i * 20 + 2, y: 151 - spent - saved, width: 16, height: saved }, svg('title', {}, `${row.group}: ${dollars(row.savedAmount)} not spent`)),
      ];
    }));
}

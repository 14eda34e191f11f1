// The first page: what was saved, what is wrong, and what goes on.

import { get } from '../api.js';
import { agentTable, breakerTable, callTable, lessonTable, limitTable, modelTable, outcomeTable } from '../blocks.js';
import { rateChart } from '../chart.js';
import { block, h, setAttribute, setText } from '../dom.js';
import { eventList } from './events.js';
import { count, dollars, exactDollars, long, percent, rate, seconds, shareOf, timeOf } from '../format.js';
import { troubles } from '../troubles.js';

const SHOWN = 8;

export function overview(app) {
  const saved = savedBlock();
  const wrong = troublesBlock();
  const chart = rateChart(app.history);
  const now = h('span', { class: 'muted note' });
  const tables = {
    agents: agentTable({ most: SHOWN }),
    models: modelTable({ most: SHOWN }),
    limits: limitTable(),
    breakers: breakerTable(),
    lessons: lessonTable({ most: SHOWN }),
    outcomes: outcomeTable({ most: SHOWN }),
    calls: callTable({ most: SHOWN }),
  };
  const events = eventList(app, { most: 40 });
  const link = (href, text) => h('a', { href }, text);
  const blocks = {
    agents: block('Agents', { id: 'agents', tools: link('#/agents', 'All agents'), children: [tables.agents.element] }),
    models: block('Models', { id: 'models', tools: link('#/models', 'All models'), children: [tables.models.element] }),
    limits: block('Limits', { id: 'limits', children: [h('div', { class: 'used' }, tables.limits.element)] }),
    breakers: block('Circuit breakers', { id: 'breakers', children: [tables.breakers.element] }),
    lessons: block('Learned from failures', { id: 'lessons', children: [tables.lessons.element] }),
    outcomes: block('Reported outcomes', { id: 'outcomes', children: [tables.outcomes.element] }),
    calls: block('Latest calls', { id: 'calls', tools: link('#/calls', 'All calls'), children: [tables.calls.element] }),
    events: block('Events', { id: 'events', tools: link('#/events', 'All events'), children: [events.element] }),
  };
  const chartBlock = block('Calls per second', { id: 'rates', wide: true, tools: now, children: [chart.element] });
  const element = h('div', { class: 'page' }, saved.element, wrong.element, chartBlock,
    h('div', { class: 'stack' }, blocks.agents, blocks.limits, blocks.lessons, blocks.outcomes, blocks.calls),
    h('div', { class: 'stack' }, blocks.models, blocks.breakers, blocks.events));
  const known = {};

  function judge() {
    known.health = app.latest?.health;
    wrong.set({ ...known, now: Date.now() });
  }

  return {
    title: 'Overview',
    element,
    snapshot(snapshot) {
      chart.update();
      const total = snapshot.stats.total;
      setText(now, `${count(snapshot.stats.inFlightCount)} in flight · ${count(total.callCount)} calls since the start`);
      judge();
    },
    stop() {
      chart.destroy();
      events.stop();
    },
    polls: [
      [1000, async (signal) => saved.set(await get('report', { startTime: `${new Date().toISOString().slice(0, 10)}T00:00:00Z` }, signal))],
      [2000, async (signal) => {
        const [agents, models] = await Promise.all([
          get('stats', { grouping: 'STATS_GROUPING_AGENT', pageSize: 1000 }, signal),
          get('stats', { grouping: 'STATS_GROUPING_MODEL', pageSize: 1000 }, signal),
        ]);
        tables.agents.set(agents.rows);
        tables.models.set(models.rows);
      }],
      [2000, async (signal) => {
        known.models = (await get('models', { pageSize: 1000 }, signal)).models;
        const asked = known.models.filter((model) => model.circuitBreaker || !model.available);
        tables.breakers.set(asked);
        judge();
      }],
      [2000, app.optional(blocks.limits, async (signal) => {
        known.limits = (await get('limits', { pageSize: 1000 }, signal)).limits;
        tables.limits.set(known.limits);
        judge();
      })],
      [2000, app.optional(blocks.calls, async (signal) => {
        tables.calls.set((await get('calls', { pageSize: SHOWN }, signal)).calls);
        known.failures = (await get('calls', { pageSize: 200, failedOnly: true }, signal)).calls;
        judge();
      })],
      [5000, async (signal) => {
        const [failures, feedback] = await Promise.all([
          get('learning', { 'failures.pageSize': 100 }, signal),
          get('learning', { 'feedback.pageSize': 100 }, signal),
        ]);
        tables.lessons.set(failures.failures.failures);
        tables.outcomes.set(feedback.feedback.feedback);
      }],
    ],
  };
}

function savedBlock() {
  const figure = (id, label, kind) => {
    const value = h('data', { 'data-figure': id }, '–');
    const more = h('dd', { class: 'remark' });
    return { value, more, element: h('div', { class: `figure ${kind}` }, h('dt', {}, label), h('dd', {}, value), more) };
  };
  const calls = figure('saved-calls', 'calls no provider was asked for', '');
  const money = figure('saved-dollars', 'dollars not spent', 'money');
  const time = figure('saved-seconds', 'of waiting spared', '');
  const row = h('dl', { class: 'saved' }, calls.element, money.element, time.element);
  const element = block('Saved today', { id: 'saved', note: 'since midnight UTC', children: [row] });
  const show = (one, value, text, exact, remark) => {
    setText(one.value, text);
    setAttribute(one.value, 'class', text.length > 10 ? 'longer' : null);
    setAttribute(one.value, 'value', value);
    setAttribute(one.value, 'title', exact);
    setText(one.more, remark);
  };
  return {
    element,
    set(report) {
      const sum = report.total;
      const paid = BigInt(sum.exactCallCount) + BigInt(sum.estimatedCallCount) + BigInt(sum.unpricedCallCount);
      const spent = BigInt(sum.exactAmount) + BigInt(sum.estimatedAmount);
      const part = shareOf(sum.savedCallCount, paid);
      show(calls, sum.savedCallCount, count(sum.savedCallCount), null, `${percent(part)} of all; ${count(paid)} went to a provider`);
      show(money, sum.savedAmount, dollars(sum.savedAmount), exactDollars(sum.savedAmount), `${percent(shareOf(sum.savedAmount, spent))} of the bill; ${dollars(spent)} was spent`);
      time.element.hidden = !sum.savedDuration;
      row.classList.toggle('two', !sum.savedDuration);
      if (sum.savedDuration) {
        const length = seconds(sum.savedDuration);
        const each = BigInt(sum.savedCallCount) > 0n ? length / Number(sum.savedCallCount) : 0;
        show(time, sum.savedDuration, length < 60 ? timeOf(length) : long(length), `${rate(length)} s`, `${timeOf(each)} for each saved call`);
      }
    },
  };
}

function troublesBlock() {
  const list = h('ul', { class: 'troubles', 'aria-live': 'polite', tabindex: '0', 'aria-label': 'What is wrong now' });
  const element = block('Wrong now', { id: 'troubles', children: [list] });
  let said = '';
  return {
    element,
    set(known) {
      const found = troubles(known);
      if (!found.length) {
        const looked = [known.health && 'every part works', known.models && 'no breaker is open', known.limits && 'no limit is nearly used up', known.failures && 'no call failed in the last five minutes'].filter(Boolean);
        found.push({ kind: 'good', text: looked.length ? `Nothing: ${looked.join(', ')}.` : 'Looking…' });
      }
      const saying = JSON.stringify(found);
      if (saying !== said) {
        said = saying;
        list.replaceChildren(...found.map(({ kind, subject, text, href }) => h('li', { class: kind }, subject ? h('a', { href }, subject) : null, text)));
      }
    },
  };
}

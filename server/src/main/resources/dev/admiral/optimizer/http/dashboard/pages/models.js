// All models, and one of them.

import { all, get } from '../api.js';
import { breakerOf, callTable, facts, lessonTable, modelTable, outcomeTable, removal, statsFacts } from '../blocks.js';
import { block, h } from '../dom.js';
import { count, dollars, percent, timeOfDay } from '../format.js';
import { table } from '../table.js';

const CALLS_LOOKED_THROUGH = 1000;

export function modelsPage() {
  const offered = new Map();
  const known = (row) => offered.get(`${row.provider}/${row.model}`);
  const list = modelTable({
    filter: 'Find a model (press /)',
    extra: [
      { id: 'breaker', label: 'Breaker', low: 1, value: (row) => (known(row) ? breakerOf(known(row))[2] : 9), text: (row) => (known(row) ? breakerOf(known(row))[0] : ''), kind: (row) => (known(row) ? breakerOf(known(row))[1] : null) },
      { id: 'input', label: '$ per M in', number: true, low: 2, value: (row) => BigInt(first(known(row), 'inputPerMillionTokens') ?? 0), text: (row) => price(known(row), 'inputPerMillionTokens') },
      { id: 'output', label: '$ per M out', number: true, low: 2, value: (row) => BigInt(first(known(row), 'outputPerMillionTokens') ?? 0), text: (row) => price(known(row), 'outputPerMillionTokens') },
    ],
  });
  const aliases = table({
    label: 'Aliases', key: (row) => row.name, sort: 'name', descending: false, empty: 'No alias is configured.',
    columns: [
      { id: 'name', label: 'Alias', head: true, value: (row) => row.name, text: (row) => row.name },
      { id: 'models', label: 'Stands for, best first', text: (row) => row.models.join(', '), kind: () => 'wrap' },
    ],
  });
  return {
    title: 'Models',
    element: h('div', { class: 'page' },
      h('div', { class: 'head' }, h('h1', {}, 'Models'), h('span', { class: 'muted' }, 'calls since the server started')),
      block('Models', { id: 'models', wide: true, children: [list.element] }),
      block('Aliases', { id: 'aliases', wide: true, children: [aliases.element] })),
    stop() {},
    polls: [
      [2000, async (signal) => {
        const [stats, page, names] = await Promise.all([
          get('stats', { grouping: 'STATS_GROUPING_MODEL', pageSize: 1000 }, signal),
          get('models', { pageSize: 1000 }, signal),
          get('aliases', { pageSize: 1000 }, signal),
        ]);
        page.models.forEach((model) => offered.set(`${model.provider}/${model.name}`, model));
        list.set(stats.rows);
        aliases.set(names.aliases);
      }],
    ],
  };
}

function price(model, field) {
  return !model ? '' : model.prices.length ? dollars(first(model, field)) : 'unknown';
}

/** The price of short prompts. */
function first(model, field) {
  return model?.prices[0]?.[field];
}

export function modelPage(app, provider, name) {
  const lessons = lessonTable({ empty: 'It has not failed yet.' });
  const outcomes = outcomeTable({ empty: 'Nobody has reported on its answers yet.' });
  const calls = callTable({ most: 25 });
  const callsBlock = block('Latest calls', { id: 'calls', wide: true, note: `among the latest ${count(CALLS_LOOKED_THROUGH)} of all`, children: [calls.element] });
  const about = h('div');
  const figures = h('div');
  const actions = removal(app, {
    label: 'Remove its cached answers',
    title: `Remove all answers of ${provider}/${name}?`,
    text: 'Equal calls go to a provider again and are paid for.',
    selector: { model: { provider, model: name } },
  });
  return {
    title: name,
    element: h('div', { class: 'page' },
      h('div', { class: 'head' }, h('h1', {}, `${provider}/${name}`), h('span', { class: 'muted' }, 'model'), actions),
      block('Since the server started', { id: 'stats', wide: true, children: [figures] }),
      block('The model', { id: 'model', children: [about] }),
      block('Learned from its failures', { id: 'lessons', children: [lessons.element] }),
      block('Reported of its answers', { id: 'outcomes', children: [outcomes.element] }),
      callsBlock),
    stop() {},
    polls: [
      [2000, async (signal) => {
        const row = (await get('stats', { grouping: 'STATS_GROUPING_MODEL', pageSize: 1000 }, signal)).rows.find((one) => one.provider === provider && one.model === name);
        figures.replaceChildren(row ? statsFacts(row.stats) : h('p', { class: 'muted empty' }, 'It has answered no call yet.'));
      }],
      [2000, async () => {
        const model = (await all('models', 'models')).find((one) => one.provider === provider && one.name === name);
        if (!model) {
          about.replaceChildren(h('p', { class: 'muted empty' }, 'It is in no list of this server; a provider may know it all the same.'));
          return;
        }
        const [state, kind] = breakerOf(model);
        about.replaceChildren(
          h('p', { class: 'body' }, h('span', { class: kind }, state), model.circuitBreaker?.retryTime ? `, tried again at ${timeOfDay(model.circuitBreaker.retryTime)}` : ''),
          facts([
            ['Failing of late', model.circuitBreaker?.attemptCount ? percent(model.circuitBreaker.failureRate) : null, `of ${model.circuitBreaker?.attemptCount} attempts`],
            ['Input, a million', price(model, 'inputPerMillionTokens'), 'tokens', first(model, 'inputPerMillionTokens')],
            ['Output, a million', price(model, 'outputPerMillionTokens'), 'tokens', first(model, 'outputPerMillionTokens')],
            ['Context', model.contextTokenCount === '0' ? null : count(model.contextTokenCount), 'tokens'],
          ]));
      }],
      [5000, async (signal) => {
        const [failures, feedback] = await Promise.all([
          get('learning', { 'failures.provider': provider, 'failures.model': name }, signal),
          get('learning', { 'feedback.provider': provider, 'feedback.model': name }, signal),
        ]);
        lessons.set(failures.failures.failures);
        outcomes.set(feedback.feedback.feedback);
      }],
      [3000, app.optional(callsBlock, async (signal) => {
        const latest = (await get('calls', { pageSize: CALLS_LOOKED_THROUGH }, signal)).calls;
        calls.set(latest.filter((call) => call.provider === provider && call.model === name));
      })],
    ],
  };
}

// All agents, and one of them.

import { all, get } from '../api.js';
import { agentTable, callTable, facts, limitTable, modelTable, removal, statsFacts } from '../blocks.js';
import { block, h } from '../dom.js';
import { ago, count, dayAndTime, dollars } from '../format.js';

export function agentsPage() {
  const seen = new Map();
  const list = agentTable({
    filter: 'Find an agent (press /)',
    extra: [
      { id: 'group', label: 'Group', low: 2, value: (row) => seen.get(row.agentId)?.group ?? '', text: (row) => seen.get(row.agentId)?.group ?? '' },
      { id: 'last', label: 'Last seen', number: true, low: 1, value: (row) => seen.get(row.agentId)?.lastSeenTime ?? '', text: (row) => (seen.has(row.agentId) ? ago(seen.get(row.agentId).lastSeenTime) : '') },
    ],
  });
  return {
    title: 'Agents',
    element: h('div', { class: 'page' },
      h('div', { class: 'head' }, h('h1', {}, 'Agents'), h('span', { class: 'muted' }, 'calls since the server started')),
      block('Agents', { id: 'agents', wide: true, children: [list.element] })),
    stop() {},
    polls: [
      [2000, async (signal) => list.set((await get('stats', { grouping: 'STATS_GROUPING_AGENT', pageSize: 1000 }, signal)).rows)],
      [5000, async () => (await all('agents', 'agents')).forEach((agent) => seen.set(agent.agentId, agent))],
    ],
  };
}

export function agentPage(app, name) {
  const models = modelTable({ most: 12 });
  const calls = callTable({ most: 25 });
  const limits = limitTable();
  const blocks = {
    limits: block('Limits', { id: 'limits', children: [h('div', { class: 'used' }, limits.element)] }),
    calls: block('Latest calls', { id: 'calls', wide: true, children: [calls.element] }),
  };
  const about = h('div');
  const figures = h('div');
  const actions = removal(app, {
    label: 'Remove its own cached answers',
    title: `Remove the answers kept for ${name} alone?`,
    text: 'Its next calls go to a provider again and are paid for. Answers that the whole fleet shares stay.',
    selector: { agent: { agentId: name } },
  });
  return {
    title: name,
    element: h('div', { class: 'page' },
      h('div', { class: 'head' }, h('h1', {}, name || '(no name)'), h('span', { class: 'muted' }, 'agent'), actions),
      block('Since the server started', { id: 'stats', wide: true, children: [figures] }),
      block('Models that answered it', { id: 'models', children: [models.element] }),
      h('div', { class: 'stack' }, block('Of all time', { id: 'agent', children: [about] }), blocks.limits),
      blocks.calls),
    stop() {},
    polls: [
      [2000, async (signal) => {
        const stats = await get('stats', { agentId: name, grouping: 'STATS_GROUPING_MODEL', pageSize: 1000 }, signal);
        figures.replaceChildren(statsFacts(stats.total));
        models.set(stats.rows);
      }],
      [5000, async (signal) => {
        const { agent } = await get('agent', { agentId: name }, signal);
        about.replaceChildren(facts([
          ['Group', agent.group],
          ['Calls', count(agent.callCount), null, agent.callCount],
          ['Spent', dollars(agent.spentAmount), null, agent.spentAmount],
          ['Not spent', dollars(agent.savedAmount), null, agent.savedAmount],
          ['First seen', dayAndTime(agent.createTime)],
          ['Last seen', ago(agent.lastSeenTime)],
        ]));
      }],
      [2000, app.optional(blocks.limits, async () => {
        const own = (await all('limits', 'limits')).filter((limit) => limit.subject === `agent/${name}`);
        blocks.limits.hidden = !own.length;
        limits.set(own);
      })],
      [2000, app.optional(blocks.calls, async (signal) => calls.set((await get('calls', { agentId: name, pageSize: 25 }, signal)).calls))],
    ],
  };
}

// The latest calls, and one of them.

import { get } from '../api.js';
import { callTable, costOf, facts } from '../blocks.js';
import { block, h, setText } from '../dom.js';
import { count, dayAndTime, dollars, exactDollars, failed, reason, source, time, timeOfDay } from '../format.js';
import { table } from '../table.js';
import { agentHref, modelHref } from '../troubles.js';
import { waterfall } from '../waterfall.js';

export function callsPage(app) {
  const list = callTable({ filter: 'Find among these (press /)' });
  const only = h('input', { type: 'checkbox', change: () => app.refresh() });
  const absent = h('p', { class: 'muted empty', hidden: true }, 'This version of the server does not keep its latest calls.');
  const shown = block('Latest calls', { id: 'calls', wide: true, children: [h('div', { class: 'choices' }, h('label', {}, only, 'only those that failed')), list.element] });
  return {
    title: 'Calls',
    element: h('div', { class: 'page' },
      h('div', { class: 'head' }, h('h1', {}, 'Calls'), h('span', { class: 'muted' }, 'finished, newest first; the latest are kept in memory')), shown, absent),
    stop() {},
    polls: [[2000, app.optional(shown, async (signal) => list.set((await get('calls', { pageSize: 200, failedOnly: only.checked }, signal)).calls), () => { absent.hidden = false; })]],
  };
}

export function callPage(app, id) {
  const content = h('div', { class: 'page' });
  const title = h('span', { class: 'muted' });
  const element = h('div', {}, content);
  let done = false;
  content.append(h('div', { class: 'head' }, h('h1', {}, 'Call'), h('code', {}, id), title));
  return {
    title: 'Call',
    element,
    stop() {},
    polls: [[2000, async (signal) => {
      if (done) {
        return;
      }
      const told = await get('call', { callId: id }, signal).catch((error) => {
        if (error.status !== 404) {
          throw error;
        }
        return null;
      });
      done = true;
      if (!told) {
        content.append(h('p', { class: 'muted wide' }, 'The server does not know this call, or no longer: it keeps the latest ones.'));
        return;
      }
      const { call, prompt, completion } = told;
      setText(title, dayAndTime(call.createTime));
      content.append(...describe(call), ...contents(prompt, completion));
      await entries(call, content, signal);
    }]],
  };
}

function describe(call) {
  const served = call.served ?? {};
  const fault = failed(call.failure);
  const link = (href, text) => h('a', { href }, text);
  const summary = h('p', { class: 'body' },
    link(agentHref(call.agentId), call.agentId || '(no name)'), ' asked for ', h('b', {}, call.requestedModel),
    fault ? [' and got no answer: ', h('b', { class: 'bad' }, reason(call.failure))]
      : [' and was answered by ', link(modelHref(call.provider, call.model), `${call.provider}/${call.model}`), ', ', h('b', {}, source(served.source)), served.age ? ` (kept for ${time(served.age)})` : ''],
    ` in ${time(call.duration)}`, call.streamed ? ', piece by piece.' : '.');
  const blocks = [block('How it was served', { id: 'served', wide: true, children: [
    summary,
    facts([
      ['Charged', call.cost ? costOf(call.cost) : null, null, call.cost?.chargedAmount],
      ['Saved', call.cost?.savedAmount && call.cost.savedAmount !== '0' ? dollars(call.cost.savedAmount) : null, null, call.cost?.savedAmount],
      ['Listed', call.cost && call.cost.state !== 'STATE_UNKNOWN' ? dollars(call.cost.listAmount) : null, null, call.cost?.listAmount],
      ['Input tokens', call.usage ? count(call.usage.inputTokenCount) : null, call.usage && call.usage.cachedInputTokenCount !== '0' ? `${count(call.usage.cachedInputTokenCount)} cached` : null],
      ['Output tokens', call.usage ? count(call.usage.outputTokenCount) : null, call.usage && call.usage.reasoningTokenCount !== '0' ? `${count(call.usage.reasoningTokenCount)} reasoning` : null],
      ['Took', time(call.duration)],
      ['Waited', time(served.queueDuration)],
      ['Provider took', time(served.upstreamDuration)],
      ['We added', time(served.overheadDuration)],
      ['Kind of work', call.taskType],
      ['Price', call.cost?.priceVersion],
      ['Cache key', served.keyHash],
    ])] })];
  const steps = waterfall(call);
  if (steps) {
    blocks.push(block('Where the time went', { id: 'waterfall', wide: true, children: [steps] }));
  }
  if (served.attempts?.length) {
    const attempts = table({
      label: 'Attempts', key: (row) => `${row.startTime} ${row.provider}/${row.model}`,
      columns: [
        { id: 'start', label: 'Began', head: true, text: (row) => timeOfDay(row.startTime) },
        { id: 'model', label: 'Model', text: (row) => `${row.provider}/${row.model}`, href: (row) => modelHref(row.provider, row.model) },
        { id: 'outcome', label: 'Outcome', text: (row) => (failed(row.failure) ? `${reason(row.failure)}${row.httpStatus ? ` (${row.httpStatus})` : ''}` : 'answered'), kind: (row) => (failed(row.failure) ? 'bad' : 'good') },
        { id: 'first', label: 'First piece', number: true, low: 1, text: (row) => time(row.timeToFirstToken) },
        { id: 'took', label: 'Took', number: true, text: (row) => time(row.duration) },
      ],
    });
    attempts.set(served.attempts);
    blocks.push(block(served.source === 'SOURCE_COALESCED' ? 'Attempts of the call whose answer it shares' : 'Attempts', { id: 'attempts', wide: true, children: [attempts.element] }));
  }
  return blocks;
}

async function entries(call, content, signal) {
  const page = await get('entries', { callId: call.callId }, signal);
  if (!page.entries.length) {
    return;
  }
  const list = table({
    label: 'Ledger entries', key: (row) => row.entryId,
    columns: [
      { id: 'entry', label: 'Entry', head: true, text: (row) => row.entryId, kind: () => 'mono' },
      { id: 'model', label: 'Model', low: 1, text: (row) => `${row.provider}/${row.model}` },
      { id: 'cost', label: 'Cost', number: true, text: (row) => (row.cost.state === 'STATE_UNKNOWN' ? 'unknown' : `${row.cost.state === 'STATE_ESTIMATED' ? '≈ ' : ''}${exactDollars(row.cost.chargedAmount)}`) },
      { id: 'vendor', label: 'Vendor’s own number', low: 1, text: (row) => row.providerRequestId, kind: () => 'mono' },
    ],
  });
  list.set(page.entries);
  content.append(block('In the ledger', { id: 'entries', wide: true, children: [list.element] }));
}

function contents(prompt, completion) {
  const blocks = [];
  if (prompt) {
    blocks.push(block('What was asked', { id: 'prompt', children: [h('div', { class: 'body' }, (prompt.messages ?? []).flatMap(said))] }));
  }
  if (completion) {
    blocks.push(block('What was answered', { id: 'completion', children: [h('div', { class: 'body' }, said(completion.message ?? {}))] }));
  }
  return blocks;
}

function said(message) {
  const role = (message.role ?? '').replace('ROLE_', '').toLowerCase();
  return [h('span', { class: 'role' }, role), ...(message.parts ?? []).map((part) => h('pre', { class: 'said' }, part.text ? part.text.text : JSON.stringify(part, null, 2)))];
}

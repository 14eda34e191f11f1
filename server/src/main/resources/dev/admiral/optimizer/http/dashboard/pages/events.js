// Events as they happen.

import { block, h, setText } from '../dom.js';
import { count, dollars, failed, reason, source, time, timeOfDay, words } from '../format.js';
import { agentHref, callHref, modelHref, plain } from '../troubles.js';

/** What is shown unless asked otherwise: all but the calls that went well, which are too many. */
export const NOTABLE = ['optimizer.call.failed', 'optimizer.upstream.#', 'optimizer.agent.#', 'optimizer.model.#', 'optimizer.cache.#', 'optimizer.health.#'];
const EVERYTHING = ['#'];

/** A list that grows at its head; kept from page to page by the app. */
export function eventList(app, { most, tall = false }) {
  const list = h('ul', { class: tall ? 'events tall' : 'events', 'aria-label': 'Events', tabindex: tall ? null : '0' });
  const quiet = h('p', { class: 'muted empty' }, 'Nothing has happened since this page was opened.');
  const element = h('div', {}, list, quiet);
  const add = (event) => {
    quiet.hidden = true;
    list.prepend(line(event));
    while (list.children.length > most) {
      list.lastElementChild.remove();
    }
  };
  app.events.slice(-most).forEach(add);
  const stop = app.onEvent(add);
  return { element, stop };
}

export function eventsPage(app) {
  const list = eventList(app, { most: 500, tall: true });
  const missed = h('span', { class: 'muted', role: 'status' });
  const calls = h('input', { type: 'checkbox', change: () => app.watch(calls.checked ? EVERYTHING : NOTABLE) });
  const element = h('div', { class: 'page' },
    h('div', { class: 'head' }, h('h1', {}, 'Events'), h('span', { class: 'muted' }, 'as they happen, newest first')),
    block('Since this page was opened', {
      id: 'events', wide: true,
      children: [h('div', { class: 'choices' }, h('label', {}, calls, 'also every call that went well'), missed), list.element],
    }));
  return {
    title: 'Events',
    element,
    snapshot() {
      setText(missed, app.missed ? `${count(app.missed)} more were too many to show` : '');
    },
    stop() {
      list.stop();
      app.watch(NOTABLE);
    },
    polls: [],
  };
}

function line(event) {
  return h('li', { 'data-type': kind(event) }, h('time', { datetime: event.createTime, title: kind(event) }, timeOfDay(event.createTime)), h('span', {}, sentence(event)));
}

const agent = (name) => (name ? h('a', { href: agentHref(name) }, name) : 'an agent without a name');
const model = (provider, name) => (name ? h('a', { href: modelHref(provider, name) }, `${provider}/${name}`) : 'no model');

function sentence(event) {
  if (event.callFinished) {
    const call = event.callFinished;
    const link = h('a', { href: callHref(call.callId) }, 'call');
    return failed(call.failure)
      ? [h('span', { class: 'bad' }, 'Failed: '), 'a ', link, ' of ', agent(call.agentId), `, ${reason(call.failure)}, after ${time(call.duration)}`]
      : ['A ', link, ' of ', agent(call.agentId), ' was answered by ', model(call.provider, call.model), `, ${source(call.source)}, in ${time(call.duration)}${call.cost ? ` for ${dollars(call.cost.chargedAmount)}` : ''}`];
  }
  if (event.attemptFailed) {
    const { attempt, agentId, callId } = event.attemptFailed;
    return [h('span', { class: 'warn' }, 'An attempt failed: '), model(attempt.provider, attempt.model), ` for a `, h('a', { href: callHref(callId) }, 'call'), ' of ', agent(agentId), `, ${reason(attempt.failure)}${attempt.httpStatus ? ` (${attempt.httpStatus})` : ''}, after ${time(attempt.duration)}`];
  }
  if (event.agentRegistered) {
    const { agentId, group } = event.agentRegistered;
    return ['New agent: ', agent(agentId), group ? ` of the group ${group}` : ''];
  }
  if (event.modelHealthChanged) {
    const { provider, model: name } = event.modelHealthChanged;
    const now = { STATE_OPEN: ['bad', 'Circuit open: '], STATE_HALF_OPEN: ['warn', 'Circuit half-open: '] }[event.modelHealthChanged.state] ?? ['good', 'Circuit closed: '];
    return [h('span', { class: now[0] }, now[1]), model(provider, name), { bad: ' is sent no calls', warn: ' is being tried again', good: ' is asked again' }[now[0]]];
  }
  if (event.cacheInvalidated) {
    return `${count(event.cacheInvalidated.entryCount)} answers were removed from the cache`;
  }
  if (event.partHealthChanged) {
    const { part } = event.partHealthChanged;
    const state = words(part.state, 'HEALTH_STATE_');
    return [h('span', { class: state === 'serving' ? 'good' : 'bad' }, `${part.name}: `), state, part.reason ? `: ${plain(part.reason)}` : ''];
  }
  if (event.eventsDropped) {
    return `${count(event.eventsDropped.eventCount)} events were not sent: too many at once`;
  }
  return 'something that this page does not know';
}

/** The dotted name by which watchers choose events. */
function kind(event) {
  if (event.modelHealthChanged) {
    return `optimizer.model.${event.modelHealthChanged.state.replace('STATE_', '').toLowerCase()}`;
  }
  if (event.callFinished) {
    return failed(event.callFinished.failure) ? 'optimizer.call.failed' : 'optimizer.call.finished';
  }
  const [, name] = Object.entries({
    attemptFailed: 'upstream.failed',
    agentRegistered: 'agent.registered',
    cacheInvalidated: 'cache.invalidated',
    partHealthChanged: 'health.changed',
    eventsDropped: 'events.dropped',
  }).find(([field]) => event[field]) ?? [null, 'unknown'];
  return `optimizer.${name}`;
}

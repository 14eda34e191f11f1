// The frame: which page is shown, what it is told each second, and who is looking.

import { follow, get, key, Refused } from './api.js';
import { history } from './chart.js';
import { block, h, setAttribute, setText } from './dom.js';
import { timeOfDay } from './format.js';
import { agentPage, agentsPage } from './pages/agents.js';
import { callPage, callsPage } from './pages/calls.js';
import { eventsPage, NOTABLE } from './pages/events.js';
import { healthPage, pill } from './pages/health.js';
import { modelPage, modelsPage } from './pages/models.js';
import { overview } from './pages/overview.js';
import { spendPage } from './pages/spend.js';

const PAGES = { '': overview, agents: agentsPage, models: modelsPage, calls: callsPage, spend: spendPage, events: eventsPage, health: healthPage };
const ONE = { agents: agentPage, models: modelPage, calls: callPage, spend: spendPage };
const EVENTS_KEPT = 500;
const NOTE_SECONDS = 6;

const main = document.getElementById('main');
const banner = h('p', { class: 'banner', role: 'alert', hidden: true });
const listeners = new Set();

/** What pages know of the frame. */
const app = {
  me: {},
  latest: null,
  events: [],
  missed: 0,
  history: history(),
  /** Is told of events until the returned function is called. */
  onEvent(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** Watches other kinds of events. */
  watch(patterns) {
    if (JSON.stringify(patterns) !== JSON.stringify(watched)) {
      connect(patterns);
    }
  },
  /** A poll of figures this version of the server may not have: their place is then taken away. */
  optional(place, poll, otherwise) {
    let absent = false;
    return async (signal) => {
      if (absent) {
        return;
      }
      try {
        await poll(signal);
      } catch (error) {
        if (!(error instanceof Refused && error.absent)) {
          throw error;
        }
        absent = true;
        place.hidden = true;
        otherwise?.();
      }
    };
  },
  /** Asks for the page's figures now. */
  refresh() {
    polls.forEach((poll) => poll.now());
  },
  /** Says something for some seconds. */
  say(text) {
    setText(banner, text);
    banner.hidden = false;
    setTimeout(() => { banner.hidden = !lost; }, NOTE_SECONDS * 1000);
  },
};

let page = null;
let polls = [];
let watched = null;
let disconnect = () => {};
let lost = '';

function show() {
  page?.stop();
  polls.forEach((poll) => poll.stop());
  const [name = '', ...rest] = location.hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
  const make = rest.length && ONE[name] ? ONE[name] : PAGES[name] ?? overview;
  page = make(app, ...(name === 'models' && rest.length > 1 ? [rest[0], rest.slice(1).join('/')] : rest));
  document.title = `${page.title} · Admiral`;
  main.replaceChildren(banner, page.element);
  for (const link of document.querySelectorAll('#nav a')) {
    const here = link.getAttribute('href').replace(/^#\/?/, '') === name;
    setAttribute(link, 'aria-current', here ? 'page' : null);
    if (here) {
      // On a phone the links are wider than the screen.
      link.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
  }
  if (app.latest) {
    page.snapshot?.(app.latest);
  }
  polls = page.polls.map(([every, ask]) => repeat(every, ask));
  window.scrollTo(0, 0);
}

/** Asks again and again, but never while an answer is awaited or nobody looks. */
function repeat(every, ask) {
  const abort = new AbortController();
  let timer;
  let busy = false;
  let gone = false;
  const run = async () => {
    clearTimeout(timer);
    if (busy) {
      return;
    }
    busy = true;
    try {
      if (!document.hidden) {
        await ask(abort.signal);
      }
    } catch (error) {
      // What is not there will not come.
      gone = error.status === 404;
      if (error.name !== 'AbortError' && error.status !== 401 && error.status !== 0) {
        app.say(`${error.message}.`);
      }
    } finally {
      busy = false;
    }
    if (!abort.signal.aborted && !gone) {
      timer = setTimeout(run, every);
    }
  };
  run();
  return {
    now: run,
    stop() {
      clearTimeout(timer);
      abort.abort();
    },
  };
}

function connect(patterns) {
  disconnect();
  watched = patterns;
  disconnect = follow(patterns, {
    connected() {
      lost = '';
      banner.hidden = true;
    },
    broken(why) {
      lost = lost || new Date().toISOString();
      app.history.gap();
      state('no connection', 'bad');
      setText(banner, `No connection since ${timeOfDay(lost)}: ${why}. The figures are from then.`);
      banner.hidden = false;
    },
    event(name, data) {
      if (name === 'snapshot') {
        app.latest = data;
        app.history.add(Date.now() / 1000, data.stats.total);
        state(...pill(data.health.state));
        page?.snapshot?.(data);
      } else if (name === 'happened') {
        app.events.push(data);
        app.events.splice(0, Math.max(0, app.events.length - EVENTS_KEPT));
        listeners.forEach((listener) => listener(data));
      } else if (name === 'missed') {
        app.missed += data.count;
      }
    },
  });
}

function state(text, kind) {
  const element = document.getElementById('state');
  setText(element, text);
  setAttribute(element, 'class', `pill ${kind}`);
}

/** Lets the page in, or asks for a key. */
async function enter(remark) {
  disconnect();
  polls.forEach((poll) => poll.stop());
  try {
    app.me = await get('me');
  } catch (error) {
    askForKey(`${error.message}.`);
    return;
  }
  if (!app.me.known) {
    const wrong = key.get() ? app.me.error : '';
    key.forget();
    askForKey(wrong || remark || '');
    return;
  }
  who();
  connect(NOTABLE);
  show();
}

function who() {
  const place = document.getElementById('who');
  place.replaceChildren();
  if (!app.me.open) {
    place.append(`${app.me.tenant} · ${app.me.label}${app.me.operator ? ' · operator' : ' · read only'} `,
      h('button', { type: 'button', class: 'quiet', click: () => { key.forget(); enter(); } }, 'Forget key'));
  }
}

function askForKey(remark) {
  page?.stop();
  page = null;
  polls = [];
  document.getElementById('who').replaceChildren();
  state('no key', 'warn');
  const input = h('input', { type: 'password', id: 'key', autocomplete: 'off', required: true, 'aria-describedby': 'key-remark' });
  const form = h('form', { submit: (event) => {
    event.preventDefault();
    key.set(input.value.trim());
    enter();
  } },
  h('p', { class: 'muted' }, 'This server asks for a key. It stays in this tab, and is sent to this server alone.'),
  h('label', { for: 'key' }, 'Key'), input,
  h('p', { id: 'key-remark', class: 'bad', role: 'alert' }, remark),
  h('div', { class: 'actions' }, h('button', { type: 'submit' }, 'Look')));
  main.replaceChildren(h('div', { class: 'key' }, block('Admiral', { id: 'key', children: [form] })));
  input.focus();
}

const THEMES = [['', '◐', 'as the system'], ['light', '☀', 'light'], ['dark', '☾', 'dark']];

function theme() {
  const button = document.getElementById('theme');
  let at = Math.max(0, THEMES.findIndex(([name]) => name === (localStorage.getItem('admiral-theme') ?? '')));
  const apply = () => {
    const [name, sign, words] = THEMES[at];
    setAttribute(document.documentElement, 'data-theme', name || null);
    setText(button, sign);
    setAttribute(button, 'aria-label', `Colours: ${words}`);
    setAttribute(button, 'title', `Colours: ${words}`);
  };
  button.addEventListener('click', () => {
    at = (at + 1) % THEMES.length;
    localStorage.setItem('admiral-theme', THEMES[at][0]);
    apply();
  });
  apply();
}

window.addEventListener('hashchange', () => {
  // The skip link is no page.
  if (location.hash === '#main') {
    window.history.replaceState(null, '', '#/');
    main.focus();
  } else if (app.me.known) {
    show();
    main.focus();
  }
});
window.addEventListener('key-refused', (event) => enter(event.detail));
window.addEventListener('keydown', (event) => {
  if (event.key === '/' && !event.target.closest('input, textarea, select')) {
    const search = document.querySelector('.filter');
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
});
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});

theme();
enter();

// The server's own figures: every answer is a message of the contract in JSON.

const KEY = 'admiral-key';

/** A refusal: the server's sentence, or that it does not answer. */
export class Refused extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }

  /** True if this version of the server has no such figures. */
  get absent() {
    return this.status === 501;
  }
}

export const key = {
  get: () => sessionStorage.getItem(KEY),
  set: (value) => sessionStorage.setItem(KEY, value),
  forget: () => sessionStorage.removeItem(KEY),
};

function headers(more = {}) {
  const known = key.get();
  return known ? { ...more, authorization: `Bearer ${known}` } : more;
}

const PICO_PER_UNIT = 10n ** 12n;

const PERIODS = { '1s': 'per second', '60s': 'per minute', '3600s': 'per hour', '86400s': 'per day' };

/** The one field of a message that is set, as "agent/NAME" and the like. */
function subject(whose) {
  const [kind, names] = Object.entries(whose)[0] ?? ['', {}];
  return [kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), ...Object.values(names)].join('/');
}

/**
 * Reads a message. Amounts of money become whole pico-dollars in a string, and limits get whose they are
 * and what they count in words.
 */
export function parse(text) {
  return JSON.parse(text, (_, value) => {
    if (value?.currencyCode !== undefined && value.pico !== undefined) {
      return (BigInt(value.units) * PICO_PER_UNIT + BigInt(value.pico)).toString();
    }
    if (value?.metric !== undefined && value.burstCount !== undefined) {
      const counted = value.metric.replace('LIMIT_METRIC_', '').toLowerCase().replaceAll('_', ' ');
      const over = value.period ? ` ${PERIODS[value.period] ?? `in ${value.period}`}` : '';
      return { ...value, subject: subject(value.subject ?? {}), name: counted + over };
    }
    return value;
  });
}

async function answer(request) {
  let response;
  try {
    response = await request;
  } catch (error) {
    if (error.name === 'AbortError') {
      throw error;
    }
    throw new Refused(0, 'the server does not answer');
  }
  const body = await response.text().then(parse).catch(() => ({}));
  if (!response.ok) {
    if (response.status === 401) {
      window.dispatchEvent(new CustomEvent('key-refused', { detail: body.error }));
    }
    throw new Refused(response.status, body.error ?? `the server answered ${response.status}`);
  }
  return body;
}

/** Asks for figures. */
export function get(path, parameters = {}, signal) {
  const query = new URLSearchParams(
    Object.entries(parameters).filter(([, value]) => value !== '' && value !== null && value !== undefined));
  const text = query.toString();
  return answer(fetch(`/api/${path}${text ? `?${text}` : ''}`, { headers: headers(), signal, cache: 'no-store' }));
}

/** Changes something. */
export function post(path, body) {
  return answer(fetch(`/api/${path}`, {
    method: 'POST',
    headers: headers({ 'content-type': 'application/json' }),
    body: JSON.stringify(body),
  }));
}

/** Reads a list to its end, or to so many. */
export async function all(path, field, parameters = {}, most = 5000) {
  const rows = [];
  let pageToken = '';
  do {
    const page = await get(path, { ...parameters, pageSize: 1000, pageToken });
    rows.push(...page[field]);
    pageToken = page.nextPageToken;
  } while (pageToken && rows.length < most);
  return rows;
}

/**
 * Follows what happens, coming back after every break, until stopped. An EventSource could not send
 * the key, so the events are read by hand.
 */
export function follow(patterns, { event, connected, broken }) {
  let stopped = false;
  let waits = 0;
  let abort = new AbortController();
  let timer;
  const query = new URLSearchParams(patterns.map((pattern) => ['pattern', pattern])).toString();

  async function run() {
    abort = new AbortController();
    let why = 'the server ended the connection';
    try {
      const response = await fetch(`/api/live?${query}`, { headers: headers(), signal: abort.signal, cache: 'no-store' });
      if (response.ok) {
        waits = 0;
        connected();
        await read(response.body, (name, data) => {
          if (name === 'refused') {
            why = data.error;
          } else {
            event(name, data);
          }
        });
      } else {
        why = (await response.json().catch(() => ({}))).error ?? why;
        if (response.status === 401) {
          window.dispatchEvent(new CustomEvent('key-refused', { detail: why }));
        }
      }
    } catch {
      why = 'the server does not answer';
    }
    if (!stopped) {
      waits = Math.min(waits + 1, 10);
      broken(why);
      timer = setTimeout(run, waits * 1000);
    }
  }
  run();
  return () => {
    stopped = true;
    clearTimeout(timer);
    abort.abort();
  };
}

async function read(body, told) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += part.value;
    let end = text.indexOf('\n\n');
    while (end >= 0) {
      dispatch(text.slice(0, end), told);
      text = text.slice(end + 2);
      end = text.indexOf('\n\n');
    }
  }
}

function dispatch(frame, told) {
  let name = 'message';
  let data = '';
  for (const line of frame.split('\n')) {
    if (line.startsWith('event: ')) {
      name = line.slice(7);
    } else if (line.startsWith('data: ')) {
      data += line.slice(6);
    }
  }
  if (data) {
    told(name, parse(data));
  }
}

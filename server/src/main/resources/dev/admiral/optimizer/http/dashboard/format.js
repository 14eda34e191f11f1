// Numbers as people read them. Money is integer pico-dollars in a string, and is never made a float.

const PICO_DIGITS = 12;
const counts = new Intl.NumberFormat('en-US');

/** A count with separators; counts come as strings, since JSON has no 64-bit integers. */
export function count(value) {
  return counts.format(BigInt(value ?? 0));
}

/** All of an amount, to the last digit that is not zero. */
export function exactDollars(pico) {
  const amount = BigInt(pico ?? 0);
  const digits = (amount < 0n ? -amount : amount).toString().padStart(PICO_DIGITS + 1, '0');
  const whole = counts.format(BigInt(digits.slice(0, -PICO_DIGITS)));
  const fraction = digits.slice(-PICO_DIGITS).replace(/0+$/, '').padEnd(2, '0');
  return `${amount < 0n ? '−' : ''}$${whole}.${fraction}`;
}

/** An amount rounded to cents, or to four significant digits where that is finer. */
export function dollars(pico) {
  const amount = BigInt(pico ?? 0);
  const size = amount < 0n ? -amount : amount;
  if (size === 0n) {
    return '$0';
  }
  let decimals = decimalsOf(size);
  let rounded = round(size, decimals);
  if (decimalsOf(rounded) < decimals) {
    // Rounding carried: 0.00099996 is 0.001000 and not 0.0010000.
    decimals = decimalsOf(rounded);
    rounded = round(size, decimals);
  }
  const digits = rounded.toString().padStart(PICO_DIGITS + 1, '0');
  const whole = counts.format(BigInt(digits.slice(0, -PICO_DIGITS)));
  const fraction = digits.slice(-PICO_DIGITS).slice(0, decimals);
  return `${amount < 0n ? '−' : ''}$${whole}.${fraction}`;
}

function decimalsOf(size) {
  const leading = size.toString().length - PICO_DIGITS;
  return leading > 0 ? 2 : Math.min(PICO_DIGITS, 4 - leading);
}

function round(size, decimals) {
  const unit = 10n ** BigInt(PICO_DIGITS - decimals);
  return ((size + unit / 2n) / unit) * unit;
}

/** A part of one as a percentage. */
export function percent(part) {
  const value = (part ?? 0) * 100;
  return `${value > 0 && value < 0.1 ? '<0.1' : value.toFixed(value >= 99.95 || value === 0 ? 0 : 1)} %`;
}

/** How much the first of two amounts is of both, as a number from 0 to 1. */
export function shareOf(first, second) {
  const sum = BigInt(first ?? 0) + BigInt(second ?? 0);
  return sum === 0n ? 0 : Number((BigInt(first ?? 0) * 100000n) / sum) / 100000;
}

/** Seconds of a duration in JSON, such as "1.5s". */
export function seconds(duration) {
  return duration ? Number.parseFloat(duration) : 0;
}

/** A short time with its unit: of three digits or so. */
export function time(duration) {
  return duration ? timeOf(seconds(duration)) : '';
}

export function timeOf(value) {
  const size = Math.abs(value);
  const [scaled, unit] =
    size >= 100 ? [null, long(value)]
    : size >= 1 ? [value, 's']
    : size >= 0.001 ? [value * 1e3, 'ms']
    : [value * 1e6, 'µs'];
  if (scaled === null) {
    return unit;
  }
  const decimals = Math.abs(scaled) >= 100 ? 0 : Math.abs(scaled) >= 10 ? 1 : 2;
  return value === 0 ? '0 s' : `${scaled.toFixed(decimals)} ${unit}`;
}

/** A long time in its two largest units. */
export function long(value) {
  const whole = Math.round(value);
  const units = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]];
  let at = units.findIndex(([, size]) => whole >= size);
  at = at < 0 ? units.length - 1 : at;
  const [unit, size] = units[at];
  const rest = units[at + 1];
  const first = `${counts.format(Math.floor(whole / size))} ${unit}`;
  const second = rest ? Math.floor((whole % size) / rest[1]) : 0;
  return second ? `${first} ${second} ${rest[0]}` : first;
}

/** A size in binary units. */
export function bytes(value) {
  let size = Number(value ?? 0);
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let at = 0;
  while (size >= 1024 && at < units.length - 1) {
    size /= 1024;
    at++;
  }
  return `${at === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[at]}`;
}

/** Calls a second. */
export function rate(value) {
  return value >= 100 ? counts.format(Math.round(value)) : value.toFixed(1);
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
const dayClock = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium', hour12: false });

/** The time of day of an instant in JSON. */
export function timeOfDay(instant) {
  return instant ? clock.format(new Date(instant)) : '';
}

/** Day and time of an instant in JSON. */
export function dayAndTime(instant) {
  return instant ? dayClock.format(new Date(instant)) : '';
}

/** How long ago an instant was. */
export function ago(instant, now = Date.now()) {
  const past = (now - Date.parse(instant)) / 1000;
  return past < 1 ? 'just now' : `${long(past)} ago`;
}

/** The name of an enum's value in plain words: "ERROR_REASON_RATE_LIMITED" is "rate limited". */
export function words(name, prefix) {
  return (name ?? '').replace(prefix, '').toLowerCase().replaceAll('_', ' ');
}

export const reason = (name) => words(name, 'ERROR_REASON_');

const SOURCES = {
  SOURCE_UPSTREAM: 'upstream',
  SOURCE_MEMORY: 'memory',
  SOURCE_DISK: 'disk',
  SOURCE_NEAR_MATCH: 'near match',
  SOURCE_COALESCED: 'coalesced',
  SOURCE_REPEATED: 'repeated',
};

export const source = (name) => SOURCES[name] ?? '';

export const failed = (name) => Boolean(name) && name !== 'ERROR_REASON_UNSPECIFIED';

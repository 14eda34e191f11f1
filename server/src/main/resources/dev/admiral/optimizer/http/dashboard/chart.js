// Calls a second by source, stacked, as they come.

import uPlot from './uplot/uPlot.esm.js';
import { h, setText } from './dom.js';
import { rate, timeOfDay } from './format.js';

/** How far back the chart looks. */
export const WINDOW_SECONDS = 180;

/** The span drawn while little was seen. */
const LEAST_SECONDS = 60;

/** What is drawn, lowest first. Those marked are shown only once they occur. */
const SOURCES = [
  { id: 'upstream', label: 'upstream', field: 'upstreamCount' },
  { id: 'coalesced', label: 'coalesced', field: 'coalescedCount' },
  { id: 'disk', label: 'disk', field: 'diskHitCount' },
  { id: 'memory', label: 'memory', field: 'memoryHitCount' },
  { id: 'near', label: 'near match', field: 'nearMatchCount', seldom: true },
  { id: 'repeated', label: 'repeated', field: 'repeatedCount', seldom: true },
  { id: 'failed', label: 'failed', field: 'failureCount', seldom: true },
];

/** Keeps what was seen, page after page: the latest rates by source. */
export function history() {
  const points = [];
  let last = null;
  return {
    points,
    /** Adds the counts of an instant, in seconds. */
    add(now, total) {
      const counts = SOURCES.map((source) => Number(total[source.field]));
      // A server that was started anew counts from zero: nothing can be said of that second.
      if (last && now > last.now && counts.every((count, i) => count >= last.counts[i])) {
        const span = now - last.now;
        points.push({ now, rates: counts.map((count, i) => (count - last.counts[i]) / span) });
        while (points.length && points[0].now < now - WINDOW_SECONDS - 5) {
          points.shift();
        }
      }
      last = { now, counts };
    },
    /** Notes a break, so that it is not drawn over. */
    gap() {
      last = null;
      if (points.length) {
        points.push({ now: points.at(-1).now + 0.001, rates: null });
      }
    },
  };
}

/** Draws a history; update() after it grew, destroy() at the end. */
export function rateChart(past) {
  const legend = h('ul', { class: 'legend' }, SOURCES.map((source) => {
    const value = h('b');
    return h('li', { 'data-source': source.id, class: `source-${source.id}` }, h('i', { 'aria-hidden': 'true' }), source.label, ' ', value);
  }));
  const canvas = h('div', { class: 'canvas', role: 'img', 'aria-label': 'Calls per second by source over the latest minutes; the figures are in the legend' });
  const element = h('div', { class: 'chart' }, legend, canvas);
  let plot = null;
  let drawnFor = '';

  function colours() {
    const probe = h('i', { class: 'probe' });
    element.append(probe);
    const read = (name) => {
      probe.className = `probe ${name}`;
      return getComputedStyle(probe).color;
    };
    const found = { sources: SOURCES.map((source) => read(`source-${source.id}`)), text: read('axis'), grid: read('grid') };
    probe.remove();
    return found;
  }

  function create(width) {
    plot?.destroy();
    const { sources, text, grid } = colours();
    const axis = { stroke: text, font: '11px system-ui, sans-serif', grid: { stroke: grid, width: 1 }, ticks: { show: false } };
    // Drawn from the top of the stack down, each over the one before.
    const series = SOURCES.map((_, i) => SOURCES.length - 1 - i).map((i) => ({
      label: SOURCES[i].label,
      stroke: sources[i],
      fill: sources[i],
      width: 0.5,
      points: { show: false },
    }));
    plot = new uPlot({
      width,
      height: 190,
      padding: [8, 30, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: true, range: () => range() }, y: { range: (_, low, high) => [0, Math.max(1, high * 1.08)] } },
      axes: [{ ...axis, space: 90, size: 28, values: (_, ticks) => ticks.map((tick) => timeOfDay(tick * 1000)) }, { ...axis, size: 44, space: 32, values: (_, ticks) => ticks.map((tick) => (tick >= 1000 ? `${tick / 1000}k` : String(tick))) }],
      series: [{}, ...series],
    }, data(), canvas);
  }

  function range() {
    const end = past.points.at(-1)?.now ?? Date.now() / 1000;
    const seen = end - (past.points[0]?.now ?? end);
    return [end - Math.min(WINDOW_SECONDS, Math.max(LEAST_SECONDS, seen)), end];
  }

  function data() {
    const times = past.points.map((point) => point.now);
    const levels = SOURCES.map(() => []);
    for (const point of past.points) {
      let sum = 0;
      SOURCES.forEach((_, i) => {
        sum += point.rates ? point.rates[i] : 0;
        levels[i].push(point.rates ? sum : null);
      });
    }
    return [times, ...levels.reverse()];
  }

  function update() {
    const width = Math.floor(canvas.clientWidth);
    const theme = getComputedStyle(document.documentElement).colorScheme + matchMedia('(prefers-color-scheme: dark)').matches;
    if (width > 0 && drawnFor !== `${width} ${theme}`) {
      drawnFor = `${width} ${theme}`;
      create(width);
    } else {
      plot?.setData(data());
    }
    const latest = past.points.at(-1)?.rates;
    SOURCES.forEach((source, i) => {
      const item = legend.children[i];
      const ever = past.points.some((point) => point.rates && point.rates[i] > 0);
      item.hidden = source.seldom && !ever;
      setText(item.lastElementChild, latest ? rate(latest[i]) : '–');
    });
  }

  const observer = new ResizeObserver(update);
  observer.observe(canvas);
  return {
    element,
    update,
    destroy() {
      observer.disconnect();
      plot?.destroy();
    },
  };
}

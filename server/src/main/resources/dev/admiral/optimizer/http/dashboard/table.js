// Tables that are updated in place: rows keep their identity, so focus, selection and order of
// sorting survive every refresh.

import { h, setAttribute, setText } from './dom.js';

/**
 * A table.
 *
 * Columns: id, label, text(row); and where they apply value(row) to sort by, href(row), number,
 * low (1 is hidden on small screens, 2 on medium ones too), part(row) for a bar from 0 to 1,
 * title(row), kind(row) for a class.
 */
export function table({ label, columns, key, sort, descending = true, empty = 'Nothing yet.', most = Infinity, filter }) {
  let order = { id: sort, down: descending };
  let rows = [];
  let wanted = '';
  const shown = new Map();
  const body = h('tbody');
  const heads = new Map();
  const nothing = h('p', { class: 'muted empty' }, empty);
  const more = h('p', { class: 'muted more', hidden: true });
  const head = h('tr', {}, columns.map((column) => {
    const cell = h('th', { scope: 'col', class: classes(column) });
    if (column.value) {
      cell.append(h('button', { type: 'button', click: () => sortBy(column.id) }, column.label));
    } else {
      cell.append(column.label);
    }
    heads.set(column.id, cell);
    return cell;
  }));
  const scroll = h('div', { class: 'scroll' },
    h('table', { 'aria-label': label }, h('thead', {}, head), body));
  const search = filter
    ? h('input', {
        type: 'search', class: 'filter', placeholder: filter, 'aria-label': filter,
        input: (event) => {
          wanted = event.target.value.trim().toLowerCase();
          draw();
        },
        keydown: (event) => {
          if (event.key === 'Escape') {
            event.target.value = '';
            wanted = '';
            draw();
          }
        },
      })
    : null;
  const element = h('div', { class: 'table' }, search, scroll, nothing, more);
  draw();

  function sortBy(id) {
    order = { id, down: order.id === id ? !order.down : true };
    draw();
  }

  function draw() {
    const column = columns.find((one) => one.id === order.id);
    let list = wanted
      ? rows.filter((row) => columns.some((one) => one.text(row).toLowerCase().includes(wanted)))
      : rows.slice();
    if (column) {
      list.sort((a, b) => compare(column.value(a), column.value(b)) * (order.down ? -1 : 1));
    }
    for (const [id, cell] of heads) {
      setAttribute(cell, 'aria-sort', id === order.id ? (order.down ? 'descending' : 'ascending') : null);
    }
    const total = list.length;
    list = list.slice(0, most);
    const seen = new Set();
    list.forEach((row, at) => {
      const id = key(row);
      seen.add(id);
      let line = shown.get(id);
      if (!line) {
        line = h('tr', { 'data-key': id }, columns.map((one) => cellOf(one)));
        shown.set(id, line);
      }
      columns.forEach((one, index) => update(line.children[index], one, row));
      if (body.children[at] !== line) {
        body.insertBefore(line, body.children[at] ?? null);
      }
    });
    for (const [id, line] of shown) {
      if (!seen.has(id)) {
        line.remove();
        shown.delete(id);
      }
    }
    setText(nothing, wanted && rows.length ? 'Nothing matches.' : empty);
    nothing.hidden = total > 0;
    scroll.hidden = total === 0;
    more.hidden = total <= most;
    setText(more, `${total - most} more`);
  }

  return {
    element,
    set(next) {
      rows = next;
      draw();
    },
  };
}

function classes(column) {
  return [column.number ? 'number' : null, column.low ? `low${column.low}` : null].filter(Boolean).join(' ') || null;
}

function cellOf(column) {
  const cell = h(column.head ? 'th' : 'td', { class: classes(column), scope: column.head ? 'row' : null, 'data-label': column.label });
  cell.append(column.href ? h('a') : h('span'));
  if (column.part) {
    cell.classList.add('part');
    cell.prepend(h('i', { class: 'meter', 'aria-hidden': 'true' }));
  }
  return cell;
}

function update(cell, column, row) {
  const inner = cell.lastElementChild;
  setText(inner, column.text(row));
  if (column.href) {
    setAttribute(inner, 'href', column.href(row));
  }
  if (column.title) {
    setAttribute(inner, 'title', column.title(row));
  }
  if (column.kind) {
    setAttribute(inner, 'class', column.kind(row) || null);
  }
  if (column.data) {
    setAttribute(cell, 'data-value', column.data(row));
  }
  if (column.part) {
    cell.firstElementChild.style.setProperty('--part', String(Math.max(0, Math.min(1, column.part(row)))));
  }
}

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

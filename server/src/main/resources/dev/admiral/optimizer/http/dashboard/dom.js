// Elements without markup: text is always text, whatever an agent was named.

const SVG = 'http://www.w3.org/2000/svg';

/** Makes an element: attributes, then children. A function becomes a listener, null is left out. */
export function h(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** Makes an element of an inline drawing. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      element.addEventListener(key, value);
    } else if (value === true) {
      element.setAttribute(key, '');
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(key, value);
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** Sets a text only if it differs, so that selections and screen readers are left in peace. */
export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** Sets or, given null, removes an attribute only if that changes it. */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined) {
    element.removeAttribute(name);
  } else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value);
  }
}

/** A block of the page with its heading. */
export function block(title, { id, note, tools, wide, children = [] } = {}) {
  const heading = h('h2', {}, title);
  return h('section', { class: wide ? 'block wide' : 'block', 'data-block': id ?? null },
    h('header', {}, heading, note ? h('span', { class: 'muted note' }, note) : null, tools ?? null),
    ...children);
}

/** Asks before something is done that cannot be undone. */
export function confirm({ title, text, action }) {
  const dialog = document.getElementById('dialog');
  return new Promise((resolve) => {
    const close = (answer) => () => {
      dialog.close();
      resolve(answer);
    };
    dialog.replaceChildren(
      h('h2', { id: 'dialog-title' }, title),
      h('p', {}, text),
      h('div', { class: 'actions' },
        h('button', { type: 'button', class: 'quiet', click: close(false) }, 'Keep'),
        h('button', { type: 'button', class: 'danger', click: close(true) }, action)));
    dialog.addEventListener('cancel', () => resolve(false), { once: true });
    dialog.showModal();
  });
}

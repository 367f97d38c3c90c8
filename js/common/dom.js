// Elements in one line each. Attributes whose name starts with "on" are listeners.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

export const html = (tag, attributes = {}, ...children) =>
  fill(document.createElement(tag), attributes, children);

export const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

// JupyterLab takes the keys of whatever has the focus in a cell's output (b adds a cell!) unless told not to.
export const KEEP_KEYS = { "data-lm-suppress-shortcuts": "true" };

/** Write only what changed: a text that stays costs no layout. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// The controls of every explorable: labelled, usable by keyboard, their keys kept from the notebook.
import { KEEP_KEYS, html, write } from "./dom.js";
import { number, pretty } from "./numbers.js";

/**
 * A slider with its name and its number. `set(value)` shows a value without telling anyone.
 * tell: called with the new number.  role: "parameter", "input", … (its colour).  show: number → text.
 */
export function slider({ name, role = "input", min, max, step, tell, show = number, label = pretty(name) }) {
  const range = html("input", {
    type: "range",
    min,
    max,
    step,
    "aria-label": label,
    oninput: () => tell(Number(range.value)),
    ...KEEP_KEYS,
  });
  const output = html("output", { "aria-live": "off" }); // the slider itself says its number
  const element = html("label", { class: `bp-slider bp-${role}`, "data-name": name }, html("i", {}, label));
  element.append(range, output);
  return {
    element,
    range,
    set(value) {
      // A parameter that walks out of a slider that has both signs takes the reach along.
      const reach = min < 0 && max > 0 ? Math.ceil(Math.max(1, value / max, value / min)) : 1;
      range.min = min * reach;
      range.max = max * reach;
      range.value = value;
      const share = (range.value - range.min) / (range.max - range.min);
      range.style.setProperty("--bp-share", `${100 * share}%`);
      range.setAttribute("aria-valuetext", `${name} = ${show(value)}`);
      write(output, show(value));
    },
  };
}

const ICONS = {
  first: "M5 4v12M16 4 8 10l8 6z",
  back: "M14 4 6 10l8 6z",
  next: "M6 4l8 6-8 6z",
  last: "M15 4v12M4 4l8 6-8 6z",
  play: "M6 4l8 6-8 6z",
  pause: "M7 4v12M13 4v12",
};

/** A button with a drawn icon (`icon`) or a text; `label` is what it is called. */
export function button({ icon, text, label = text, tell }) {
  const element = html("button", { type: "button", onclick: tell, ...KEEP_KEYS }, text ?? "");
  if (icon) setIcon(element, icon, label);
  return element;
}

export function setIcon(element, icon, label) {
  element.classList.add("bp-icon");
  element.setAttribute("aria-label", label);
  element.title = label;
  element.innerHTML = `<svg viewBox="0 0 20 20" aria-hidden="true"><path d="${ICONS[icon]}"/></svg>`;
}

export function checkbox({ label, tell }) {
  const input = html("input", { type: "checkbox", onchange: () => tell(input.checked), ...KEEP_KEYS });
  return { element: html("label", { class: "bp-checkbox" }, input, label), input };
}

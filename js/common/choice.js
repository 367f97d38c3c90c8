// One of several, as a row of radio buttons that look like one strip: the arrows move along it.
import { KEEP_KEYS, html } from "./dom.js";
import { unique } from "./unique.js";

/** options: [value, text] each.  tell: called with the value chosen.  set: shows a value. */
export function choice({ label, options, tell }) {
  const name = unique("choice");
  const inputs = options.map(([value]) =>
    html("input", { type: "radio", name, value, onchange: () => tell(value), ...KEEP_KEYS }),
  );
  const labels = options.map(([, text], i) =>
    html("label", {}, inputs[i], html("span", { "data-text": text }, text)),
  );
  const element = html("div", { class: "bp-choice", role: "radiogroup", "aria-label": label }, ...labels);
  return {
    element,
    set(value) {
      for (const input of inputs) input.checked = input.value === value;
    },
  };
}

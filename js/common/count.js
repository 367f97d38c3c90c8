// A slider for a count: whole numbers between limits that stay, or move with something else.
import { KEEP_KEYS, html, write } from "./dom.js";

/**
 * `set(value, min, max, text, spoken)` shows a count without telling anyone.
 * label: its name on the page; name: in `data-name`.  tell: called with the new count.
 */
export function count({ label, name = label, tell }) {
  const range = html("input", {
    type: "range",
    step: 1,
    "aria-label": label,
    oninput: () => tell(Number(range.value)),
    ...KEEP_KEYS,
  });
  const output = html("output", { "aria-live": "off" }); // the slider itself says its number
  const element = html(
    "label",
    { class: "bp-slider", "data-name": name },
    html("i", {}, label),
    range,
    output,
  );

  function set(value, min, max, text, spoken = `${label} ${text}`) {
    range.min = min;
    range.max = max;
    range.value = value;
    range.style.setProperty("--bp-share", `${max > min ? (100 * (value - min)) / (max - min) : 100}%`);
    range.setAttribute("aria-valuetext", spoken);
    write(output, text);
  }
  return { element, set };
}

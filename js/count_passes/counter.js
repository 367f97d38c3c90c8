// A slider for a count. The common slider widens its reach around 0, where a count has fixed limits.
import { KEEP_KEYS, html, write } from "../common/dom.js";

/** tell: called with the new count.  set(value, max, text, spoken): shows a count without telling anyone. */
export function counter({ name, label, min, max, tell }) {
  const range = html("input", {
    type: "range",
    min,
    max,
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
  return {
    element,
    set(value, reach, text, spoken) {
      range.max = reach;
      range.value = value;
      range.style.setProperty("--bp-share", `${(100 * (value - min)) / (reach - min)}%`);
      range.setAttribute("aria-valuetext", spoken);
      write(output, text);
    },
  };
}

// The line above a picture: what it shows, and what its colours mean.
import { html } from "./dom.js";
import { pretty } from "./numbers.js";

/** text: what is shown.  meanings: colour name (value, gradient, parameter, loss, local) → what it stands for. */
export function title(text, meanings) {
  const keys = Object.entries(meanings).map(([kind, meaning]) =>
    html("span", { class: `bp-key bp-key-${kind}` }, pretty(meaning)),
  );
  return html(
    "div",
    { class: "bp-title" },
    html("strong", {}, pretty(text)),
    html("span", { class: "bp-legend" }, ...keys),
  );
}

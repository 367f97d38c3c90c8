// A small square for every question: filled when it was right, half when it comes back, ringed while it is asked.
import { html } from "../common/dom.js";

export function pips(count) {
  const all = Array.from({ length: count }, () => html("i", {}));
  const element = html("span", { class: "bp-pips", "aria-hidden": "true" }, ...all);

  function show({ ids, right, wrong }, shown) {
    all.forEach((pip, i) => {
      pip.className = right.has(ids[i]) ? "bp-right" : wrong.has(ids[i]) ? "bp-back" : "";
      pip.classList.toggle("bp-now", i === shown);
    });
  }
  return { element, show };
}

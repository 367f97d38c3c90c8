// The numbers under the picture, in one sentence.
import { html, write } from "../common/dom.js";

const PARTS = ["head", "measured", "error", "verdict", "remark"];

export function caption() {
  const parts = PARTS.map((name) => html("span", { class: `bp-said bp-said-${name}` }));
  const element = html("div", { class: "bp-caption" }, html("div", { role: "status" }, ...parts));
  let shown = "";

  function update(described) {
    const now = JSON.stringify(described);
    if (now === shown) return; // what stays is not said twice
    shown = now;
    PARTS.forEach((name, i) => write(parts[i], described[name]));
  }
  return { element, update };
}

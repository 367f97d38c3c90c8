// The numbers under the picture, in one sentence.
import { html } from "../common/dom.js";

const PARTS = ["head", "secant", "derivative", "rest"];

export function caption() {
  const parts = PARTS.map((name) => html("span", { class: `bp-said bp-said-${name}` }));
  const element = html("div", { class: "bp-caption" }, html("div", { role: "status" }, ...parts));
  let shown = "";

  function update(described) {
    const now = JSON.stringify(described);
    if (now === shown) return; // what stays is not said twice
    shown = now;
    PARTS.forEach((name, i) => parts[i].replaceChildren(...[described[name]].flat().map(piece)));
  }
  return { element, update };
}

const piece = (part) =>
  typeof part === "string" ? part : html("span", { class: `bp-${part.kind}` }, part.text);

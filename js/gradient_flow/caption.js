// The numbers under the picture, in two sentences or three.
import { html } from "../common/dom.js";

export function caption() {
  const [head, rest] = ["bp-said-head", "bp-said-rest"].map((kind) => html("span", { class: kind }));
  const element = html("div", { class: "bp-caption" }, html("div", { role: "status" }, head, " ", rest));
  let shown = "";

  function update(described) {
    const now = JSON.stringify(described);
    if (now === shown) return; // what stays is not said twice
    shown = now;
    head.replaceChildren(...described.head.map(piece));
    rest.replaceChildren(...described.rest.map(piece));
  }
  return { element, update };
}

const piece = (part) =>
  typeof part === "string" ? part : html("span", { class: `bp-${part.kind}` }, part.text);

// The numbers under the picture, in one sentence.
import { html } from "../common/dom.js";

export function caption() {
  const sentence = html("div", { class: "bp-said", role: "status" });
  const element = html("div", { class: "bp-caption" }, sentence);
  let shown = "";

  /** parts: text, or { text, kind } with the kind's colour. */
  function update(parts) {
    const now = JSON.stringify(parts);
    if (now === shown) return; // what stays is not said twice
    shown = now;
    sentence.replaceChildren(...parts.map(piece));
  }
  return { element, update };
}

const piece = (part) =>
  typeof part === "string" ? part : html("span", { class: `bp-said-${part.kind}` }, part.text);

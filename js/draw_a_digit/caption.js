// The sentence under the pictures: what is read stands out, and so does a gradient at its end.
import { html, write } from "../common/dom.js";

const PARTS = /^(.*?[.:] )(.*?)(∂L\/∂x = \S+)?$/;

/** remark: what is always said first; a sentence of its own, or nothing. */
export function caption(remark) {
  const parts = ["bp-first", "bp-rest", "bp-gradient"].map((kind) => html("span", { class: kind }));
  const said = html("div", { role: "status", class: "bp-body" }, html("strong", {}, remark), ...parts);
  const update = (sentence) => {
    const [, ...texts] = sentence.match(PARTS);
    parts.forEach((part, k) => write(part, texts[k] ?? ""));
  };
  return { element: html("div", { class: "bp-caption" }, said), update };
}

// The numbers under the picture: a column for each runner, to the eye; one sentence, to whoever listens.
import { html, write } from "../common/dom.js";
import { pretty } from "../common/numbers.js";
import { RUNNERS } from "./runners.js";
import { sentence } from "./words.js";

export function caption() {
  const said = html("div", { role: "status", class: "bp-unseen" });
  const [head, remark] = ["head", "remark"].map((name) => html("div", { class: `bp-said-${name}` }));
  const columns = RUNNERS.map(() => [
    html("div", { class: "bp-said-where" }),
    html("div", { class: "bp-said-last" }),
  ]);
  const table = html("div", { class: "bp-columns" }, ...columns.map((parts) => html("div", {}, ...parts)));
  const seen = html("div", { class: "bp-seen", "aria-hidden": "true" }, head, table, remark);

  function update(described) {
    write(said, pretty(sentence(described)));
    write(head, described.head);
    write(remark, pretty(described.remark));
    table.hidden = described.runners.length === 0;
    columns.forEach((parts, i) => parts.forEach((part, k) => write(part, described.runners[i]?.[k] ?? "")));
  }
  return { element: html("div", { class: "bp-caption" }, said, seen), status: said, update };
}

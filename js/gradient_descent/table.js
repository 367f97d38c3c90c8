// The next step in numbers: what each parameter is, what is taken from it, what it will be.
import { html, write } from "../common/dom.js";
import { number, pretty, signed } from "../common/numbers.js";

const COLUMNS = ["parameter", "now", "− η × gradient", "after one step"];

/** names: the parameters, a row each.  update: called with objects that map names to numbers, and with η. */
export function table(names) {
  const rows = names.map((name) => {
    const [now, taken, next] = ["value", "gradient", "value"].map((kind) =>
      html("td", { class: `bp-${kind}` }),
    );
    const row = html("tr", {}, html("th", { scope: "row" }, pretty(name)), now, taken, next);
    return { name, row, now, taken, next };
  });
  const head = html("tr", {}, ...COLUMNS.map((column) => html("th", { scope: "col" }, column)));
  const element = html("table", { class: "bp-table" }, html("thead", {}, head));
  element.append(html("tbody", {}, ...rows.map(({ row }) => row)));

  function update(values, gradients, eta, stepped) {
    for (const { name, now, taken, next } of rows) {
      write(now, number(values[name]));
      write(taken, `− ${number(eta)} × (${signed(gradients[name])})`);
      write(next, number(stepped[name]));
    }
  }
  return { element, update };
}

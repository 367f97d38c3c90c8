// The Jacobian: a row for each output, a column for each input, empty where no pass has been.
import { html, write } from "../common/dom.js";
import { pretty } from "../common/numbers.js";
import { above } from "./layout.js";
import { short } from "./words.js";

const WIDEST = 2; // the derivative whose bar reaches the cell's side

/** start(mode, k): called when the reader presses the name of column or row k. */
export function matrix(start) {
  const element = html("table", { class: "bp-jacobian", "aria-label": "the Jacobian" });
  let built = "";
  let columns;
  let rows;

  function build(inputs, outputs) {
    const name = (letter, k, scope, mode) =>
      html(
        "th",
        { scope, class: "bp-pressable", onclick: () => start(mode, k) },
        pretty(`${letter}${k + 1}`),
      );
    columns = Array.from({ length: inputs }, (_, j) => name("x", j, "col", "forward"));
    rows = Array.from({ length: outputs }, (_, i) => ({
      head: name("y", i, "row", "reverse"),
      cells: Array.from({ length: inputs }, () => {
        const text = html("span", { class: "bp-cell" });
        return { text, cell: html("td", {}, text) };
      }),
    }));
    element.style.setProperty("--bp-above", `${above(outputs)}px`);
    element.style.setProperty("--bp-columns", inputs);
    element.replaceChildren(
      html("thead", {}, html("tr", {}, html("td"), ...columns)),
      html(
        "tbody",
        {},
        ...rows.map(({ head, cells }) => html("tr", {}, head, ...cells.map(({ cell }) => cell))),
      ),
    );
  }

  function update(jacobian, mode, passes) {
    const key = [jacobian[0].length, jacobian.length].join();
    if (key !== built) build(jacobian[0].length, jacobian.length);
    built = key;
    const isLast = (i, j) => (mode === "forward" ? j : i) === passes - 1;
    columns.forEach((head, j) => head.classList.toggle("active", mode === "forward" && isLast(0, j)));
    rows.forEach(({ head, cells }, i) => {
      head.classList.toggle("active", mode === "reverse" && isLast(i, 0));
      cells.forEach(({ text }, j) => show(text, jacobian[i][j], isLast(i, j)));
    });
  }

  return { element, update };
}

function show(text, derivative, isLast) {
  const filled = derivative !== null;
  write(text, filled ? short(derivative) : "");
  text.classList.toggle("filled", filled);
  text.classList.toggle("minus", filled && derivative < 0);
  text.classList.toggle("active", isLast);
  text.style.setProperty("--bp-size", filled ? `${(50 * Math.abs(derivative)) / WIDEST}%` : "0%");
}

// A block of numbers with its label. The result is a grid: one stop for Tab, and the arrow keys go through its entries.
import { KEEP_KEYS, html } from "../common/dom.js";
import { pretty } from "../common/numbers.js";
import { cellTexts } from "./digits.js";
import { bareName, shapeOf } from "./equations.js";
import { kindOf } from "./pass.js";
import { cellName, local, times, written } from "./words.js";

/** room: a cell's w and h, and the size of its letters. Returns { elements, cells }. */
export function block({ role, name, x, y }, seen, room) {
  const matrix = role === "local" ? seen.locals(name) : seen.get(name);
  const texts = cellTexts(matrix, name, room);
  const shape = shapeOf(name, seen);
  const { element, cells } =
    role === "result" ? grid(name, texts, matrix, seen) : still(role, name, texts, shape);
  element.classList.add("bp-block", `bp-${role}`, `bp-${kindOf(name)}`);
  Object.assign(element.style, {
    left: `${x}px`,
    top: `${y}px`,
    lineHeight: `${room.h}px`,
    gridTemplate: `repeat(${shape[0]}, ${room.h}px) / repeat(${shape[1]}, ${room.w}px)`,
  });
  return { elements: [element, label({ role, name, x, y }, shape, room)], cells };
}

// A block to look at; in one of the result's shape, a cell stands for the result's.
function still(role, name, texts, shape) {
  const pointed = role === "product" || role === "local";
  const cells = texts.map((row, i) =>
    row.map((text, j) => html("span", pointed ? { "data-row": i, "data-column": j } : {}, text)),
  );
  const called = `${role === "local" ? local(name) : name}, ${times(shape)}`;
  return { element: html("div", { role: "img", "aria-label": called }, ...cells.flat()), cells };
}

function grid(name, texts, matrix, seen) {
  const cells = texts.map((row, i) =>
    row.map((text, j) => {
      const called = `${cellName(name, seen, i, j)} = ${written(name, matrix[i][j])}`;
      const place = { "data-row": i, "data-column": j };
      return html("span", { role: "gridcell", "aria-label": called, ...place, ...KEEP_KEYS }, text);
    }),
  );
  const rows = cells.map((row) => html("div", { role: "row" }, ...row));
  return { element: html("div", { role: "grid", "aria-label": `the entries of ${name}` }, ...rows), cells };
}

const ABOVE = ["right", "local"]; // their labels are over them: under them something else stands
const SUMMED = { left: 1, right: 0 }; // the axis of theirs that the other one has, too

function label({ role, name, x, y }, shape, { w, h }) {
  const counts = shape.map((count, k) =>
    html("span", { class: SUMMED[role] === k ? "bp-inner" : "" }, count),
  );
  const text = role === "local" ? local(name) : bareName(name) === "1" ? "ones" : name;
  const element = html(
    "div",
    { class: "bp-label", "aria-hidden": "true" },
    html("b", { class: `bp-${kindOf(name)}` }, pretty(text)),
    html("span", { class: "bp-shape" }, counts[0], "×", counts[1]),
  );
  const put = (left, top) => Object.assign(element.style, { left: `${left}px`, top: `${top}px` });
  if (ABOVE.includes(role)) put(x, y - 22);
  else if (role === "right-extra") put(x + shape[1] * w + 8, y + h / 2 - 10);
  else {
    element.classList.add("bp-under");
    put(x + (shape[1] * w) / 2, y + shape[0] * h + 3);
  }
  return element;
}

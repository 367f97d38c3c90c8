// Every entry of every gradient as a cell that can be pointed at, or reached with the arrows.
import { KEEP_KEYS, html, write } from "../common/dom.js";
import { pretty, signed } from "../common/numbers.js";
import { unique } from "../common/unique.js";
import { ratioOf } from "./check.js";
import { PARAMETERS } from "./pass.js";
import { brief, briefError, times } from "./words.js";

// How a view writes a cell, and how deep its colour is, from 0 to 1; largest: the largest gradient or difference.
const difference = ({ analytic, numerical }) => analytic - numerical;
const size = (cell) => Math.max(Math.abs(cell.analytic), Math.abs(cell.numerical));
export const VIEWS = {
  analytic: view("what this pass claims", (cell) => cell.analytic),
  numerical: view("what nudging each parameter measures", (cell) => cell.numerical),
  ratio: {
    says: "analytic ÷ numerical: ×1 is right",
    text: (cell) => (cell.error < 1e-5 ? (cell.numerical === 0 ? "0 = 0" : "×1") : narrow(ratioOf(cell))),
    depth: (cell) => (cell.error < 1e-5 ? 0 : octaves(ratioOf(cell))),
  },
  difference: view("analytic − numerical: 0 is right", (cell) => (cell.error < 1e-5 ? 0 : difference(cell))),
};

function view(says, read) {
  return {
    says,
    text: (cell) => brief(read(cell)),
    depth: (cell, largest) => Math.abs(read(cell)) / (largest || 1),
  };
}

// A ratio, as far as it fits into a cell.
function narrow(ratio) {
  const size = Math.abs(ratio ?? 1);
  if (size >= 10000) return ratio > 0 ? "×>10⁴" : "×<−10⁴";
  return times(size < 1 ? Number(ratio.toFixed(3)) : ratio);
}

// A sign that is wrong, and a factor of 8, are as deep as it goes.
function octaves(ratio) {
  if (ratio === null || ratio <= 0) return 1;
  return Math.min(1, 0.25 + Math.abs(Math.log2(ratio)) / 4);
}

/** shapes: parameter → [rows, columns].  tell: called with { name, row, column } of the cell in question. */
export function cells(shapes, tell) {
  const blocks = Object.fromEntries(PARAMETERS.map((name) => [name, block(name, shapes[name])]));
  const panels = [
    [...blocks.W1.lines, ...blocks.b1.lines],
    [...blocks.W2.lines, ...blocks.b2.lines],
  ];
  let at = [0, 0, 0]; // panel, line, column
  const layers = [
    html("div", { class: "bp-layer", role: "none" }, blocks.W1.element, blocks.b1.element),
    html("div", { class: "bp-layer", role: "none" }, blocks.W2.element, blocks.b2.element),
  ];
  const element = html(
    "div",
    {
      class: "bp-cells",
      role: "grid",
      tabindex: 0,
      "aria-label": "the gradients, entry by entry; the arrows move",
      onkeydown: step,
      onpointerover: (event) => point(event.target),
      ...KEEP_KEYS,
    },
    ...layers,
  );

  function step(event) {
    const [panel, line, column] = at;
    const width = panels[panel][line].length;
    const next = {
      ArrowUp: [panel, line - 1, column],
      ArrowDown: [panel, line + 1, column],
      ArrowRight: column + 1 < width ? [panel, line, column + 1] : panel === 0 ? [1, line, 0] : at,
      ArrowLeft: column > 0 ? [panel, line, column - 1] : panel === 1 ? [0, line, Infinity] : at,
    }[event.key];
    if (!next) return;
    event.preventDefault(); // the page does not scroll
    const lines = panels[next[0]];
    const lower = Math.max(0, Math.min(lines.length - 1, next[1]));
    go([next[0], lower, Math.min(lines[lower].length - 1, next[2])]);
  }

  function point(target) {
    panels.forEach((lines, p) =>
      lines.forEach((line, l) => line.forEach(({ cell }, c) => cell === target && go([p, l, c]))),
    );
  }

  function go(next) {
    here().cell.classList.remove("bp-here");
    at = next;
    mark();
    tell(place());
  }

  function mark() {
    here().cell.classList.add("bp-here");
    element.setAttribute("aria-activedescendant", here().cell.id);
  }

  const here = () => panels[at[0]][at[1]][at[2]];
  const place = () => {
    const { name, row, column } = here();
    return { name, row, column };
  };

  /** found: from `check`.  chosen: a key of VIEWS. */
  function update(found, chosen) {
    const { text, depth } = VIEWS[chosen];
    const all = PARAMETERS.flatMap((name) => found[name].cells.flat());
    const largest = Math.max(
      ...all.map(chosen === "difference" ? (cell) => Math.abs(difference(cell)) : size),
    );
    for (const name of PARAMETERS) {
      blocks[name].judge(found[name]);
      for (const { cell, row, column } of blocks[name].lines.flat()) {
        const entry = found[name].cells[row][column];
        write(cell, text(entry));
        cell.style.setProperty("--bp-depth", `${(60 * depth(entry, largest)).toFixed(1)}%`);
        cell.setAttribute("aria-label", told(name, row, column, entry));
      }
    }
  }

  mark();
  return { element, update, place };
}

export const placeName = (name, row, column) =>
  pretty(name) + (name.startsWith("b") ? `[${column}]` : `[${row}, ${column}]`);

const told = (name, row, column, { analytic, numerical }) =>
  `${placeName(name, row, column)}: analytic ${signed(analytic)}, numerical ${signed(numerical)}, ` +
  `ratio ${times(ratioOf({ analytic, numerical }))}`;

function block(name, [rows, columns]) {
  const error = html("span", { class: "bp-error" });
  const head = html(
    "div",
    { role: "row", class: "bp-block-head" },
    html("span", { role: "rowheader" }, html("i", {}, pretty(name)), " ", error),
  );
  const lines = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => ({
      name,
      row,
      column,
      cell: html("span", { class: "bp-entry", role: "gridcell", id: unique("entry") }),
    })),
  );
  const element = html(
    "div",
    { class: "bp-block", role: "rowgroup", "aria-label": pretty(name), "data-name": name },
    head,
    ...lines.map((line) => html("div", { role: "row", class: "bp-line" }, ...line.map(({ cell }) => cell))),
  );

  function judge(found) {
    write(error, `${found.ok ? "✓" : "✗"} error ${briefError(found.error)}: ${found.verdict}`);
    element.classList.toggle("bp-off", !found.ok);
  }
  return { element, lines, judge };
}

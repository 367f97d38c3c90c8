// A column for each hidden unit: where its z lie against the kink, and how many samples are above it.
import { scaleSymlog } from "d3-scale";
import { svg } from "../common/dom.js";
import { follow } from "../common/pointer.js";
import { UNITS } from "./lab.js";

const SIZE = {
  width: 408,
  height: 250,
  left: 50,
  right: 404,
  top: 26,
  bottom: 172,
  cells: 181,
  cell: 20,
  numbers: 217,
};
const TICKS = [-100, -10, -2, 0, 2, 10, 100];
const COLUMN = (SIZE.right - SIZE.left) / UNITS;
const BAR = 10;
const LEAST = 3; // pixels: the height of a bar

/** choose: called with the unit, from 1 on, that was pointed at. */
export function strip(choose) {
  const y = scaleSymlog([-100, 100], [SIZE.bottom, SIZE.top]).clamp(true);
  const kink = y(0);
  const chosen = svg("rect", {
    class: "bp-chosen",
    y: SIZE.top - 4,
    width: COLUMN,
    height: SIZE.numbers + 10 - SIZE.top,
    rx: 3,
  });
  const columns = Array.from({ length: UNITS }, (_, j) => column(SIZE.left + (j + 0.5) * COLUMN, j + 1));
  const reach = svg("rect", {
    class: "bp-reach",
    x: SIZE.left,
    y: SIZE.top - 4,
    width: SIZE.right - SIZE.left,
    height: SIZE.numbers + 10 - SIZE.top,
  });
  const element = svg(
    "svg",
    { viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img" },
    svg("text", { class: "bp-axis-name", x: 2, y: 13 }, "z₁ of each unit, from lowest to highest sample"),
    chosen,
    svg("g", { class: "bp-axis" }, ...TICKS.flatMap((z) => tick(z, y(z)))),
    ...columns.map(({ group }) => group),
    svg("line", { class: "bp-kink", x1: SIZE.left, x2: SIZE.right, y1: kink, y2: kink }),
    svg("text", { class: "bp-row-name", x: SIZE.left - 7, y: SIZE.cells + 14 }, "share"),
    svg("text", { class: "bp-row-name", x: SIZE.left - 7, y: SIZE.numbers }, "unit"),
    ...key(SIZE.left, CROSS, "dead: f′ = 0 at every sample"),
    ...key(SIZE.left + 208, RING, "z₁ ≤ 0, but f′ is not 0"),
    reach,
  );
  follow(reach, ([x]) => choose(Math.max(1, Math.min(UNITS, 1 + Math.floor((x - SIZE.left) / COLUMN)))));

  /** units: of `ringsNetwork`.  unit: the one looked at. */
  function update(units, unit) {
    chosen.setAttribute("x", SIZE.left + (unit - 1) * COLUMN);
    units.forEach((now, j) => {
      const { group, above, below, share, mark, number } = columns[j];
      const [top, bottom] = ends(y(now.high), y(now.low));
      place(above, Math.min(top, kink), Math.min(bottom, kink));
      place(below, Math.max(top, kink), Math.max(bottom, kink));
      group.classList.toggle("bp-silent", now.silent);
      group.classList.toggle("bp-dead", now.dead);
      place(share, SIZE.cells + SIZE.cell * (1 - now.active / now.z.length), SIZE.cells + SIZE.cell);
      mark.setAttribute("d", now.dead ? CROSS : now.silent ? RING : "");
      number.classList.toggle("bp-looked-at", j + 1 === unit);
    });
    element.setAttribute("aria-label", says(units));
  }
  return { element, update };
}

const CROSS = "M-5-5 5 5M5-5-5 5";
const RING = "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0";

function column(x, unit) {
  const rect = (kind, width) => svg("rect", { class: kind, x: x - width / 2, width });
  const [above, below] = [rect("bp-above", BAR), rect("bp-below", BAR)];
  const cell = svg("rect", {
    class: "bp-cell",
    x: x - 8,
    y: SIZE.cells,
    width: 16,
    height: SIZE.cell,
    rx: 2,
  });
  const share = rect("bp-share", 16);
  const mark = svg("path", {
    class: "bp-glyph",
    transform: `translate(${x} ${SIZE.cells + SIZE.cell / 2})`,
  });
  const number = svg("text", { class: "bp-number", x, y: SIZE.numbers, "text-anchor": "middle" }, unit);
  return {
    group: svg("g", { class: "bp-unit" }, below, above, share, cell, mark, number),
    above,
    below,
    share,
    mark,
    number,
  };
}

// No bar is so short, or so far off, that it is not seen.
function ends(top, bottom) {
  const short = Math.max(0, LEAST - (bottom - top)) / 2;
  const middle = Math.min(SIZE.bottom - LEAST / 2, Math.max(SIZE.top + LEAST / 2, (top + bottom) / 2));
  return short > 0 ? [middle - LEAST / 2, middle + LEAST / 2] : [top, bottom];
}

const key = (x, glyph, words) => [
  svg("path", { class: "bp-glyph", d: glyph, transform: `translate(${x + 6} ${SIZE.height - 10})` }),
  svg("text", { class: "bp-key-name", x: x + 17, y: SIZE.height - 6 }, words),
];

function place(rect, top, bottom) {
  rect.setAttribute("y", top);
  rect.setAttribute("height", bottom - top);
}

const tick = (z, at) => [
  svg("line", { x1: SIZE.left, x2: SIZE.right, y1: at, y2: at }),
  svg(
    "text",
    { x: SIZE.left - 7, y: at + 4, "text-anchor": "end" },
    z === 0 ? "kink 0" : String(z).replace("-", "−"),
  ),
];

function says(units) {
  const told = units.map(({ active, z, silent, dead }, j) => {
    const state = dead ? ", dead" : silent ? ", every z ≤ 0" : "";
    return `${j + 1}: ${Math.round((100 * active) / z.length)} %${state}`;
  });
  return `share of the samples above the kink, for each unit: ${told.join("; ")}`;
}

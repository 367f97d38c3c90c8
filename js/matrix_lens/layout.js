// Where the blocks stand: what made an entry of the result is to its left and above it.
// A product has its left factor on the left and its right factor above; entry by entry (⊙) it is the same with cells.
import { EQUATIONS, factors, shapeOf } from "./equations.js";

export const HEIGHT = 356; // of the picture at any width, so that nothing jumps
const CELL = { width: 66, height: 30, least: 14 };
const NARROW = 640; // below this, Σ stands without the words beside it
const GAP = 16; // between a factor and the result
const BESIDE = 40; // between the two steps of dz1 = (dz2 W2ᵀ) ⊙ a1(1 − a1)
const EXTRA = 7; // between W and b, which are stacked: X W + b is [X 1] times the two
const ABOVE = 22; // a label over a block
const BELOW = 38; // a label under one
const ROOM = { sum: 150, narrow: 40, local: 132, bias: 78, right: 84 }; // for labels that stick out
const EDGE = 2; // for the outline of a block

/** The size of a cell in pixels, and at: role → a block's name, corner, and count of rows and columns. */
export function layout(name, seen, width) {
  const equation = EQUATIONS[name];
  const [rows, columns] = shapeOf(name, seen);
  const common = equation.left ? seen.sizes[equation.over] : 0;
  const narrow = width < NARROW;
  const steps = equation.activation ? 2 : 1;
  const counts = { rows, columns, common, bias: Boolean(equation.bias), steps, narrow };
  let [w, h] = [CELL.width, CELL.height];
  while (w > CELL.least && across(counts, w).total > width - 2 * EDGE) w--;
  while (h > CELL.least && down(counts, h).total > HEIGHT) h--;
  const [x, y] = [across(counts, w), down(counts, h)];
  const left = Math.round(x.before + (width - x.total) / 2);
  const top = Math.round(y.before + (HEIGHT - y.total) / 2);
  return { w, h, narrow, at: place(name, equation, seen, { ...counts, left, top, w, h }) };
}

// What there is before the left edge of the first result, and in all.
function across({ columns, common, bias, steps, narrow }, w) {
  const over = narrow ? ROOM.narrow : ROOM.sum;
  const factor = common > 0 ? Math.max(GAP + common * w + (bias ? EXTRA + w : 0), over) : 0;
  const result = columns * w;
  const beyond =
    steps === 2
      ? result + BESIDE + Math.max(result, ROOM.local)
      : Math.max(result + (bias ? ROOM.bias : 0), ROOM.right);
  return { before: factor, total: factor + beyond };
}

function down({ rows, common, bias, steps }, h) {
  const factor = common > 0 ? GAP + common * h + (bias ? EXTRA + h : 0) : 0;
  const local = steps === 2 ? GAP + rows * h : 0;
  const before = ABOVE + Math.max(factor, local);
  return { before, total: before + rows * h + BELOW };
}

function place(name, equation, seen, { rows, columns, common, bias, steps, left, top, w, h }) {
  const at = {};
  if (common > 0) {
    const [along, over] = factors(equation, seen.convention);
    const [width, height] = [common * w + (bias ? EXTRA + w : 0), common * h + (bias ? EXTRA + h : 0)];
    at.left = { name: along, x: left - GAP - width, y: top, rows, columns: common };
    at.right = { name: over, x: left, y: top - GAP - height, rows: common, columns };
  }
  if (bias) {
    const [one, other] = factors({ left: "1", right: equation.bias }, seen.convention);
    at["left-extra"] = { name: one, x: left - GAP - w, y: top, rows, columns: 1 };
    at["right-extra"] = { name: other, x: left, y: top - GAP - h, rows: 1, columns };
  }
  const end = left + (steps - 1) * (columns * w + BESIDE);
  if (steps === 2) {
    at.product = { name: name.replace("z", "a"), x: left, y: top, rows, columns };
    at.local = { name: equation.activation, x: end, y: top - GAP - rows * h, rows, columns };
  }
  at.result = { name, x: end, y: top, rows, columns };
  return at;
}

/** Where ⊙ stands, between the two that it multiplies. */
export const signAt = ({ x, y }) => [x - BESIDE / 2, y - GAP / 2];

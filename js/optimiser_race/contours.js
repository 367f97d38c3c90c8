// A surface seen from above: lines of equal loss, and a shade that is stronger where the loss is higher.
import { html } from "../common/dom.js";
import { REACH, SURFACES } from "./surfaces.js";

const [COLUMNS, ROWS] = [150, 100]; // cells
const WIDTH = COLUMNS + 1;
const STRONGEST = 0.55;
const COLOUR = [0xcc, 0x79, 0xa7]; // that of the loss: the same in every theme, more or less of it

export const CELLS = { columns: COLUMNS, rows: ROWS };

/** line: a path, drawn in units of cells from the top left.  Returns { canvas, update({ surface, condition }) }. */
export function contours(line) {
  const canvas = html("canvas", { width: WIDTH, height: ROWS + 1, "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  const image = context.createImageData(WIDTH, ROWS + 1);
  const losses = new Float64Array(WIDTH * (ROWS + 1));
  losses.forEach((_, k) => image.data.set(COLOUR, 4 * k));
  let shown = "";

  function update({ surface, condition }) {
    if (shown === (shown = `${surface} ${condition}`)) return;
    const { loss, levels } = SURFACES[surface];
    for (let row = 0, k = 0; row <= ROWS; row++) {
      const w2 = REACH[1] * (1 - (2 * row) / ROWS);
      for (let column = 0; column <= COLUMNS; column++, k++) {
        losses[k] = loss(REACH[0] * ((2 * column) / COLUMNS - 1), w2, condition);
        image.data[4 * k + 3] = 255 * STRONGEST * rank(losses[k], levels);
      }
    }
    context.putImageData(image, 0, 0);
    line.setAttribute("d", linesOf(losses, levels));
  }
  return { canvas, update };
}

// From 0 to 1: how many of the levels lie below, and how far it is to the next one.
function rank(loss, levels) {
  let above = 0;
  while (above < levels.length && loss >= levels[above]) above++;
  if (above === levels.length) return 1;
  const low = above > 0 ? levels[above - 1] : 0;
  return (above + (loss - low) / (levels[above] - low)) / levels.length;
}

/** Where the loss passes a level: in each cell the points on its edges are joined (marching squares). */
function linesOf(losses, levels) {
  let path = "";
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      const k = row * WIDTH + column;
      const [a, b, c, d] = [losses[k], losses[k + 1], losses[k + 1 + WIDTH], losses[k + WIDTH]];
      const [low, high] = [Math.min(a, b, c, d), Math.max(a, b, c, d)];
      for (const level of levels) {
        if (low < level && high >= level) path += through([a, b, c, d], level, column, row);
      }
    }
  }
  return path;
}

function through(around, level, column, row) {
  const crossings = [];
  for (let edge = 0; edge < 4; edge++) {
    const [here, next] = [around[edge], around[(edge + 1) % 4]];
    if (here < level === next < level) continue;
    const [x, y] = onEdge(edge, (level - here) / (next - here));
    crossings.push(`${(column + x).toFixed(2)} ${(row + y).toFixed(2)}`);
  }
  // At a saddle four edges are crossed; each crossing goes with the one after it.
  return crossings.map((at, i) => (i % 2 === 0 ? "M" : "L") + at).join("");
}

// A share of the way along an edge of a cell, which is walked round from its upper left corner.
const onEdge = (edge, share) =>
  [
    [share, 0],
    [1, share],
    [1 - share, 1],
    [0, 1 - share],
  ][edge];

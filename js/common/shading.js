// The answer of the output all over a square: shaded by probability, with the line where both classes are as likely.
import { html, svg } from "./dom.js";

export const CELLS = 40; // to a side
const CORNERS = CELLS + 1;
const STRONGEST = 0.6; // of the shading, where the network is sure
/** The corners of the cells over [low, high]², row after row from the bottom: CORNERS² × 2. */
export function corners(low, high) {
  const at = (k) => low + ((high - low) * k) / CELLS;
  const grid = new Float64Array(2 * CORNERS * CORNERS);
  for (let k = 0; k < CORNERS * CORNERS; k++) {
    grid[2 * k] = at(k % CORNERS);
    grid[2 * k + 1] = at(Math.floor(k / CORNERS));
  }
  return grid;
}
export const COUNT = CORNERS * CORNERS;

/** Returns { canvas, line, update(logits) }: a canvas to stretch over the square, a path in units of cells from its top left. */
export function field() {
  const canvas = html("canvas", { width: CORNERS, height: CORNERS, "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  const image = context.createImageData(CORNERS, CORNERS);
  const line = svg("path", { class: "bp-boundary" });

  function update(logits) {
    const { data } = image;
    const colours = [0, 1].map(colourOf);
    for (let k = 0; k < COUNT; k++) {
      const sure = Math.tanh(logits[k] / 2); // 2p − 1
      const row = CELLS - Math.floor(k / CORNERS); // pictures count from the top
      const pixel = 4 * (row * CORNERS + (k % CORNERS));
      const colour = colours[sure > 0 ? 1 : 0];
      for (let c = 0; c < 3; c++) data[pixel + c] = colour[c];
      data[pixel + 3] = 255 * STRONGEST * Math.abs(sure);
    }
    context.putImageData(image, 0, 0);
    line.setAttribute("d", contour(logits));
  }
  // Read anew each time: the reader may change the theme.
  function colourOf(c) {
    const hexadecimal = getComputedStyle(canvas).getPropertyValue(`--bp-class-${c}`).trim();
    return [1, 3, 5].map((k) => parseInt(hexadecimal.slice(k, k + 2), 16));
  }
  return { canvas, line, update };
}

/** Where the logits pass 0: in each cell the points on its edges are joined (marching squares). */
export function contour(logits) {
  let path = "";
  const at = (column, row) => logits[row * CORNERS + column];
  for (let row = 0; row < CELLS; row++) {
    for (let column = 0; column < CELLS; column++) {
      const around = [at(column, row), at(column + 1, row), at(column + 1, row + 1), at(column, row + 1)];
      const crossings = [];
      for (let k = 0; k < 4; k++) {
        const [here, next] = [around[k], around[(k + 1) % 4]];
        if (here > 0 === next > 0) continue;
        const [dx, dy] = edgePoint(k, here / (here - next));
        crossings.push(`${(column + dx).toFixed(2)} ${(CELLS - row - dy).toFixed(2)}`);
      }
      // At a saddle four edges are crossed; each crossing goes with the one after it.
      for (let k = 0; k + 1 < crossings.length; k += 2) path += `M${crossings[k]}L${crossings[k + 1]}`;
    }
  }
  return path;
}

// A share of the way along edge k of a unit cell, which is walked round from its lower left corner.
function edgePoint(k, share) {
  return [
    [share, 0],
    [1, share],
    [1 - share, 1],
    [0, 1 - share],
  ][k];
}

// A canvas that lies under a square of a drawing.
import { html } from "./dom.js";
import { CELLS } from "./shading.js";

/** The canvas is half a cell larger on each side, so that its outer pixels are centred on the square's edges. */
export function pane(canvas, { width, height, left, top, side }) {
  const glass = html("div", { class: "bp-window" }, canvas);
  const half = side / CELLS / 2;
  place(canvas, { left: -half, top: -half, side: side + 2 * half }, { width: side, height: side });
  place(glass, { left, top, side }, { width, height });
  return glass;
}

function place({ style }, { left, top, side }, { width, height }) {
  const percent = (part, whole) => `${(100 * part) / whole}%`;
  Object.assign(style, {
    left: percent(left, width),
    top: percent(top, height),
    width: percent(side, width),
    height: percent(side, height),
  });
}

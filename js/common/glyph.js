// The mark of a class, by form as well as by colour, as in the package's pictures: a disc for 0, a square for 1.
import { svg } from "./dom.js";

export function glyph(c, size = 6) {
  const side = 1.75 * size;
  return c === 0
    ? svg("circle", { class: "bp-class-0", r: size })
    : svg("rect", { class: "bp-class-1", x: -side / 2, y: -side / 2, width: side, height: side });
}

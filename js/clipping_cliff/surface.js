// The loss all over the picture: the darker the higher, with lines of equal loss.
import { html, svg } from "../common/dom.js";
import { B, W, look } from "./cliff.js";

const CELLS = 220; // to a side
const LEVELS = [0.005, 0.02, 0.04, 0.06, 0.08, 0.2, 0.3, 0.4, 0.45];
const HIGHEST = 0.49; // 0.7²: no loss is higher
const STRONGEST = 0.8;

/** x, y: the scales of the picture. Returns its elements. */
export function surface(x, y) {
  const corners = Array.from({ length: CELLS + 1 }, (_, row) =>
    Float64Array.from(
      { length: CELLS + 1 },
      (_, column) => look(along(W, column), along(B, row)).loss, // rows go up, as b does
    ),
  );
  const { left, top, width, height } = {
    left: x(W[0]),
    top: y(B[1]),
    width: x(W[1]) - x(W[0]),
    height: y(B[0]) - y(B[1]),
  };
  const half = width / CELLS / 2; // the middle of an outer pixel lies on the edge
  return [
    svg("image", {
      href: shaded(corners),
      x: left - half,
      y: top - half,
      width: width + 2 * half,
      height: height + 2 * half,
      preserveAspectRatio: "none",
    }),
    svg("path", {
      class: "bp-contours",
      transform: `translate(${left} ${top + height}) scale(${width / CELLS} ${-height / CELLS})`,
      d: LEVELS.map((level) => contour(corners, level)).join(""),
    }),
  ];
}

const along = ([low, high], k) => low + ((high - low) * k) / CELLS;

function shaded(corners) {
  const canvas = html("canvas", { width: CELLS + 1, height: CELLS + 1 });
  const context = canvas.getContext("2d");
  const image = context.createImageData(CELLS + 1, CELLS + 1);
  corners.forEach((losses, row) =>
    losses.forEach((loss, column) => {
      const strength = STRONGEST * (loss / HIGHEST) ** 0.7; // the low plain is not all white
      image.data.set([0xcc, 0x79, 0xa7, 255 * strength], 4 * ((CELLS - row) * (CELLS + 1) + column));
    }),
  );
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

/** Where the loss passes a level: in each cell the points on its edges are joined (marching squares). */
export function contour(corners, level) {
  let path = "";
  for (let row = 0; row < CELLS; row++) {
    for (let column = 0; column < CELLS; column++) {
      const [a, b] = [corners[row][column], corners[row][column + 1]];
      const [d, c] = [corners[row + 1][column], corners[row + 1][column + 1]];
      const above = (a > level) + (b > level) + (c > level) + (d > level);
      if (above === 0 || above === 4) continue;
      const around = [a, b, c, d];
      const crossings = around.flatMap((here, k) => {
        const next = around[(k + 1) % 4];
        if (here > level === next > level) return [];
        const share = (level - here) / (next - here);
        const [dx, dy] = [
          [share, 0],
          [1, share],
          [1 - share, 1],
          [0, 1 - share],
        ][k];
        return [`${(column + dx).toFixed(2)} ${(row + dy).toFixed(2)}`];
      });
      for (let k = 0; k + 1 < crossings.length; k += 2) path += `M${crossings[k]}L${crossings[k + 1]}`;
    }
  }
  return path;
}

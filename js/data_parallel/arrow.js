// A gradient as an arrow in a small square: to the right ∂L/∂w, up ∂L/∂b; behind it, wide and pale, that of the full batch.
import { svg } from "../common/dom.js";

const MARGIN = 3;
const HEAD = 7;

/** The length of the longest of these gradients: the scale in which they are drawn beside each other. */
export const longest = (gradients) =>
  Math.max(...gradients.filter((one) => one !== null).map((one) => Math.hypot(...one)), 1e-300);

/** An arrow from the middle of a square of so many pixels, with another one behind it. */
export function arrowBox(size) {
  const half = size / 2;
  const ghost = svg("path", { class: "bp-ghost" });
  const arrow = svg("path", { class: "bp-arrow" });
  const element = square(size, `M${-half} 0H${half}M0 ${-half}V${half}`, ghost, arrow);

  /** gradient, behind: each a pair, or null for none.  rim: the length that reaches the edge, of `longest`. */
  function update(gradient, rim, behind = null) {
    const tip = scaled((half - MARGIN) / rim);
    arrow.setAttribute("d", gradient === null ? "" : headed([0, 0], tip(gradient)));
    ghost.setAttribute("d", behind === null ? "" : `M0 0L${tip(behind).map(short).join(" ")}`);
  }
  return { element, update };
}

/** An arrow alone, its own middle in that of a square: twice as long in the same room. */
export function centredArrow(size) {
  const arrow = svg("path", { class: "bp-arrow" });
  const element = square(size, "", arrow);

  function update(gradient, rim) {
    const tip = scaled((size / 2 - MARGIN) / rim)(gradient);
    const tail = tip.map((entry) => -entry);
    arrow.setAttribute("d", headed(tail, tip));
  }
  return { element, update };
}

const square = (size, cross, ...drawn) =>
  svg(
    "svg",
    {
      class: "bp-arrow-box",
      width: size,
      height: size,
      viewBox: `${-size / 2} ${-size / 2} ${size} ${size}`,
      "aria-hidden": "true",
    },
    svg("path", { class: "bp-cross", d: cross }),
    ...drawn,
  );

// Up is up.
const scaled =
  (scale) =>
  ([dw, db]) => [dw * scale, -db * scale];

function headed([x0, y0], [x, y]) {
  const length = Math.hypot(x - x0, y - y0);
  if (length < 0.05) return "";
  const [u, v] = [(x - x0) / length, (y - y0) / length];
  const wing = Math.min(HEAD, 0.7 * length);
  const back = (side) =>
    `${short(x - wing * (u + side * v * 0.55))} ${short(y - wing * (v - side * u * 0.55))}`;
  return `M${short(x0)} ${short(y0)}L${short(x)} ${short(y)}M${back(1)}L${short(x)} ${short(y)}L${back(-1)}`;
}

const short = (pixel) => pixel.toFixed(2);

// The marks of an activation, by form as well as by colour, and the key to them.
import { html, svg } from "../common/dom.js";

const DIAMOND = 6.5; // from its middle to a corner, at most

/** A cell around (x, y) that shows all its forms; `data-state` says which of them is seen. */
export function cell(x, y, width, height) {
  const d = Math.min(DIAMOND, 0.4 * width);
  return svg(
    "g",
    { class: "bp-cell", transform: `translate(${x} ${y})` },
    svg("rect", {
      x: -width / 2,
      y: -height / 2,
      width,
      height,
      rx: Math.min(3, width / 4),
    }),
    svg("path", { class: "bp-diamond", d: `M0 ${-1.25 * d}L${d} 0L0 ${1.25 * d}L${-d} 0Z` }),
    svg("circle", { r: Math.min(2.2, 0.22 * width) }),
  );
}

/** The gradient, pointing to where it goes. */
export const pointer = () => svg("path", { class: "bp-arrow", d: "M-7 0L5-7V7Z" });

const MEANINGS = [
  ["waiting", "not computed"],
  ["active", "being computed"],
  ["kept", "held"],
  ["checkpoint", "held as a checkpoint"],
  ["gone", "let go"],
  ["gradient", "the gradient is here"],
];

export function key() {
  const entries = MEANINGS.map(([state, text]) => {
    const [width, height] = [22, 20];
    const mark =
      state === "gradient" ? [pointer()] : [cell(0, 0, 11, 14), ...(state === "active" ? [ring()] : [])];
    mark[0].setAttribute("data-state", state === "active" ? "kept" : state);
    const box = { viewBox: `${-width / 2} ${-height / 2} ${width} ${height}`, width, height };
    return html("span", {}, svg("svg", { ...box, "aria-hidden": "true" }, ...mark), text);
  });
  return html("div", { class: "bp-marks" }, ...entries);
}

const ring = () => svg("rect", { class: "bp-active", x: -8.5, y: -9, width: 17, height: 18, rx: 4 });

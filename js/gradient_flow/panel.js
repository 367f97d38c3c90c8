// One quantity over the layers: a dot for each, a bar up to it, and theory's line.
import { line } from "d3-shape";
import { svg } from "../common/dom.js";
import { powersOfTen } from "./scale.js";

/** kind: "gradient" or "value".  place: { top, bottom, left, right, most ticks }. */
export function panel(kind, place) {
  const axis = powersOfTen(place);
  const one = svg("line", { class: "bp-one", x1: place.left, x2: place.right });
  const bars = svg("path", { class: "bp-bars" });
  const before = svg("path", { class: "bp-before" });
  const dashes = svg("path", { class: "bp-theory" });
  const dots = svg("g", { class: "bp-dots" });
  const element = svg("g", { class: `bp-${kind}-panel` }, axis.element, one, bars, before, dots, dashes);

  /**
   * sizes: of the input, then of each layer.  expected, unclipped: the same by theory, and before clipping, or null.
   * x: where column k is.  step: how wide columns are.
   */
  function update(sizes, expected, unclipped, { x, step }) {
    axis.set([...sizes, ...(expected ?? []), ...(unclipped ?? [])]);
    const { y } = axis;
    for (const end of ["y1", "y2"]) one.setAttribute(end, y(1));
    bars.setAttribute("d", sizes.map((size, k) => `M${x(k)} ${place.bottom}V${y(size).toFixed(2)}`).join(""));
    bars.style.strokeWidth = Math.max(2, Math.min(12, 0.5 * step));
    const through = line((_, k) => x(k), y);
    dashes.setAttribute("d", expected ? through(expected) : "");
    before.setAttribute("d", unclipped ? through(unclipped) : "");
    while (dots.children.length > sizes.length) dots.lastChild.remove();
    while (dots.children.length < sizes.length) dots.append(svg("circle"));
    const radius = Math.max(2.6, Math.min(4.5, 0.3 * step));
    sizes.forEach((size, k) => {
      const dot = dots.children[k];
      dot.setAttribute("cx", x(k));
      dot.setAttribute("cy", y(size));
      dot.setAttribute("r", radius);
      // The input is no layer; and what is 0 has no place on a logarithmic axis.
      dot.classList.toggle("bp-hollow", k === 0 || size === 0);
    });
  }
  return { element, update };
}

// The loss after each step, on a logarithmic axis, with ln 2: the loss of a network that knows nothing.
import { scaleLog } from "d3-scale";
import { svg } from "../common/dom.js";
import { number } from "../common/numbers.js";
import { SIZE, chart } from "./chart.js";
import { powerOfTen } from "../common/short.js";

const SMALLEST = 1e-9; // a logarithm has no 0

export function losses() {
  const y = scaleLog().range([SIZE.bottom, SIZE.top]);
  const levels = svg("g", { class: "bp-axis" });
  const nothing = svg("line", { class: "bp-nothing", x1: SIZE.left, x2: SIZE.right });
  const name = svg(
    "text",
    { class: "bp-nothing-name", x: SIZE.right, "text-anchor": "end" },
    "ln 2: knows nothing",
  );
  const path = svg("path", { class: "bp-loss-line" });
  const dot = svg("circle", { class: "bp-loss-dot", r: 3.5 });
  const drawing = chart("loss", [levels, nothing, path, dot, name]);
  drawing.element.classList.add("bp-losses");
  let shown = "";

  /** points: of `history`. */
  function update(points) {
    const now = points.at(-1);
    drawing.update(now.step);
    rescale(points.map(({ loss }) => Math.max(SMALLEST, loss)));
    const at = ({ step, loss }) => [drawing.x(step).toFixed(1), y(Math.max(SMALLEST, loss)).toFixed(1)];
    path.setAttribute("d", `M${points.map((point) => at(point).join(" ")).join("L")}`);
    const [cx, cy] = at(now);
    dot.setAttribute("cx", cx);
    dot.setAttribute("cy", cy);
    drawing.told(number(now.loss));
    drawing.element.setAttribute(
      "aria-label",
      `loss: ${number(points[0].loss)} at step ${points[0].step}, ${number(now.loss)} at step ${now.step}; knowing nothing is 0.6931`,
    );
  }

  // Whole powers of ten, at least from 0.1 to 10.
  function rescale(all) {
    const low = Math.min(-1, Math.floor(Math.log10(Math.min(...all))));
    const high = Math.max(1, Math.ceil(Math.log10(Math.max(...all))));
    if (shown === `${low} ${high}`) return;
    shown = `${low} ${high}`;
    y.domain([10 ** low, 10 ** high]);
    const every = Math.ceil((high - low) / 4);
    const powers = Array.from({ length: high - low + 1 }, (_, k) => low + k).filter((k) => k % every === 0);
    levels.replaceChildren(
      ...powers.flatMap((power) => {
        const at = y(10 ** power);
        return [
          svg("line", { x1: SIZE.left, x2: SIZE.right, y1: at, y2: at }),
          svg("text", { x: SIZE.left - 6, y: at + 4, "text-anchor": "end" }, powerOfTen(power)),
        ];
      }),
    );
    nothing.setAttribute("y1", y(Math.LN2));
    nothing.setAttribute("y2", y(Math.LN2));
    const below = y(Math.LN2) + 13;
    name.setAttribute("y", below < SIZE.bottom - 2 ? below : y(Math.LN2) - 4);
  }
  return { element: drawing.element, update };
}

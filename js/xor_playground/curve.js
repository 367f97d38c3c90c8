// The loss after each step, with ln 2: the loss of a network that says ½ at every point.
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { svg, write } from "../common/dom.js";
import { number } from "../common/numbers.js";
import { shortTick } from "../common/short.js";

const SIZE = { width: 222, height: 128, left: 42, right: 218, top: 26, bottom: 108 };
const FEWEST = 100; // steps that the axis shows at least

export function curve() {
  const x = scaleLinear().range([SIZE.left, SIZE.right]);
  const y = scaleLinear().range([SIZE.bottom, SIZE.top]);
  const axes = svg("g", { class: "bp-axis" });
  const nothing = svg("line", { class: "bp-nothing", x1: SIZE.left, x2: SIZE.right });
  const name = svg(
    "text",
    { class: "bp-nothing-name", x: SIZE.right, "text-anchor": "end" },
    "ln 2: knows nothing",
  );
  const path = svg("path", { class: "bp-loss-line" });
  const dot = svg("circle", { class: "bp-loss-dot", r: 3.5 });
  const first = svg("text", { x: SIZE.left, y: SIZE.bottom + 15 }, "0");
  const last = svg("text", { x: SIZE.right, y: SIZE.bottom + 15, "text-anchor": "end" });
  const steps = svg(
    "text",
    { class: "bp-axis-name", x: (SIZE.left + SIZE.right) / 2, y: SIZE.bottom + 15, "text-anchor": "middle" },
    "step",
  );
  const told = svg("text", { class: "bp-loss-text", x: SIZE.right, y: 14, "text-anchor": "end" });
  const element = svg(
    "svg",
    { class: "bp-curve", viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img" },
    svg("text", { class: "bp-axis-name", x: 2, y: 14 }, "loss"),
    axes,
    svg("g", { class: "bp-axis" }, first, last),
    steps,
    told,
    nothing,
    path,
    dot,
    name,
  );
  let shown = null;

  /** points: [step, loss] pairs. */
  function update(points) {
    const [step, loss] = points.at(-1);
    const most = Math.max(...points.map((point) => point[1]));
    const top = y
      .domain([0, Math.max(1, most)])
      .nice(2)
      .domain()[1];
    x.domain([0, Math.max(FEWEST, step)]);
    if (top !== shown) axes.replaceChildren(...y.ticks(2).flatMap(tick));
    shown = top;
    path.setAttribute(
      "d",
      line(
        (point) => x(point[0]),
        (point) => y(point[1]),
      )(points),
    );
    dot.setAttribute("cx", x(step));
    dot.setAttribute("cy", y(loss));
    const level = y(Math.LN2);
    nothing.setAttribute("y1", level);
    nothing.setAttribute("y2", level);
    name.setAttribute("y", level - 4);
    write(last, String(x.domain()[1]));
    write(told, number(loss));
    element.setAttribute(
      "aria-label",
      `loss after each step: ${number(points[0][1])} at step ${points[0][0]}, ${number(loss)} at step ${step}; knowing nothing is 0.6931`,
    );
  }

  const tick = (value) => [
    svg("line", { x1: SIZE.left, x2: SIZE.right, y1: y(value), y2: y(value) }),
    svg("text", { x: SIZE.left - 4, y: y(value) + 4, "text-anchor": "end" }, shortTick(value)),
  ];
  return { element, update };
}

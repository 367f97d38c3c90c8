// The loss at each point of the way, and of the way without clipping.
import { scaleLinear } from "d3-scale";
import { svg, write } from "../common/dom.js";
import { number } from "../common/numbers.js";

const SIZE = { width: 420, height: 188, left: 40, right: 412, top: 24, bottom: 152 };
const FEWEST = 20; // steps that the axis shows at least
const TICKS = [0, 0.1, 0.2, 0.3, 0.4, 0.5];

export function chart() {
  const x = scaleLinear().range([SIZE.left, SIZE.right]);
  const y = scaleLinear([0, 0.5], [SIZE.bottom, SIZE.top]);
  const ghost = svg("path", { class: "bp-ghost" });
  const path = svg("path", { class: "bp-loss-line" });
  const dot = svg("circle", { class: "bp-loss-dot", r: 3.5 });
  const told = svg("text", { class: "bp-loss-text", x: SIZE.right, y: 13, "text-anchor": "end" });
  const ends = [0, 1, 2].map(() =>
    svg("text", { class: "bp-tick", y: SIZE.bottom + 16, "text-anchor": "middle" }),
  );
  const legend = svg(
    "g",
    { class: "bp-legend-plain" },
    svg("path", { class: "bp-ghost", d: `M${SIZE.left + 122} 9h22` }),
    svg("text", { class: "bp-tick", x: SIZE.left + 150, y: 13 }, "without clipping"),
  );
  const element = svg(
    "svg",
    { viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img" },
    svg("text", { class: "bp-axis-name", x: 2, y: 13 }, "loss at each step"),
    told,
    svg(
      "g",
      { class: "bp-axis" },
      ...TICKS.flatMap((loss) => [
        svg("line", { x1: SIZE.left, x2: SIZE.right, y1: y(loss), y2: y(loss) }),
        svg("text", { x: SIZE.left - 6, y: y(loss) + 4, "text-anchor": "end" }, number(loss)),
      ]),
    ),
    ...ends,
    svg(
      "text",
      {
        class: "bp-axis-name",
        x: (SIZE.left + SIZE.right) / 2,
        y: SIZE.height - 2,
        "text-anchor": "middle",
      },
      "step",
    ),
    ghost,
    path,
    dot,
    legend,
  );
  const line = (points) =>
    `M${points.map(({ loss }, k) => `${x(k).toFixed(1)} ${y(loss).toFixed(1)}`).join("L")}`;

  /** points: of `descend`.  plain: the same without clipping; null where that is the same. */
  function update(points, plain) {
    const end = Math.max(FEWEST, points.length - 1);
    x.domain([0, end]);
    [0, 10, end].forEach((step, k) => {
      ends[k].setAttribute("x", x(step));
      write(ends[k], String(step));
    });
    path.setAttribute("d", line(points));
    ghost.setAttribute("d", plain ? line(plain) : "");
    legend.style.display = plain ? "" : "none";
    dot.setAttribute("cx", x(points.length - 1));
    dot.setAttribute("cy", y(points.at(-1).loss));
    write(told, number(points.at(-1).loss));
    const lowest = Math.min(...points.map(({ loss }) => loss));
    element.setAttribute(
      "aria-label",
      `loss from ${number(points[0].loss)} to ${number(points.at(-1).loss)} in ${points.length - 1} steps, the lowest ${number(lowest)}` +
        (plain ? `; without clipping ${number(plain.at(-1).loss)} at the end` : ""),
    );
  }
  return { element, update };
}

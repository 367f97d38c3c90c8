// The loss while training with the patient's gradients, beside that with right ones.
import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { select } from "d3-selection";
import { line } from "d3-shape";
import { svg, write } from "../common/dom.js";
import { number } from "../common/numbers.js";
import { STEPS } from "./training.js";

const SIZE = { width: 340, height: 236, left: 38, right: 96, top: 24, bottom: 36 };
const APART = 30; // pixels between the two names, of two lines each

export function curve() {
  const [right, bottom] = [SIZE.width - SIZE.right, SIZE.height - SIZE.bottom];
  const x = scaleLinear([0, STEPS], [SIZE.left, right]);
  const y = scaleLinear().range([bottom, SIZE.top]);
  const across = svg("g", { class: "bp-axis", transform: `translate(0 ${bottom})` });
  const up = svg("g", { class: "bp-axis", transform: `translate(${SIZE.left} 0)` });
  const ours = one("this pass");
  const healthy = one("a right pass", "bp-healthy");
  const element = svg(
    "svg",
    { class: "bp-chart bp-curve", viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img" },
    svg("text", { class: "bp-axis-name", x: 4, y: 13 }, "loss in training, all 6 samples"),
    svg(
      "text",
      { class: "bp-axis-name", x: (SIZE.left + right) / 2, y: SIZE.height - 3, "text-anchor": "middle" },
      "step",
    ),
    across,
    up,
    svg("g", { class: "bp-lines bp-loss" }, ...healthy.elements, ...ours.elements),
  );
  select(across).call(axisBottom(x).tickValues([0, 100, 200, 300]).tickSizeOuter(0));
  const path = line((_, i) => x(i), y);

  function update(losses, right) {
    y.domain([0, Math.max(...losses, ...right)]).nice(4);
    select(up).call(
      axisLeft(y)
        .ticks(4)
        .tickFormat(number)
        .tickSize(SIZE.left + SIZE.right - SIZE.width)
        .tickSizeOuter(0)
        .tickPadding(6),
    );
    const [low, high] = [y(losses.at(-1)), y(right.at(-1))].sort((a, b) => a - b);
    const middle = Math.min((low + high) / 2, bottom - APART);
    const spread = Math.max(APART, high - low) / 2;
    const above = losses.at(-1) >= right.at(-1);
    ours.place(losses, path, x, y, middle + (above ? -spread : spread));
    healthy.place(right, path, x, y, middle + (above ? spread : -spread));
    element.setAttribute(
      "aria-label",
      `loss in training: this pass ${told(losses)}, a right pass ${told(right)}`,
    );
  }
  return { element, update };
}

const told = (losses) =>
  `from ${number(losses[0])} to ${number(losses.at(-1))} in ${losses.length - 1} steps`;

function one(name, kind = "") {
  const stroke = svg("path", { class: kind });
  const dot = svg("circle", { r: 4, class: kind });
  const reached = svg("tspan", { dy: 14 });
  const text = svg("text", {}, name, reached);

  function place(losses, path, x, y, height) {
    const end = x(losses.length - 1);
    stroke.setAttribute("d", path(losses));
    dot.setAttribute("cx", end);
    dot.setAttribute("cy", y(losses.at(-1)));
    text.setAttribute("x", x(STEPS) + 10);
    text.setAttribute("y", height - 2);
    reached.setAttribute("x", x(STEPS) + 10);
    write(reached, losses.length > STEPS ? number(losses.at(-1)) : "overflows");
  }
  return { elements: [stroke, dot, text], place };
}

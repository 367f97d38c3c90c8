// The loss after each step, on a logarithmic axis: a straight line falls by the same factor at every step.
import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear, scaleLog } from "d3-scale";
import { select } from "d3-selection";
import { svg } from "../common/dom.js";
import { number } from "../common/numbers.js";
import { unique } from "../common/unique.js";
import { drawing } from "./looks.js";
import { RUNNERS, STEPS } from "./runners.js";

const SIZE = { width: 316, height: 344, left: 40, right: 226, top: 22, bottom: 326 };
const { left, right, top, bottom } = SIZE;
const LEAST = 1e-30; // a logarithm has no 0, and this is far below the frame
const POWERS = { 1e-9: "10⁻⁹", 1e-6: "10⁻⁶", 1e-3: "0.001", 1: "1", 1e3: "1000" };

const x = scaleLinear([0, STEPS], [left, right]);
const y = scaleLog([1e-10, 1e4], [bottom, top]);

export function chart() {
  const clip = unique("clip");
  const runners = drawing(RUNNERS, { left, right, top, bottom, namesOutside: true });
  const frame = { x: left, y: top, width: right - left, height: bottom - top };
  const element = svg(
    "svg",
    { class: "bp-curves", viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img" },
    svg("clipPath", { id: clip }, svg("rect", frame)),
    svg("text", { class: "bp-axis-name", x: 4, y: 12 }, "loss L after each step"),
    ...axes(),
    svg("g", { "clip-path": `url(#${clip})` }, ...runners.ways),
    ...runners.ends,
    ...runners.names,
  );

  function update(paths) {
    const pixels = ([, , L], step) => [x(step), y(Math.max(L, LEAST))];
    runners.update(
      Object.fromEntries(Object.entries(paths).map(([runner, path]) => [runner, path.map(pixels)])),
    );
    const told = Object.entries(paths).map(([runner, path]) => `${runner} ${number(path.at(-1)[2])}`);
    element.setAttribute("aria-label", `the loss after each step; now ${told.join(", ") || "nobody runs"}`);
  }
  return { element, update };
}

function axes() {
  const across = svg("g", { class: "bp-axis", transform: `translate(0 ${bottom})` });
  const up = svg("g", { class: "bp-axis", transform: `translate(${left} 0)` });
  select(across).call(
    axisBottom(x).tickValues([0, 100, 200]).tickFormat(number).tickSize(4).tickSizeOuter(0),
  );
  select(up).call(
    axisLeft(y)
      .tickValues(Object.keys(POWERS).map(Number))
      .tickFormat((power) => POWERS[power])
      .tickSize(left - right)
      .tickSizeOuter(0)
      .tickPadding(6),
  );
  const name = { class: "bp-axis-name", x: x(50), y: bottom + 15, "text-anchor": "middle" };
  return [across, up, svg("text", name, "step")];
}

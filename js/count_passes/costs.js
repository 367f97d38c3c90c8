// How many passes the whole Jacobian takes: of this function, and of a loss with a million weights.
import { axisBottom } from "d3-axis";
import { scaleLog } from "d3-scale";
import { select } from "d3-selection";
import { svg, write } from "../common/dom.js";
import { counted, passesOf, spaced } from "./words.js";

export const WEIGHTS = 1_000_000;

const ROWS = [26, 44, 72, 90];
const FLOOR = 104;
export const COSTS_HEIGHT = 124;
const MODES = ["forward", "reverse", "forward", "reverse"];

export function costs() {
  const element = svg("svg", { class: "bp-costs bp-chart", height: COSTS_HEIGHT, role: "img" });
  const x = scaleLog([1, WEIGHTS], [0, 1]);
  const axis = svg("g", { class: "bp-axis" });
  const heading = svg("text", { class: "bp-axis-name", y: 10 }, "passes for the whole Jacobian");
  const groups = [0, 2].map((k) => ({
    name: svg(
      "text",
      { class: "bp-what", x: 0, y: ROWS[k] + 4.5 },
      k ? "the loss of a network" : "this function",
    ),
    size: svg("text", { class: "bp-size", x: 0, y: ROWS[k + 1] + 4.5 }),
  }));
  const rows = ROWS.map((y, k) => ({
    mode: svg("text", { class: "bp-mode", y: y + 4.5 }, MODES[k]),
    stem: svg("line", { y1: y, y2: y }),
    dot: svg("circle", { cy: y, r: 4.5 }),
    count: svg("text", { class: "bp-count", y: y + 4.5 }),
  }));
  const drawn = rows.map((row) => svg("g", { class: "bp-cost" }, row.mode, row.stem, row.dot, row.count));
  element.append(axis, heading, ...groups.flatMap(({ name, size }) => [name, size]), ...drawn);

  function update(width, { inputs, outputs, mode }) {
    const left = 258;
    x.range([left, width - 84]);
    element.setAttribute("width", width);
    element.setAttribute("viewBox", `0 0 ${width} ${COSTS_HEIGHT}`);
    axis.setAttribute("transform", `translate(0 ${FLOOR})`);
    heading.setAttribute("x", left);
    const ticks = axisBottom(x)
      .tickValues(width < 800 ? [1, 100, 10_000, WEIGHTS] : [1, 10, 100, 1000, 10_000, 100_000, WEIGHTS])
      .tickFormat(spaced)
      .tickSize(ROWS[0] - 10 - FLOOR)
      .tickPadding(8);
    select(axis).call(ticks);
    const counts = [inputs, outputs, WEIGHTS, 1];
    rows.forEach(({ mode: name, stem, dot, count }, k) => {
      name.setAttribute("x", left - 16);
      stem.setAttribute("x1", x(1));
      stem.setAttribute("x2", x(counts[k]));
      dot.setAttribute("cx", x(counts[k]));
      count.setAttribute("x", x(counts[k]) + 10);
      write(count, spaced(counts[k]));
      drawn[k].classList.toggle("active", MODES[k] === mode);
    });
    write(groups[0].size, `${counted(inputs, "input")}, ${counted(outputs, "output")}`);
    write(groups[1].size, `${spaced(WEIGHTS)} weights, 1 output`);
    element.setAttribute(
      "aria-label",
      `passes for the whole Jacobian: of this function ${passesOf(inputs)} in forward mode, ${passesOf(outputs)} in ` +
        `reverse mode; of the loss of a network with ${spaced(WEIGHTS)} weights ${passesOf(WEIGHTS)} and 1 pass`,
    );
  }

  return { element, update };
}

// Both counts of visits against the number of diamonds, on a scale where each line is ten times the one below.
import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear, scaleLog } from "d3-scale";
import { select } from "d3-selection";
import { line } from "d3-shape";
import { svg, write } from "../common/dom.js";
import { raise } from "../common/numbers.js";
import { count, MOST, visitsOf, visitsPathByPath } from "./counts.js";

const SIZE = { width: 500, height: 208, left: 52, right: 112, top: 28, bottom: 38 };
const NEAR = 12; // diamonds on the short axis
const power = (y) => {
  const exponent = Math.round(Math.log10(y));
  return exponent < 3 ? String(y) : `10${raise(exponent)}`;
};

/** Returns { element, update(n) }. */
export function chart() {
  const [bottom, right] = [SIZE.height - SIZE.bottom, SIZE.width - SIZE.right];
  const x = scaleLinear().range([SIZE.left, right]);
  const y = scaleLog().range([bottom, SIZE.top]);
  const across = svg("g", { class: "bp-axis", transform: `translate(0 ${bottom})` });
  const up = svg("g", { class: "bp-axis", transform: `translate(${SIZE.left} 0)` });
  const heading = svg("text", { class: "bp-axis-name", x: 0, y: 14 });
  const here = svg("path", { class: "bp-here" });
  const lines = [
    { ...curve("bp-many", "path by path"), visits: visitsPathByPath },
    { ...curve("bp-once", "each waits"), visits: visitsOf },
  ];
  const element = svg(
    "svg",
    { class: "bp-chart", viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img" },
    heading,
    svg(
      "text",
      { class: "bp-axis-name", x: (SIZE.left + right) / 2, y: SIZE.height - 4, "text-anchor": "middle" },
      "diamonds",
    ),
    across,
    up,
    here,
    ...lines.map(({ group }) => group),
  );

  function update(n) {
    const most = n <= NEAR ? NEAR : MOST;
    x.domain([0, most]);
    y.domain([1, 10 ** Math.ceil(Math.log10(visitsPathByPath(most)))]);
    const steps = Array.from({ length: most + 1 }, (_, i) => i);
    const apart = most === NEAR ? 1 : 3;
    write(heading, `node visits, each line ${10 ** apart} times the one below`);
    const exponents = steps.filter((e) => e % apart === 0 && 10 ** e <= y.domain()[1]);
    select(across).call(
      axisBottom(x)
        .ticks(most === NEAR ? 6 : 8)
        .tickSizeOuter(0),
    );
    select(up).call(
      axisLeft(y)
        .tickValues(exponents.map((e) => 10 ** e))
        .tickFormat(power)
        .tickSize(SIZE.left - right)
        .tickSizeOuter(0)
        .tickPadding(9),
    );
    here.setAttribute("d", `M${x(n)} ${bottom}V${SIZE.top}`);
    for (const { stroke, dot, name, visits } of lines) {
      stroke.setAttribute("d", line(x, (i) => y(visits(i)))(steps));
      dot.setAttribute("cx", x(n));
      dot.setAttribute("cy", y(visits(n)));
      name.setAttribute("y", y(visits(most)) + 4);
    }
    element.setAttribute(
      "aria-label",
      `node visits for ${n} diamonds: ${lines.map(({ label, visits }) => `${label} ${count(visits(n))}`).join(", ")}`,
    );
  }
  return { element, update };

  function curve(kind, label) {
    const stroke = svg("path");
    const dot = svg("circle", { r: 5 });
    const name = svg("text", { x: right + 9 }, label);
    return { group: svg("g", { class: `bp-count ${kind}` }, stroke, dot, name), stroke, dot, name, label };
  }
}

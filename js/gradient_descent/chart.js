// One small line chart: what was reached after each step, every line named at its end.
import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { select } from "d3-selection";
import { line } from "d3-shape";
import { svg, write } from "../common/dom.js";
import { number, pretty } from "../common/numbers.js";

const SIZE = { width: 500, height: 230, left: 64, right: 116, top: 26, bottom: 38 };
const DASHES = ["none", "7 3", "2 3", "9 3 2 3", "4 2", "1 2"];
const APART = 15; // pixels between the names of two lines

/** label: what is drawn, above it.  kind: "loss" or "parameter" (its colour).  update: [{ name, points }]. */
export function chart({ label, kind }) {
  const bottom = SIZE.height - SIZE.bottom;
  const right = SIZE.width - SIZE.right;
  const x = scaleLinear().range([SIZE.left, right]);
  const y = scaleLinear().range([bottom, SIZE.top]);
  const across = svg("g", { class: "bp-axis", transform: `translate(0 ${bottom})` });
  const up = svg("g", { class: "bp-axis", transform: `translate(${SIZE.left} 0)` });
  const drawn = svg("g", { class: `bp-lines bp-${kind}` });
  const name = svg("text", { class: "bp-axis-name", x: SIZE.left, y: 14 }, label);
  const steps = svg(
    "text",
    { class: "bp-axis-name", x: (SIZE.left + right) / 2, y: SIZE.height - 4, "text-anchor": "middle" },
    "step",
  );
  const element = svg(
    "svg",
    { class: "bp-chart", viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img" },
    name,
    steps,
    across,
    up,
    drawn,
  );
  let lines = [];

  function update(series) {
    const all = series.flatMap(({ points }) => points);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const room = high > low ? 0.06 * (high - low) : 0.5;
    x.domain([0, Math.max(10, series[0].points.length - 1)]);
    y.domain(kind === "loss" ? [0, high * 1.06 || 1] : [low - room, high + room]).nice(4);
    select(across).call(axisBottom(x).ticks(5).tickFormat(number).tickSizeOuter(0));
    select(up).call(
      axisLeft(y)
        .ticks(4)
        .tickFormat(number)
        .tickSize(SIZE.left - right)
        .tickSizeOuter(0)
        .tickPadding(9),
    );
    if (lines.length !== series.length) lines = replace(drawn, series.length);
    const heights = spread(series.map(({ points }) => y(points.at(-1))));
    series.forEach((one, k) => place(lines[k], one, heights[k]));
    element.setAttribute(
      "aria-label",
      `${label}: ${series.map(({ name, points }) => `${name} from ${number(points[0])} to ${number(points.at(-1))}`).join(", ")}`,
    );
  }

  const path = line((_, i) => x(i), y);

  function place({ stroke, dot, text }, { name, points }, height) {
    const end = x(points.length - 1);
    stroke.setAttribute("d", path(points));
    dot.setAttribute("cx", end);
    dot.setAttribute("cy", y(points.at(-1)));
    text.setAttribute("x", end + 9);
    text.setAttribute("y", height + 4);
    write(text, `${pretty(name)} ${number(points.at(-1))}`);
  }

  return { element, update };
}

function replace(parent, count) {
  const lines = Array.from({ length: count }, (_, k) => ({
    stroke: svg("path", { "stroke-dasharray": DASHES[k % DASHES.length] }),
    dot: svg("circle", { r: 4 }),
    text: svg("text"),
  }));
  parent.replaceChildren(...lines.flatMap(({ stroke, dot, text }) => [stroke, dot, text]));
  return lines;
}

// Names that would overlap are moved apart, each as little as the order allows.
function spread(heights) {
  const order = heights.map((height, k) => ({ height, k })).sort((a, b) => a.height - b.height);
  for (let i = 1; i < order.length; i++) {
    order[i].height = Math.max(order[i].height, order[i - 1].height + APART);
  }
  const placed = [];
  // … and up again from the bottom, where lines end together.
  order.reverse().forEach(({ height, k }, i) => (placed[k] = Math.min(height, SIZE.height - 12 - i * APART)));
  return placed;
}

// The network with all its numbers: green runs into each weight, orange comes back to it from the unit it feeds.
import { scrub } from "../common/scrub.js";
import { svg, write } from "../common/dom.js";
import { pretty } from "../common/numbers.js";
import { shortGradient, shortWeight } from "../common/short.js";

const SIZE = { width: 392, height: 374, top: 24, bottom: 344 };
const INPUT = { x: 15, r: 13 };
const UNIT = { x: 210, r: 12 };
const OUTPUT = { x: 375, r: 14 };
// Where the numbers stand: the weight ends and the gradient begins around `middle`.
const CHIPS = [
  { left: 82, middle: 130, right: 190 },
  { left: 231, middle: 282, right: 342 },
];

/** choose: called with the place of a weight that is pressed.  grip: see `scrub`, for the weight at a place. */
export function diagram({ choose, grip }) {
  const element = svg("svg", {
    class: "bp-network",
    viewBox: `0 0 ${SIZE.width} ${SIZE.height}`,
    role: "img",
  });
  let made = [];
  let circles = [];

  /** Draw it anew for other weights (of `listed`), with as many units. */
  function rebuild(weights, units) {
    const row = (j) => SIZE.top + ((j + 0.5) * (SIZE.bottom - SIZE.top)) / units;
    const apart = Math.min(21, ((SIZE.bottom - SIZE.top) / units - 3) / 3);
    const inputs = [0, 1, 2].map((i) => SIZE.top + ((i + 0.5) * (SIZE.bottom - SIZE.top)) / 3);
    const middle = (SIZE.top + SIZE.bottom) / 2;
    const one = SIZE.height - 14; // the row of the output's bias
    made = weights.map((weight, k) => {
      const first = weight.layer === 0;
      const chip = CHIPS[weight.layer];
      const bias = weight.from === units && !first;
      const y = first ? row(weight.to) + (weight.from - 1) * apart : bias ? one : row(weight.from);
      const start = first ? [INPUT.x + INPUT.r, inputs[weight.from]] : [UNIT.x + UNIT.r, y];
      const end = first ? [UNIT.x - UNIT.r, row(weight.to)] : [OUTPUT.x - OUTPUT.r, middle];
      return chipOf({ start, end, y, ...chip, apart: first ? apart : 21, k });
    });
    circles = Array.from({ length: units }, (_, j) => node(UNIT, row(j), String(j + 1), "bp-unit"));
    element.replaceChildren(
      svg("text", { class: "bp-axis-name", x: 2, y: 14 }, "the network"),
      svg("text", { class: "bp-hint", x: SIZE.width - 2, y: 14, "text-anchor": "end" }, "drag a weight"),
      ...made.flatMap(({ forward, back }) => [forward, back]),
      ...["x1", "x2", "1"].map((name, i) => node(INPUT, inputs[i], pretty(name))),
      ...circles,
      node(UNIT, one, "1"),
      node(OUTPUT, middle, "p"),
      ...made.map(({ group }) => group),
    );
  }

  function chipOf({ start, end, y, left, middle, right, apart, k }) {
    const height = Math.min(20, apart);
    const small = apart < 14 ? " bp-small" : "";
    const number = svg("text", { class: "bp-parameter", x: middle, y: y + 4, "text-anchor": "end" });
    const gradient = svg("text", { class: "bp-gradient", x: middle + 6, y: y + 4 });
    const box = svg("rect", { x: left, y: y - height / 2, width: right - left, height, rx: 3 });
    const group = svg("g", { class: `bp-weight${small}` }, box, number, gradient);
    scrub(group, () => (choose(k), grip(k)));
    return {
      forward: svg("path", { class: "bp-forward", d: joined(start, [left, y]) }),
      back: svg("path", { class: "bp-back", d: joined([right, y], end) }),
      group,
      number,
      gradient,
    };
  }

  /** chosen: the place of the weight that the slider moves.  dead: units.  says: the text for those who cannot see it. */
  function update(weights, { chosen, dead, says }) {
    made.forEach(({ forward, back, group, number, gradient }, k) => {
      const weight = weights[k];
      write(number, shortWeight(weight.number));
      write(gradient, shortGradient(weight.gradient));
      forward.setAttribute("stroke-width", Math.min(5, 0.7 + 0.5 * Math.abs(weight.number)).toFixed(2));
      forward.classList.toggle("bp-negative", weight.number < 0);
      back.setAttribute("stroke-width", thickness(weight.gradient).toFixed(2));
      group.classList.toggle("bp-chosen", k === chosen);
    });
    circles.forEach((circle, j) => circle.classList.toggle("bp-dead", dead.includes(j)));
    element.setAttribute("aria-label", says);
  }
  return { element, rebuild, update };
}

const thickness = (gradient) => (gradient === 0 ? 0 : Math.min(6, 0.6 + 7 * Math.sqrt(Math.abs(gradient))));

function joined([x1, y1], [x2, y2]) {
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}

function node({ x, r }, y, name, kind = "") {
  return svg(
    "g",
    { class: `bp-neuron ${kind}`, transform: `translate(${x} ${y})` },
    svg("circle", { r }),
    svg("text", { "text-anchor": "middle", y: 4.5 }, name),
  );
}

// Two views of the same four points: in the plane of the inputs, and as the hidden layer hands them on.
import { pass } from "../common/network.js";
import { html, svg } from "../common/dom.js";
import { number, pretty } from "../common/numbers.js";
import { COUNT, corners } from "../common/shading.js";
import { glyph } from "../common/glyph.js";
import { KEYS, plane } from "./plane.js";
import { shortWeight } from "../common/short.js";
import { table } from "./table.js";
import { POINTS } from "./xor.js";

const INPUTS = { domain: [-0.5, 1.5], ticks: [0, 1] };
const HIDDEN = {
  sigmoid: { domain: [-0.35, 1.35], ticks: [0, 1] },
  tanh: { domain: [-1.7, 1.7], ticks: [-1, 0, 1] },
};
const GRID = corners(...INPUTS.domain);
// Each point's name has a corner of its own, so that points which fall together keep theirs.
const CORNERS = [
  [-9, 17, "end"],
  [-9, -9, "end"],
  [9, 17, "start"],
  [9, -9, "start"],
];

export function planes() {
  const inputs = plane({
    title: "p over the inputs",
    names: ["x1", "x2"].map(pretty),
    beside: POINTS.map(([, x2]) => [0, x2 > 0 ? -13 : 22, "middle"]),
    extra: [key(0, 48), key(1, 178)],
  });
  const hidden = plane({
    title: "p over hidden space",
    names: ["unit 1", "unit 2"],
    beside: CORNERS,
  });
  const answers = table();
  const second = html("div", { class: "bp-hidden-space" });
  let room = null; // for the two fields, as long as the network stays the same

  /** net: evaluated. */
  function update(net) {
    if (room?.net !== net) room = { net, whole: pass(net.layers, COUNT), last: pass([net.output], COUNT) };
    const { a } = net.through.layers[0];
    const p = Array.from(net.through.output, (logit) => 1 / (1 + Math.exp(-logit)));
    const { W, b } = net.hidden;
    const { units } = net;
    inputs.update({
      ...INPUTS,
      logits: room.whole.forward(GRID),
      at: POINTS,
      told: p.map(shortWeight),
      straight: Array.from(b, (bias, j) => [W[j], W[units + j], bias]),
      says: `the inputs: ${POINTS.map((point, r) => `at ${point.join(", ")} p = ${number(p[r])}`).join("; ")}`,
    });
    const shown = units === 2 ? hidden : answers;
    if (second.firstChild !== shown.element) second.replaceChildren(shown.element);
    if (units !== 2) return answers.update(a, units);
    const at = POINTS.map((_, r) => [a[2 * r], a[2 * r + 1]]);
    const view = HIDDEN[net.hidden.activation] ?? reached(Math.max(...a));
    hidden.update({
      ...view,
      logits: room.last.forward(gridOver(view.domain)),
      at,
      told: POINTS.map((point) => point.join(", ")),
      says: `hidden space: ${POINTS.map((point, r) => `${point.join(", ")} lands at ${at[r].map(number).join(", ")}`).join("; ")}`,
    });
  }

  let grid = { name: "", at: null };
  function gridOver(domain) {
    if (grid.name !== String(domain)) grid = { name: String(domain), at: corners(...domain) };
    return grid.at;
  }
  return { first: inputs.element, second, update };
}

// ReLU has no upper end: 1, 2, 5, 10, … is the farthest that is drawn.
function reached(most) {
  let far = 1;
  for (let k = 0; far < most; k++) far = [2, 5, 10][k % 3] * 10 ** Math.floor(k / 3);
  return { domain: [-0.35 * far, 1.35 * far], ticks: [0, far] };
}

// What the two marks mean, on both sides of the axis's name.
const key = (c, x) =>
  svg(
    "g",
    { transform: `translate(${x} ${KEYS})` },
    glyph(c, 4.5),
    svg("text", { class: "bp-head-text", x: 9, y: 4 }, `y = ${c}`),
  );

// The plane of the inputs: the training samples, the circle that divides them in truth, and what the network says.
import { html, svg } from "../common/dom.js";
import { pass } from "../common/network.js";
import { pane } from "../common/pane.js";
import { CELLS, COUNT, corners, field } from "../common/shading.js";
import { glyph } from "../common/glyph.js";
import { shortTick } from "../common/short.js";

const SIZE = { width: 300, height: 334, left: 26, top: 24, side: 268 };
const BOTTOM = SIZE.top + SIZE.side;
const MIDDLE = [SIZE.left + SIZE.side / 2, SIZE.top + SIZE.side / 2];
const GLYPH = 3.3;
const RING = 6.5; // around a sample whose label is flipped

export function plane() {
  const shaded = field();
  const truth = svg("circle", { class: "bp-truth", cx: MIDDLE[0], cy: MIDDLE[1] });
  const boundary = svg("g", {
    transform: `translate(${SIZE.left} ${SIZE.top}) scale(${SIZE.side / CELLS})`,
  });
  boundary.append(shaded.line);
  const axes = svg("g", { class: "bp-axis" });
  const points = svg("g");
  const drawing = svg(
    "svg",
    { viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img" },
    svg("text", { class: "bp-axis-name", x: 2, y: 14 }, "what the network answers"),
    svg("rect", { class: "bp-frame", x: SIZE.left, y: SIZE.top, width: SIZE.side, height: SIZE.side }),
    truth,
    boundary,
    axes,
    points,
    key(SIZE.left, "y = 0", glyph(0, 4.5)),
    key(SIZE.left + 56, "y = 1", glyph(1, 4.5)),
    key(SIZE.left + 116, "flipped", svg("circle", { class: "bp-flipped", r: RING })),
    key(SIZE.left + 188, "the truth", svg("path", { class: "bp-truth", d: "M-7 0h14" })),
  );
  const element = html("div", { class: "bp-plane" }, pane(shaded.canvas, SIZE), drawing);
  let shown = null;

  /** running: of `run`. */
  function update(running) {
    if (shown?.running !== running) begin(running);
    shaded.update(shown.pass.forward(shown.grid));
  }

  function begin(running) {
    const { X, y, count, flipped } = running.training;
    const reach = Math.ceil(2 * X.reduce((most, x) => Math.max(most, Math.abs(x)), 1)) / 2;
    const unit = SIZE.side / 2 / reach;
    const at = (r) => `translate(${MIDDLE[0] + unit * X[2 * r]} ${MIDDLE[1] - unit * X[2 * r + 1]})`;
    const sample = (r) => svg("g", { class: "bp-sample", transform: at(r) }, glyph(y[r], GLYPH));
    const ring = (r) => svg("circle", { class: "bp-flipped", r: RING, transform: at(r) });
    points.replaceChildren(...Array.from(y.keys(), sample), ...flipped.map(ring));
    truth.setAttribute("r", unit);
    axes.replaceChildren(...[-2, 0, 2].flatMap((value) => tick(value, unit)));
    const ones = y.reduce((sum, label) => sum + label, 0);
    drawing.setAttribute(
      "aria-label",
      `the network's answer over the plane, with ${count} training samples: ${ones} of class 1, most of them outside the circle of radius 1; ${flipped.length} labels are flipped`,
    );
    shown = { running, grid: corners(-reach, reach), pass: pass(running.layers, COUNT) };
  }
  return { element, update };
}

const tick = (value, unit) => [
  svg("text", { x: MIDDLE[0] + unit * value, y: BOTTOM + 14, "text-anchor": "middle" }, shortTick(value)),
  svg("text", { x: SIZE.left - 4, y: MIDDLE[1] - unit * value + 4, "text-anchor": "end" }, shortTick(value)),
];

const key = (x, text, mark) =>
  svg(
    "g",
    { class: "bp-mark", transform: `translate(${x + 7} ${SIZE.height - 10})` },
    mark,
    svg("text", { x: 11, y: 4 }, text),
  );

// Inside a layer: where its pre-activations lie, under the activation and its derivative.
import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { select } from "d3-selection";
import { line } from "d3-shape";
import { ACTIVATIONS } from "../common/activations.js";
import { svg, write } from "../common/dom.js";
import { unique } from "../common/unique.js";
import { coarse, gainText, three } from "./words.js";

const SIZE = { width: 272, height: 324, left: 32, right: 264, top: 46, bottom: 240 };
const BINS = 40;

// Heights in the picture: the lowest, the highest, and what is numbered.
const VIEWS = {
  identity: [-1.15, 1.3, [-1, 0, 1]],
  sigmoid: [-0.06, 1.15, [0, 0.25, 0.5, 1]],
  tanh: [-1.15, 1.3, [-1, 0, 1]],
  relu: [-0.3, 1.3, [0, 0.5, 1]],
  leaky_relu: [-0.3, 1.3, [0, 0.5, 1]],
  elu: [-1.15, 1.3, [-1, 0, 1]],
  gelu: [-0.3, 1.3, [0, 0.5, 1]],
};

export function inside() {
  const x = scaleLinear().range([SIZE.left, SIZE.right]);
  const y = scaleLinear().range([SIZE.bottom, SIZE.top]);
  const clip = unique("clip");
  const across = svg("g", { class: "bp-axis", transform: `translate(0 ${SIZE.bottom})` });
  const up = svg("g", { class: "bp-axis", transform: `translate(${SIZE.left} 0)` });
  const bars = svg("path", { class: "bp-histogram" });
  const curve = svg("path", { class: "bp-curve" });
  const slope = svg("path", { class: "bp-slope" });
  const middle = (SIZE.left + SIZE.right) / 2;
  const text = (y0, kind, said = "") => svg("text", { class: kind, x: middle, y: y0 }, said);
  const [name, said, more] = [text(14, "bp-axis-name"), text(290, "bp-gradient"), text(310, "bp-note")];
  const frame = {
    x: SIZE.left,
    y: SIZE.top,
    width: SIZE.right - SIZE.left,
    height: SIZE.bottom - SIZE.top,
  };
  const element = svg(
    "svg",
    { class: "bp-inside", viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img" },
    svg("clipPath", { id: clip }, svg("rect", frame)),
    name,
    key(SIZE.left + 18, "bp-key-histogram", "how many z"),
    key(SIZE.left + 128, "bp-key-curve", "f(z)"),
    key(SIZE.left + 190, "bp-key-slope", "f′(z)"),
    across,
    up,
    svg("g", { "clip-path": `url(#${clip})` }, bars, curve, slope),
    text(SIZE.bottom + 32, "bp-axis-name", "z"),
    said,
    more,
  );
  let drawn = "";

  /** layer: counted from 1.  measured: from flow.js. */
  function update(settings, measured, layer) {
    const { activation } = settings;
    const z = measured.z(layer - 1);
    const reach = roomFor(z);
    if (drawn !== `${activation} ${reach}`) frameFor(activation, reach);
    drawn = `${activation} ${reach}`;
    const counts = histogram(z, reach);
    const most = Math.max(...counts);
    const wide = (SIZE.right - SIZE.left) / BINS;
    const tall = (y(0) - y(1)) / most;
    bars.setAttribute(
      "d",
      counts
        .map((count, k) =>
          count ? `M${SIZE.left + k * wide} ${y(0)}v${-count * tall}h${wide}V${y(0)}z` : "",
        )
        .join(""),
    );
    const steep = measured.slopes[layer - 1];
    write(name, `inside layer ${layer}: its z`);
    write(said, `√mean f′(z)² = ${three(steep)}`);
    write(more, passes(settings, steep));
    element.setAttribute(
      "aria-label",
      `inside layer ${layer}: its pre-activations lie within ${three(reach)} of 0; √mean f′(z)² = ${three(steep)}`,
    );
  }

  function frameFor(activation, reach) {
    const [low, high, values] = VIEWS[activation];
    x.domain([-reach, reach]);
    y.domain([low, high]);
    select(across).call(
      axisBottom(x)
        .tickValues([-1, -0.5, 0, 0.5, 1].filter((k) => reach < 100 || Math.abs(k) < 1).map((k) => k * reach))
        .tickFormat((z) => (z < 0 ? `−${coarse(-z)}` : coarse(z)))
        .tickSizeOuter(0),
    );
    select(up).call(
      axisLeft(y)
        .tickValues(values)
        .tickFormat((v) => String(v).replace("-", "−").replace("0.25", "¼").replace("0.5", "½"))
        .tickSize(SIZE.left - SIZE.right)
        .tickSizeOuter(0)
        .tickPadding(6),
    );
    const f = ACTIVATIONS[activation];
    const points = Array.from({ length: 161 }, (_, k) => ((k - 80) / 80) * reach);
    points.splice(81, 0, 1e-9 * reach); // the other side of a kink
    const bounded = (v) => Math.max(-1e3, Math.min(1e3, y(v)));
    curve.setAttribute("d", line(x, (z) => bounded(f.value(z)))(points));
    slope.setAttribute("d", line(x, (z) => bounded(f.slope(z, f.value(z))))(points));
  }
  return { element, update };
}

function key(at, kind, text) {
  return svg(
    "g",
    { class: `bp-key-mark ${kind}`, transform: `translate(${at} 32)` },
    svg("path", { d: "M-18 -4h13" }),
    svg("text", {}, text),
  );
}

/** How far the picture reaches on both sides of 0: 4, or more where a z lies farther away. */
function roomFor(z) {
  let farthest = 0;
  for (const one of z) farthest = Math.max(farthest, Math.abs(one));
  for (let ten = 1; ; ten *= 10) {
    const reach = [4, 8, 20].find((one) => farthest <= one * ten);
    if (reach) return reach * ten;
  }
}

function histogram(z, reach) {
  const counts = new Array(BINS).fill(0);
  for (const one of z) counts[Math.min(BINS - 1, Math.floor(((one / reach + 1) / 2) * BINS))]++;
  return counts;
}

// What the layer makes of a gradient on its way back to the layer before it.
function passes({ gain, normalisation, residual }, steep) {
  if (residual) return "and the shortcut passes on all of it";
  if (normalisation !== "none") return "then divided by the spread of aW";
  return `× gain ${gainText(gain)} = ${three(gain * steep)} passed on`;
}

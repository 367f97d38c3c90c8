// Gradients and signals over the layers, one above the other; pointing at a layer looks into it, pressing chooses it.
import { scaleLinear } from "d3-scale";
import { svg, write } from "../common/dom.js";
import { follow } from "../common/pointer.js";
import { three } from "./words.js";
import { panel } from "./panel.js";

const SIZE = { width: 548, height: 324, left: 46, right: 542, inset: 14 };
const ABOVE = { top: 24, bottom: 186, left: SIZE.left, right: SIZE.right, most: 8 };
const BELOW = { top: 218, bottom: 300, left: SIZE.left, right: SIZE.right, most: 5 };

/** look: called with the layer that is pointed at, null when none is any more.  choose: with the layer pressed. */
export function layers({ look, choose }) {
  const gradients = panel("gradient", ABOVE);
  const signals = panel("value", BELOW);
  const band = svg("rect", { class: "bp-band", y: ABOVE.top, height: BELOW.bottom - ABOVE.top });
  const clipped = svg("text", { class: "bp-clipped", x: SIZE.right, y: 14 });
  const ticks = svg("g", { class: "bp-axis bp-layers" });
  const ground = svg("rect", {
    class: "bp-reach",
    x: SIZE.left,
    y: ABOVE.top,
    width: SIZE.right - SIZE.left,
    height: SIZE.height - ABOVE.top,
  });
  const name = (y, kind, text) => svg("text", { class: `bp-axis-name bp-${kind}`, x: 4, y }, text);
  const element = svg(
    "svg",
    { class: "bp-picture", viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img" },
    band,
    name(14, "gradient", "size of the gradient ∂L/∂z at each layer; at the output it is 1"),
    gradients.element,
    name(209, "value", "size of the signal a that leaves each layer"),
    signals.element,
    ticks,
    svg("text", { class: "bp-axis-name", x: 4, y: BELOW.bottom + 18 }, "layer"),
    clipped,
    ground,
  );

  let depth = 1;
  const x = scaleLinear().range([SIZE.left + SIZE.inset, SIZE.right - SIZE.inset]);
  const layerAt = (at) => Math.max(1, Math.min(depth, Math.round(x.invert(at))));
  follow(ground, ([at]) => choose(layerAt(at)));
  ground.addEventListener("pointermove", (event) => {
    const box = element.getBoundingClientRect();
    look(layerAt(((event.clientX - box.left) * SIZE.width) / box.width));
  });
  ground.addEventListener("pointerleave", () => look(null));

  /** measured, expected: from flow.js and theory.js, theirs times the clipping's factor. */
  function update(settings, measured, expected) {
    if (ticks.children.length === 0 || depth !== settings.depth) number(settings.depth);
    const columns = { x, step: x(1) - x(0) };
    const of = (from, input, rest, factor = 1) => from && [from[input], ...from[rest]].map((s) => factor * s);
    const { factor } = measured;
    const unclipped = factor < 1 ? measured : null;
    gradients.update(
      of(measured, "inputGradient", "gradients"),
      of(expected, "inputGradient", "gradients", factor),
      of(unclipped, "inputGradient", "gradients", 1 / factor),
      columns,
    );
    signals.update(
      of(measured, "inputActivation", "activations"),
      expected && [1, ...expected.activations],
      null,
      columns,
    );
    write(clipped, unclipped ? "··· before clipping" : "");
    const [first, last] = [measured.gradients[0], measured.gradients.at(-1)].map(three);
    element.setAttribute(
      "aria-label",
      `sizes over the ${depth} layers, on logarithmic axes: the gradient is ${first} at layer 1 and ${last} at ` +
        `layer ${depth}; the signal is ${three(measured.activations[0])} and ${three(measured.activations.at(-1))}`,
    );
  }

  /** Show which layer is looked into. */
  function mark(layer) {
    const wide = Math.max(9, Math.min(26, x(1) - x(0)));
    band.setAttribute("x", x(layer) - wide / 2);
    band.setAttribute("width", wide);
  }

  function number(newDepth) {
    depth = newDepth;
    x.domain([0, depth]);
    const every = depth <= 12 ? 1 : depth <= 25 ? 5 : 10;
    const numbered = depth <= 25 ? [0, 1] : [0];
    for (let k = Math.max(2, every); k <= depth; k += every) numbered.push(k);
    ticks.replaceChildren(
      ...numbered.map((k) => {
        const text = svg("text", { x: x(k), y: BELOW.bottom + 18 });
        write(text, k === 0 ? "x" : String(k));
        return text;
      }),
    );
  }
  return { element, update, mark };
}

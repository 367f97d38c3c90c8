// A wall in the loss: where descent is thrown off it, and how clipping keeps it near.
import { choice } from "../common/choice.js";
import { button, slider } from "../common/controls.js";
import { count } from "../common/count.js";
import { html, write } from "../common/dom.js";
import { guarded, listen, reporter } from "../common/model.js";
import { number } from "../common/numbers.js";
import { title } from "../common/title.js";
import { arrows } from "./arrows.js";
import { chart } from "./chart.js";
import { MOST_STEPS, clip, descend, look } from "./cliff.js";
import { map } from "./map.js";
import "./style.css";
import { describe } from "./words.js";

const TRAITS = ["clipping", "threshold", "rate", "w", "b", "steps"];
const CLIPPINGS = [
  ["none", "no clipping"],
  ["norm", "by norm"],
  ["value", "by value"],
];

function render({ model, el }) {
  const report = reporter(model);
  const plane = map(report);
  const close = arrows();
  const losses = chart();
  const clipping = choice({
    label: "clipping",
    options: CLIPPINGS,
    tell: (value) => report({ clipping: value }),
  });
  const steps = count({ label: "steps", tell: (value) => report({ steps: value }) });
  const threshold = powers("threshold", -1.5, 1.5, (value) => report({ threshold: value }));
  const rate = powers("learning rate η", -1, 1, (value) => report({ rate: value }));
  const sentence = html("div", { class: "bp-body" });

  const update = guarded(el, () => {
    const state = Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
    const points = descend(state);
    const plain = state.clipping === "none" ? null : descend({ ...state, clipping: "none" });
    plane.update(points, unclipped(points, state.rate));
    close.update(state, points.at(state.steps === 0 ? 0 : -2), state.steps);
    losses.update(points, plain);
    clipping.set(state.clipping);
    steps.set(state.steps, 0, MOST_STEPS, String(state.steps));
    threshold.set(state.threshold);
    rate.set(state.rate);
    write(sentence, describe(state, points));
  });

  const root = html("div", {
    class: "backprop-explorable bp-clipping-cliff",
    role: "group",
    "aria-label": "clipping at a cliff",
  });
  root.append(
    title("Descent meets a wall", { parameter: "the way of w and b", gradient: "gradient g", loss: "loss" }),
    html(
      "div",
      { class: "bp-formula" },
      "A recurrent unit: x ← w·σ(x) + b, fifteen times from x = 0.5. Its loss: (σ(x) − 0.7)².",
    ),
    html(
      "div",
      { class: "bp-board" },
      html("div", {}, plane.element),
      html("div", {}, close.element, losses.element),
    ),
    html("div", { class: "bp-caption" }, html("div", { role: "status" }, sentence)),
    html(
      "div",
      { class: "bp-row" },
      clipping.element,
      steps.element,
      button({ text: "reset", tell: () => report({ ...model.get("start") }) }),
    ),
    html("div", { class: "bp-sliders" }, threshold.element, rate.element),
  );
  el.append(root);
  update();
  return listen(model, TRAITS, () => update());
}

/** Where the first clipped step would have led as it was: { from, to }; null where no step was clipped. */
function unclipped(points, rate) {
  const from = points.slice(0, -1).find(({ gradient, clipped }) => gradient.some((g, k) => g !== clipped[k]));
  if (!from) return null;
  const [dw, db] = from.gradient;
  return { from, to: { w: from.w - rate * dw, b: from.b - rate * db } };
}

// A slider over powers of ten, rounded to two digits.
function powers(name, min, max, tell) {
  const rounded = (exponent) => Number((10 ** exponent).toPrecision(2));
  const made = slider({
    name,
    role: "rate",
    min: 10 * min,
    max: 10 * max,
    step: 0.5,
    show: (tenths) => number(rounded(tenths / 10)),
    tell: (tenths) => tell(rounded(tenths / 10)),
  });
  return { element: made.element, set: (now) => made.set(10 * Math.log10(now)) };
}

export { clip, descend, describe, look }; // for the tests
export default { render };

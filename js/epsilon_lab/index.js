// How small ε should be: the error of a numerical gradient at every ε, and the digits it is made of.
import { choice } from "../common/choice.js";
import { button, slider } from "../common/controls.js";
import { html } from "../common/dom.js";
import { guarded, listen, reporter } from "../common/model.js";
import { title } from "../common/title.js";
import { caption } from "./caption.js";
import { digits } from "./digits.js";
import { EXAMPLES } from "./losses.js";
import { STEPS, bestEpsilon, expected, measure, nearest } from "./measure.js";
import { plot } from "./plot.js";
import "./style.css";
import { describe, short } from "./words.js";

const TRAITS = ["example", "epsilon", "scheme", "dtype"];

export { STEPS, bestEpsilon, describe, expected, measure }; // for the tests

function render({ model, el }) {
  const report = reporter(model);
  const theory = model.get("theory");
  const curve = plot((epsilon) => report({ epsilon }));
  const sum = digits();
  const sentence = caption();

  const strip = (label, trait, names) =>
    choice({
      label,
      options: names.map((name) => [name, name]),
      tell: (value) => report({ [trait]: value }),
    });
  const strips = {
    example: strip("what is measured", "example", Object.keys(EXAMPLES)),
    scheme: strip("difference", "scheme", ["forward", "central"]),
    dtype: strip("precision", "dtype", ["float32", "float64"]),
  };
  const step = slider({
    name: "ε",
    role: "step",
    min: 0,
    max: STEPS.length - 1,
    step: 1,
    show: () => short(model.get("epsilon")),
    tell: (place) => report({ epsilon: STEPS[place] }),
  });

  const update = guarded(el, () => {
    const state = Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
    const known = theory[state.example];
    const now = measure(state, known);
    curve.update(state, now, known);
    sum.update(state, now);
    sentence.update(describe(state, now, known));
    for (const [name, made] of Object.entries(strips)) made.set(state[name]);
    step.set(nearest(state.epsilon));
  });

  const root = html("div", {
    class: "backprop-explorable bp-epsilon-lab",
    role: "group",
    "aria-label": "the error of a numerical gradient",
  });
  root.append(
    title("How small should ε be?", {
      loss: "loss L",
      gradient: "gradient ∂L/∂w1, and its relative error",
    }),
    html("div", { class: "bp-panels" }, curve.element, sum.element),
    sentence.element,
    html("div", { class: "bp-sliders" }, step.element),
    html(
      "div",
      { class: "bp-row" },
      strips.example.element,
      strips.scheme.element,
      strips.dtype.element,
      button({ text: "reset", tell: () => report({ ...model.get("start") }) }),
    ),
  );
  el.append(root);
  update();
  return listen(model, TRAITS, () => update());
}

export default { render };

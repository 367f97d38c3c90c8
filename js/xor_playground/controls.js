// Everything that is set: the settings that begin anew, and the learning rate, which goes on.
import { choice } from "../common/choice.js";
import { count } from "../common/count.js";
import { html } from "../common/dom.js";
import { learningRate } from "../common/rate.js";
import { MOST_UNITS } from "./xor.js";

const ACTIVATIONS = [
  ["sigmoid", "sigmoid"],
  ["tanh", "tanh"],
  ["relu", "ReLU"],
];
const INITIALISATIONS = [
  ["normal", "N(0, 1)"],
  ["scaled", "He / Xavier"],
  ["same", "all ½"],
  ["zero", "all 0"],
];

/** anew: called with the setting that changed, as { name: value }.  tell: called with a new learning rate. */
export function controls({ seeds, anew, tell }) {
  const activation = choice({
    label: "activation",
    options: ACTIVATIONS,
    tell: (value) => anew({ activation: value }),
  });
  const initialisation = choice({
    label: "first weights",
    options: INITIALISATIONS,
    tell: (value) => anew({ initialisation: value }),
  });
  const units = count({ label: "hidden units", name: "units", tell: (value) => anew({ units: value }) });
  const seed = count({ label: "seed", tell: (value) => anew({ seed: value }) });
  const rate = learningRate({ from: -2, to: 1.5, step: 0.05, tell });
  const named = (name, { element }) => html("div", { class: "bp-named" }, html("i", {}, name), element);

  return {
    rate: rate.element,
    rows: [
      html(
        "div",
        { class: "bp-row" },
        named("activation", activation),
        named("first weights", initialisation),
      ),
      html("div", { class: "bp-sliders" }, units.element, seed.element),
    ],
    set(state) {
      activation.set(state.activation);
      initialisation.set(state.initialisation);
      units.set(state.units, 1, MOST_UNITS, String(state.units));
      seed.set(state.seed, 0, seeds - 1, String(state.seed));
      rate.set(state.learning_rate);
    },
  };
}

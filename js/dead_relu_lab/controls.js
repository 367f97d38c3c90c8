// Everything that is set: what begins anew, and what goes on from where the weights are.
import { choice } from "../common/choice.js";
import { slider } from "../common/controls.js";
import { count } from "../common/count.js";
import { number } from "../common/numbers.js";
import { learningRate } from "../common/rate.js";
import { UNITS } from "./lab.js";
import { NAMES } from "./words.js";

/** anew: called with the setting that begins anew, as { name: value }.  tell: called with one that goes on. */
export function controls({ seeds, anew, tell }) {
  const activation = choice({
    label: "activation",
    options: Object.entries(NAMES),
    tell: (value) => tell({ activation: value }),
  });
  const rate = learningRate({ from: -1, to: 2, step: 0.05, tell: (value) => tell({ rate: value }) });
  const bias = firstBias((value) => anew({ bias: value }));
  const seed = count({ label: "seed", tell: (value) => anew({ seed: value }) });
  const unit = count({ label: "look at unit", name: "unit", tell: (value) => tell({ unit: value }) });

  return {
    rate: rate.element,
    activation: activation.element,
    sliders: [bias.element, seed.element, unit.element],
    set(state) {
      activation.set(state.activation);
      rate.set(state.rate);
      bias.set(state.bias);
      seed.set(state.seed, 0, seeds - 1, String(state.seed));
      unit.set(state.unit, 1, UNITS, String(state.unit));
    },
  };
}

// In quarters from 0 to 12: the common slider widens where both signs are there, and these limits stay.
function firstBias(tell) {
  const bias = (quarters) => quarters / 4 - 2;
  const made = slider({
    name: "bias",
    label: "first bias b₁",
    role: "parameter",
    min: 0,
    max: 12,
    step: 1,
    show: (quarters) => number(bias(quarters)),
    tell: (quarters) => tell(bias(quarters)),
  });
  return { element: made.element, set: (now) => made.set(4 * (now + 2)) };
}

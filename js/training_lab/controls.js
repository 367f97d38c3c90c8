// Everything that is set. Each setting begins training anew.
import { choice } from "../common/choice.js";
import { slider } from "../common/controls.js";
import { count } from "../common/count.js";
import { html } from "../common/dom.js";
import { number } from "../common/numbers.js";
import { learningRate } from "../common/rate.js";

const HIDDEN = [2, 4, 8, 16, 32];
const DECAYS = [0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];
const OFF = "off";
const percent = (share) => `${Math.round(100 * share)} %`;

const STRIPS = {
  batch: ["batch", [1, 4, 16, 32, "all"]],
  optimiser: ["optimiser", ["sgd", "adam", "adamw"], { sgd: "SGD", adam: "Adam", adamw: "AdamW" }],
  schedule: ["schedule", ["constant", "cosine"]],
  samples: ["training samples", [60, 200]],
  patience: ["early stopping, patience", [OFF, 5, 10, 20]],
};

/** tell: called with the setting that changed, as { name: value }. */
export function controls(tell) {
  const strips = Object.entries(STRIPS).map(([name, [label, values, texts = {}]]) => ({
    name,
    label,
    made: choice({
      label,
      options: values.map((value) => [value, texts[value] ?? String(value)]),
      tell: (value) => tell({ [name]: value === OFF ? null : value }),
    }),
  }));
  const rate = learningRate({ from: -4, to: 1, step: 0.1, tell: (value) => tell({ rate: value }) });
  const hidden = count({ label: "hidden units", name: "hidden", tell: (k) => tell({ hidden: HIDDEN[k] }) });
  const decay = count({
    label: "weight decay λ",
    name: "decay",
    tell: (k) => tell({ weight_decay: DECAYS[k] }),
  });
  const noise = slider({
    name: "label noise",
    min: 0,
    max: 0.3,
    step: 0.05,
    show: percent,
    tell: (value) => tell({ noise: value }),
  });
  const strip = Object.fromEntries(
    strips.map(({ name, label, made }) => [
      name,
      html("div", { class: "bp-named" }, html("i", {}, label), made.element),
    ]),
  );
  const row = (...elements) => html("div", { class: "bp-row" }, ...elements);

  return {
    rate: rate.element,
    rows: [
      row(strip.batch, strip.optimiser, strip.schedule),
      row(strip.samples, noise.element, hidden.element),
      row(decay.element, strip.patience),
    ],
    set(settings) {
      for (const { name, made } of strips) made.set(String(settings[name] ?? OFF));
      rate.set(settings.rate);
      noise.set(settings.noise);
      const units = settings.hidden;
      hidden.set(HIDDEN.indexOf(units), 0, HIDDEN.length - 1, `${units} + ${units / 2}`);
      const near = DECAYS.findLastIndex((value) => value <= settings.weight_decay);
      decay.set(near, 0, DECAYS.length - 1, number(settings.weight_decay));
    },
  };
}

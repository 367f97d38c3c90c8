// The controls: each tells what changes, and shows what is.
import { button, checkbox } from "../common/controls.js";
import { choice } from "../common/choice.js";
import { count } from "../common/count.js";
import { html } from "../common/dom.js";
import {
  DEEPEST,
  GAINS,
  NAMES,
  NORMALISATIONS,
  PRESETS,
  SEEDS,
  WIDTHS,
  nearest,
  presetOf,
} from "./choices.js";
import { gainText } from "./words.js";

/** state: gives all traits.  tell: called with those that change.  Returns { elements, set }. */
export function board({ state, tell, reset }) {
  const presets = choice({
    label: "a network with a name",
    options: Object.keys(PRESETS).map((name) => [name, name]),
    tell: (name) => tell(PRESETS[name]),
  });
  const activations = choice({
    label: "activation",
    options: Object.entries(NAMES),
    tell: (activation) => tell({ activation }),
  });
  const normalisations = choice({
    label: "normalisation",
    options: NORMALISATIONS.map((name) => [name, name === "none" ? "no norm" : name]),
    tell: (normalisation) => tell({ normalisation }),
  });
  const depth = count({
    label: "depth",
    tell: (number) => tell({ depth: number, layer: Math.min(state().layer, number) }),
  });
  const width = count({ label: "width", tell: (place) => tell({ width: WIDTHS[place] }) });
  const gain = count({ label: "gain", tell: (place) => tell({ gain: GAINS[place] }) });
  const layer = count({ label: "layer", tell: (number) => tell({ layer: number }) });
  const residual = checkbox({ label: "residual", tell: (on) => tell({ residual: on }) });
  const clipping = checkbox({ label: "clip to norm 1", tell: (on) => tell({ clipping: on }) });

  function set(now) {
    presets.set(presetOf(now));
    activations.set(now.activation);
    normalisations.set(now.normalisation);
    const text = gainText(now.gain);
    depth.set(now.depth, 1, DEEPEST, String(now.depth));
    width.set(WIDTHS.indexOf(now.width), 0, WIDTHS.length - 1, String(now.width));
    gain.set(nearest(GAINS, now.gain), 0, GAINS.length - 1, text, `gain ${text}`);
    layer.set(now.layer, 1, now.depth, String(now.layer));
    residual.input.checked = now.residual;
    clipping.input.checked = now.clipping;
  }

  const buttons = [
    button({ text: "draw again", tell: () => tell({ seed: (state().seed + 1) % SEEDS }) }),
    button({ text: "reset", tell: reset }),
  ];
  const sliders = [depth, width, gain, layer].map(({ element }) => element);
  const elements = [
    html("div", { class: "bp-row bp-presets" }, presets.element),
    html("div", { class: "bp-sliders" }, ...sliders),
    html("div", { class: "bp-row" }, activations.element, normalisations.element),
    html("div", { class: "bp-row bp-last" }, residual.element, clipping.element, ...buttons),
  ];
  return { elements, set };
}

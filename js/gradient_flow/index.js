// A deep network under the microscope: how large signals and gradients are in every layer, and why.
import "./style.css";
import { html } from "../common/dom.js";
import { guarded, listen, reporter } from "../common/model.js";
import { title } from "../common/title.js";
import { board } from "./board.js";
import { caption } from "./caption.js";
import { SETTINGS, TRAITS } from "./choices.js";
import { run } from "./flow.js";
import { inside } from "./inside.js";
import { layers } from "./layers.js";
import { theory } from "./theory.js";
import { describe, plainText, three } from "./words.js";

export { three }; // for the tests

/** For the tests, too: all that is computed, and the sentence, for one state. */
export function told(state) {
  const measured = run(state);
  const expected = theory(state);
  const { z, ...sizes } = measured;
  return {
    ...sizes,
    z: Array.from(z(state.layer - 1)),
    expected,
    text: plainText(describe(state, measured, expected)),
  };
}

function render({ model, el }) {
  const report = reporter(model);
  const state = () => {
    const now = Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
    return { ...now, layer: Math.min(now.layer, now.depth) };
  };
  let [computed, measured, expected, looking] = ["", null, null, null];

  const picture = layers({
    look(layer) {
      if (looking === layer) return;
      looking = layer;
      lookInto();
    },
    choose: (layer) => report({ layer }),
  });
  const within = inside();
  const sentence = caption();
  const controls = board({
    state,
    tell: report,
    reset: () => report({ ...model.get("start") }),
  });

  const lookInto = guarded(el, () => {
    const now = state();
    const layer = Math.min(looking ?? now.layer, now.depth);
    picture.mark(layer);
    within.update(now, measured, layer);
  });

  const update = guarded(el, () => {
    const now = state();
    const settings = JSON.stringify(SETTINGS.map((name) => now[name]));
    if (settings !== computed) {
      measured = run(now);
      expected = theory(now);
      picture.update(now, measured, expected);
      root.classList.toggle("bp-no-theory", expected === null);
      computed = settings;
    }
    lookInto();
    sentence.update(describe(now, measured, expected));
    controls.set(now);
  });

  const root = html("div", {
    class: "backprop-explorable bp-gradient-flow",
    role: "group",
    "aria-label": "the gradient on its way back through a deep network",
  });
  root.append(
    title("Gradient flow: what reaches each layer", {
      value: "signals, forward",
      gradient: "gradients, backward",
      theory: "theory, for wide plain layers",
    }),
    html("div", { class: "bp-panels" }, picture.element, within.element, sentence.element),
    ...controls.elements,
  );
  el.append(root);
  update();
  return listen(model, TRAITS, () => update());
}

export default { render };

// Logits, their loss and the gradient it sends back: three classes, one output, and logits too big for exp.
import { button } from "../common/controls.js";
import { html } from "../common/dom.js";
import { guarded, listen, reporter } from "../common/model.js";
import { caption } from "./caption.js";
import { controls } from "./controls.js";
import { pictures } from "./pictures.js";
import { describe } from "./words.js";
import "./style.css";

export { describe }; // for the tests
export { bigLogits, threeClasses, yesOrNo } from "./losses.js";

const TRAITS = ["view", "z1", "z2", "z3", "right", "z", "target", "shift"];

function render({ model, el }) {
  const report = reporter(model);
  const chosen = controls(report);
  const drawn = pictures(chosen.logits, (z) => report({ z: onGrid(z) }));
  const sentence = caption();

  const update = guarded(el, () => {
    const now = Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
    chosen.update(now);
    drawn.update(now);
    sentence.update(describe(now));
  });

  const root = html(
    "div",
    { class: "backprop-explorable bp-logits-lab", role: "group", "aria-label": "logits and their losses" },
    drawn.titles,
    html("div", { class: "bp-views" }, chosen.views),
    drawn.element,
    sentence.element,
    html(
      "div",
      { class: "bp-row bp-controls" },
      chosen.own,
      button({ text: "reset", tell: () => report({ ...model.get("start") }) }),
    ),
  );
  el.append(root);
  update();
  const stop = listen(model, TRAITS, update);
  const resized = new ResizeObserver(update); // the curves are as wide as their place
  resized.observe(root);
  return () => {
    resized.disconnect();
    stop();
  };
}

// To a tenth, as the slider of z has it.
const onGrid = (z) => Math.min(8, Math.max(-8, Math.round(10 * z) / 10));

export default { render };

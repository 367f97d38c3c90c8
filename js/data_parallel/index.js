// One batch shared among workers: what their averaged gradients are, and why their copies stay equal.
import { choice } from "../common/choice.js";
import { button, checkbox } from "../common/controls.js";
import { html, write } from "../common/dom.js";
import { guarded, listen, reporter } from "../common/model.js";
import { title } from "../common/title.js";
import { longest } from "./arrow.js";
import { MOST_WORKERS, RATE, compute, equalBorders, nextStep } from "./batch.js";
import { cards } from "./cards.js";
import { plane } from "./plane.js";
import { results } from "./results.js";
import { strip } from "./strip.js";
import "./style.css";
import { describe } from "./words.js";

const TRAITS = ["workers", "borders", "sends", "steps", "together"];

function render({ model, el }) {
  const report = reporter(model);
  const samples = model.get("samples");
  const state = () => Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));

  const batch = strip(samples, (borders) => report({ borders }));
  const workers = cards();
  const reduced = results();
  const copies = plane(samples);
  const sentence = html("div", { class: "bp-said" });

  const many = choice({
    label: "workers",
    options: Array.from({ length: MOST_WORKERS }, (_, k) => [k + 1, String(k + 1)]),
    tell: (count) => report({ workers: count, borders: equalBorders(count) }),
  });
  // A radio button's value is a text, and the number of workers is not.
  const sends = choice({
    label: "what each worker sends",
    options: [
      ["means", "its mean"],
      ["sums", "its sum"],
    ],
    tell: (value) => report({ sends: value }),
  });
  const step = button({ text: `take a step, η = ${RATE}`, tell: advance });
  const skip = checkbox({ label: "skip the all-reduce", tell: (skipped) => report({ together: !skipped }) });

  function advance() {
    const steps = nextStep(state(), compute(state(), samples));
    if (steps !== null) report({ steps });
  }

  const update = guarded(el, () => {
    const chosen = state();
    const now = compute(chosen, samples);
    batch.update(chosen, now);
    const rim = longest([...now.gradients, now.averaged, now.full]);
    workers.update(chosen, now, rim);
    reduced.update(chosen, now, rim);
    copies.update(now);
    write(sentence, describe(chosen, now));
    many.set(String(chosen.workers));
    sends.set(chosen.sends);
    skip.input.checked = !chosen.together;
    step.setAttribute("aria-disabled", String(nextStep(chosen, now) === null));
  });

  const root = html("div", {
    class: "backprop-explorable bp-data-parallel",
    role: "group",
    "aria-label": "data-parallel workers",
  });
  root.append(
    title("One batch, shared among workers", {
      gradient: "gradient: → dw, ↑ db",
      parameter: "copies of w and b",
      loss: "loss of the full batch",
    }),
    batch.element,
    html(
      "div",
      { class: "bp-board" },
      html(
        "div",
        { class: "bp-left" },
        html("div", { class: "bp-heading" }, "Each worker's mean gradient g over its own samples"),
        workers.element,
        reduced.element,
      ),
      copies.element,
    ),
    html("div", { class: "bp-caption" }, html("div", { role: "status" }, sentence)),
    html(
      "div",
      { class: "bp-row" },
      html("div", { class: "bp-field", "aria-hidden": "true" }, "workers"),
      many.element,
      html("div", { class: "bp-field", "aria-hidden": "true" }, "each sends"),
      sends.element,
      step,
      skip.element,
      button({ text: "reset", tell: () => report({ ...model.get("start") }) }),
    ),
  );
  el.append(root);
  update();
  return listen(model, TRAITS, () => update());
}

export { compute, describe }; // for the tests
export default { render };

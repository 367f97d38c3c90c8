// Optimisers raced on one surface: plain SGD, momentum and Adam, from one point with one learning rate.
import { choice } from "../common/choice.js";
import { button, checkbox, setIcon, slider } from "../common/controls.js";
import { count } from "../common/count.js";
import { html } from "../common/dom.js";
import { guarded, listen, reporter } from "../common/model.js";
import { title } from "../common/title.js";
import { caption } from "./caption.js";
import { chart } from "./chart.js";
import { sample } from "./looks.js";
import { plane } from "./plane.js";
import { learningRate } from "./rate.js";
import { RUNNERS, STEPS, run } from "./runners.js";
import { SURFACES } from "./surfaces.js";
import { describe, sentence } from "./words.js";
import "./style.css";

const TRAITS = ["surface", "rate", "momentum", "condition", "step", "point", "runners"];
const STEPS_A_SECOND = 40;

export { SURFACES, describe, run, sentence }; // for the tests

function render({ model, el }) {
  const report = reporter(model);
  const state = () => Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
  let playing = null;

  // --- what happens ---
  function goTo(step) {
    pause();
    report({ step: Math.min(STEPS, step) });
  }

  function begin() {
    if (still()) return goTo(STEPS);
    if (model.get("step") === STEPS) report({ step: 0 });
    playing = setInterval(advance, 1000 / STEPS_A_SECOND);
    setIcon(play, "pause", "pause");
    said.status.setAttribute("aria-live", "off"); // read out once it stands still
  }

  function advance() {
    const step = Math.min(STEPS, model.get("step") + 1);
    report({ step });
    if (step === STEPS) pause();
  }

  function pause() {
    clearInterval(playing);
    playing = null;
    setIcon(play, still() ? "last" : "play", playLabel());
    said.status.setAttribute("aria-live", "polite");
  }

  function toggle(runner, on) {
    const others = model.get("runners").filter((name) => name !== runner);
    report({ runners: RUNNERS.filter((name) => others.includes(name) || (on && name === runner)) });
  }

  // --- what is drawn ---
  const above = plane((point) => report({ point }));
  const curves = chart();
  const said = caption();
  const surfaces = choice({
    label: "surface",
    options: Object.keys(SURFACES).map((name) => [name, name]),
    tell: (surface) => report({ surface, point: SURFACES[surface].point }),
  });
  const boxes = RUNNERS.map((runner) => {
    const box = checkbox({ label: runner, tell: (on) => toggle(runner, on) });
    box.input.after(sample(runner));
    return box;
  });
  const rate = learningRate((value) => report({ rate: value }));
  const momentum = slider({
    name: "μ",
    label: "momentum μ",
    role: "momentum",
    min: 0,
    max: 0.99,
    step: 0.01,
    tell: (value) => report({ momentum: value }),
  });
  const condition = slider({
    name: "κ",
    label: "condition κ",
    role: "condition",
    min: 1,
    max: 100,
    step: 1,
    tell: (value) => report({ condition: value }),
  });
  const steps = count({ label: "step", tell: goTo });
  const play = button({
    icon: still() ? "last" : "play",
    label: playLabel(),
    tell: () => (playing === null ? begin() : pause()),
  });
  const first = button({ icon: "first", label: "back to the start", tell: () => goTo(0) });
  const next = button({ text: "one step", tell: () => goTo(model.get("step") + 1) });

  const update = guarded(el, () => {
    const now = state();
    const paths = Object.fromEntries(now.runners.map((runner) => [runner, run(runner, now)]));
    above.update(now, paths);
    curves.update(paths);
    said.update(describe(now, paths));
    surfaces.set(now.surface);
    boxes.forEach(({ input }, i) => (input.checked = now.runners.includes(RUNNERS[i])));
    rate.set(now);
    momentum.set(now.momentum);
    condition.set(now.condition);
    condition.range.disabled = now.surface !== "valley";
    condition.element.classList.toggle("bp-off", now.surface !== "valley");
    steps.set(now.step, 0, STEPS, String(now.step));
    // Not `disabled`: that would drop the keyboard's focus at the last step.
    first.setAttribute("aria-disabled", now.step === 0);
    next.setAttribute("aria-disabled", now.step === STEPS);
  });

  const root = html(
    "div",
    { class: "backprop-explorable bp-optimiser-race", role: "group", "aria-label": "optimiser race" },
    title("An optimiser race: one surface, one start, one learning rate", {
      loss: "loss: the stronger, the higher",
      minimum: "minimum",
    }),
    html("div", { class: "bp-panels" }, above.element, curves.element, said.element),
    html(
      "div",
      { class: "bp-row" },
      surfaces.element,
      html(
        "div",
        { class: "bp-runners", role: "group", "aria-label": "runners" },
        ...boxes.map(({ element }) => element),
      ),
      button({
        text: "reset",
        tell: () => {
          pause();
          report({ ...model.get("start") });
        },
      }),
    ),
    html(
      "div",
      { class: "bp-sliders" },
      html("div", { class: "bp-steps" }, first, play, next, steps.element),
      rate.element,
      momentum.element,
      condition.element,
    ),
    rate.note,
  );
  el.append(root);
  update();
  const stop = listen(model, TRAITS, () => update());
  return () => {
    pause();
    stop();
  };
}

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const playLabel = () => (still() ? "to the last step" : "play");

export default { render };

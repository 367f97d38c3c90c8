// Units that die: a network trained at the pace of the display, and what gets through each hidden unit.
import "./style.css";
import { html, write } from "../common/dom.js";
import { tooFar } from "../common/hidden_layer.js";
import { guarded, listen, reporter } from "../common/model.js";
import { pretty } from "../common/numbers.js";
import { playRow, playing } from "../common/playing.js";
import { title } from "../common/title.js";
import { controls } from "./controls.js";
import { counts } from "./counts.js";
import { detail } from "./detail.js";
import { history } from "./history.js";
import { UNITS, initialWeights, ringsNetwork } from "./lab.js";
import { losses } from "./losses.js";
import { strip } from "./strip.js";
import { describe } from "./words.js";

const STEPS_A_JUMP = 500; // what play does where nothing may move
const TRAITS = ["activation", "rate", "bias", "seed", "unit", "steps", "W1", "b1", "W2", "b2"];
const BYTES_A_SEED = 8 * 3 * UNITS;

function render({ model, el }) {
  const report = reporter(model);
  const first = model.get("_first");
  const samples = model.get("samples");
  const net = ringsNetwork(samples);
  const past = history();
  let halted = null; // why no step was taken, and from where

  // --- what happens ---
  const state = () => Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));

  function anew(changes) {
    const { bias, seed } = { ...state(), ...changes };
    play.pause();
    halted = null;
    report({ ...changes, ...initialWeights({ bias, seed }, first), steps: 0 });
    update(); // also where nothing changed but the sentence
  }

  function train(count) {
    const { steps, rate, activation } = state();
    const taken = net.train(count, rate, (k, loss) => remember(steps + k, activation, loss));
    report({ ...net.weights(), steps: steps + taken });
    if (taken === count) return;
    play.pause();
    halted = { W1: model.get("W1"), rate };
    update(); // also where nothing changed but the sentence
  }

  function remember(step, activation, loss) {
    const units = net.units();
    const number = (kind) => units.filter((unit) => unit[kind]).length;
    past.add({ step, activation, loss, silent: number("silent"), dead: number("dead") });
    return units;
  }

  // --- what is drawn ---
  const update = guarded(el, () => {
    const now = state();
    net.load(now);
    const loss = net.evaluate();
    const units = remember(now.steps, now.activation, loss);
    all.update(units, now.unit);
    close.update(now, units[now.unit - 1]);
    silent.update(past.points(), past.since());
    falling.update(past.points());
    settings.set(now);
    const stays = halted?.W1 === now.W1 && halted.rate === now.rate;
    const [network, unit] = describe(now, units, loss);
    write(about.network, pretty(stays ? tooFar(now.rate) : network));
    write(about.unit, pretty(unit));
  });

  const all = strip((unit) => report({ unit }));
  const close = detail(samples);
  const silent = counts();
  const falling = losses();
  const settings = controls({ seeds: first.byteLength / BYTES_A_SEED, anew, tell: report });
  const about = { network: html("div", { class: "bp-body" }), unit: html("div", { class: "bp-quiet" }) };
  const status = html("div", { role: "status" }, about.network, about.unit);
  const play = playing({
    beat: () => train(pace(model.get("steps"))),
    jump: () => train(STEPS_A_JUMP),
    jumpLabel: `${STEPS_A_JUMP} steps at once`,
    status,
  });
  const row = playRow({
    what: "step",
    play,
    back: () => anew({}),
    on: () => train(1),
    settings: [settings.rate, settings.activation],
    reset: () => anew(model.get("start")),
  });
  const root = html("div", {
    class: "backprop-explorable bp-trained bp-dead-relu-lab",
    role: "group",
    "aria-label": "dead ReLU lab",
  });
  root.append(
    title("Which units still learn?", {
      value: "samples above the kink",
      gradient: "slope f′",
      loss: "loss",
    }),
    html("div", { class: "bp-board" }, all.element, close.element, silent.element, falling.element),
    html("div", { class: "bp-caption" }, status),
    row.element,
    html("div", { class: "bp-sliders" }, ...settings.sliders),
  );
  el.append(root);
  update();
  const stop = listen(model, TRAITS, () => update());
  return () => {
    play.leave();
    stop();
  };
}

// One step a frame at first, where every step tells; up to twenty later.
const pace = (steps) => Math.min(20, 1 + Math.floor(steps / 40));

export { describe, initialWeights, ringsNetwork }; // for the tests
export default { render };

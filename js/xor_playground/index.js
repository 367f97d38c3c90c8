// XOR by one hidden layer: trained at the pace of the display, every weight in the reader's hand.
import "./style.css";
import { html, write } from "../common/dom.js";
import { tooFar } from "../common/hidden_layer.js";
import { guarded, listen, reporter } from "../common/model.js";
import { pretty } from "../common/numbers.js";
import { playRow, playing } from "../common/playing.js";
import { gripOf } from "../common/scrub.js";
import { title } from "../common/title.js";
import { controls } from "./controls.js";
import { curve } from "./curve.js";
import { diagram } from "./diagram.js";
import { history } from "./history.js";
import { inspector } from "./inspector.js";
import { listed } from "./weights.js";
import { planes } from "./planes.js";
import { describe } from "./words.js";
import { MOST_UNITS, dead, initialWeights, xorNetwork } from "./xor.js";

const STEPS_A_FRAME = 10; // 600 a second, where the display has 60 frames
const STEPS_A_JUMP = 500; // what play does where nothing may move
const SETTINGS = ["units", "activation", "initialisation", "seed"];
const TRAITS = [...SETTINGS, "learning_rate", "steps", "W1", "b1", "W2", "b2"];
const BYTES_A_SEED = 8 * 3 * MOST_UNITS;

function render({ model, el }) {
  const report = reporter(model);
  const normals = model.get("_normals");
  const past = history();
  let net, weights; // what the model says now, ready to compute with
  let chosen = 0;
  let halted = null; // why no step was taken, and from where

  // --- what happens ---
  function state() {
    const now = Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
    // Units that Python has changed come before the weights that belong to them.
    const fits = [now.W1[0], now.b1, now.W2].every(({ length }) => length === now.units);
    return fits ? now : { ...now, ...begun(now) };
  }

  const begun = (settings) => ({ ...initialWeights(settings, normals), steps: 0 });

  function anew(changes) {
    const settings = Object.fromEntries(SETTINGS.map((name) => [name, changes[name] ?? model.get(name)]));
    play.pause();
    halted = null;
    report({ ...changes, ...begun(settings) });
    update(); // also where nothing changed but the sentence
  }

  function train(count) {
    const { steps, learning_rate } = state();
    const taken = net.train(count, learning_rate, (k, loss) => past.add(steps + k, loss));
    report({ ...net.weights(), steps: steps + taken });
    if (taken === count) return;
    play.pause();
    halted = { W1: model.get("W1"), learning_rate };
    update(); // also where nothing changed but the sentence
  }

  function move(number) {
    weights[chosen].put(number);
    report(net.weights());
  }

  function choose(place) {
    chosen = place;
    update();
  }

  // --- what is drawn ---
  const update = guarded(el, () => {
    const now = state();
    if (net?.units !== now.units) {
      net = xorNetwork(now.units);
      weights = listed(net);
      chosen = 0;
      network.rebuild(weights, now.units);
      close.rebuild(weights);
    }
    net.load(now);
    const loss = net.evaluate();
    past.add(now.steps, loss);
    views.update(net);
    network.update(weights, { chosen, dead: dead(net), says: says(net) });
    losses.update(past.points());
    close.update(weights[chosen], chosen, now.learning_rate);
    settings.set(now);
    const stays = halted?.W1 === now.W1 && halted.learning_rate === now.learning_rate;
    write(sentence, pretty(stays ? tooFar(now.learning_rate) : describe(net, weights, now.steps, loss)));
  });

  const views = planes();
  const network = diagram({ choose, grip: (place) => gripOf(close, weights[place].number, move) });
  const losses = curve();
  const close = inspector({ choose, tell: move });
  const settings = controls({
    seeds: normals.byteLength / BYTES_A_SEED,
    anew,
    tell: (learning_rate) => report({ learning_rate }),
  });
  const sentence = html("div", { class: "bp-body" });
  const status = html("div", { role: "status" }, sentence);
  const play = playing({
    beat: () => train(STEPS_A_FRAME),
    jump: () => train(STEPS_A_JUMP),
    label: `play, ${STEPS_A_FRAME} steps a frame`,
    jumpLabel: `${STEPS_A_JUMP} steps at once`,
    status,
  });
  const row = playRow({
    what: "step",
    play,
    back: () => anew({}),
    on: () => train(1),
    settings: [settings.rate],
    reset: () => anew(model.get("start")),
  });
  const root = html("div", {
    class: "backprop-explorable bp-trained bp-xor-playground",
    role: "group",
    "aria-label": "XOR playground",
  });
  root.append(
    title("XOR with one hidden layer", {
      parameter: "weight",
      gradient: "gradient of the loss",
      value: "hidden answer",
      loss: "loss",
    }),
    html(
      "div",
      { class: "bp-board" },
      html("div", { class: "bp-first" }, views.first),
      html("div", { class: "bp-middle" }, network.element),
      html("div", { class: "bp-second" }, views.second),
      html("div", { class: "bp-third" }, losses.element),
      html("div", { class: "bp-fourth" }, close.element),
    ),
    html("div", { class: "bp-caption" }, status),
    row.element,
    ...settings.rows,
  );
  el.append(root);
  update();
  const stop = listen(model, TRAITS, () => update());
  return () => {
    play.leave();
    stop();
  };
}

function says({ units, hidden: { activation } }) {
  const hidden = `${units} hidden ${units === 1 ? "unit" : "units"} with ${activation}`;
  return `the network: 2 inputs, ${hidden}, 1 output; each weight with its gradient, listed beside the slider`;
}

export { ACTIVATIONS } from "../common/activations.js"; // these for the tests
export * from "../common/network.js";
export { describe, initialWeights, listed, xorNetwork };
export default { render };

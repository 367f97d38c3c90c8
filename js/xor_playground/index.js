// XOR by one hidden layer: trained at the pace of the display, every weight in the reader's hand.
import "./style.css";
import { button, setIcon } from "../common/controls.js";
import { html, write } from "../common/dom.js";
import { guarded, listen, reporter } from "../common/model.js";
import { number, pretty } from "../common/numbers.js";
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
  let playing = null;
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
    pause();
    halted = null;
    report({ ...changes, ...begun(settings) });
    update(); // also where nothing changed but the sentence
  }

  function train(count) {
    const { steps, learning_rate } = state();
    let taken = 0;
    let good = net.weights();
    for (; taken < count; taken++) {
      net.step(learning_rate);
      if (!net.bounded()) break;
      good = net.weights();
      past.add(steps + taken + 1, net.evaluate());
    }
    report({ ...good, steps: steps + taken });
    if (taken === count) return;
    pause();
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

  function begin() {
    if (still()) return train(STEPS_A_JUMP);
    const next = () => {
      playing = requestAnimationFrame(next);
      train(STEPS_A_FRAME);
    };
    playing = requestAnimationFrame(next);
    setIcon(play, "pause", "pause");
    status.setAttribute("aria-live", "off"); // read out once it stands still
  }

  function pause() {
    cancelAnimationFrame(playing);
    playing = null;
    setIcon(play, "play", playLabel());
    status.setAttribute("aria-live", "polite");
  }

  // --- what is drawn ---
  const update = guarded(el, () => {
    const now = state();
    if (net?.units !== now.units || net.activation !== now.activation) {
      const other = net?.units !== now.units;
      net = xorNetwork(now.units, now.activation);
      weights = listed(net);
      if (other) {
        chosen = 0;
        network.rebuild(weights, now.units);
        close.rebuild(weights);
      }
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
    write(sentence, pretty(stays ? tooFar(now) : describe(net, weights, now.steps, loss)));
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
  const play = button({
    icon: "play",
    label: playLabel(),
    tell: () => (playing === null ? begin() : pause()),
  });
  const root = html("div", {
    class: "backprop-explorable bp-xor-playground",
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
    html(
      "div",
      { class: "bp-row" },
      button({ icon: "first", label: "back to step 0", tell: () => anew({}) }),
      play,
      button({ text: "one step", tell: () => (pause(), train(1)) }),
      settings.rate,
      button({ text: "reset", tell: () => anew(model.get("start")) }),
    ),
    ...settings.rows,
  );
  el.append(root);
  update();
  const stop = listen(model, TRAITS, () => update());
  return () => {
    pause();
    stop();
  };
}

const tooFar = ({ learning_rate }) =>
  `the next step goes too far, η = ${number(learning_rate)} is too large: take a smaller one, or go back to step 0`;

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const playLabel = () => (still() ? `${STEPS_A_JUMP} steps at once` : `play, ${STEPS_A_FRAME} steps a frame`);

function says({ units, activation }) {
  const hidden = `${units} hidden ${units === 1 ? "unit" : "units"} with ${activation}`;
  return `the network: 2 inputs, ${hidden}, 1 output; each weight with its gradient, listed beside the slider`;
}

export { ACTIVATIONS } from "../common/activations.js"; // these for the tests
export * from "../common/network.js";
export { describe, initialWeights, listed, xorNetwork };
export default { render };

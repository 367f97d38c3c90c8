// The training lab: one network, trained an epoch at a time, and the two losses it is judged by.
import "./style.css";
import { html, write } from "../common/dom.js";
import { guarded, listen, reporter } from "../common/model.js";
import { playRow, playing } from "../common/playing.js";
import { title } from "../common/title.js";
import { controls } from "./controls.js";
import { curves } from "./curves.js";
import { plane } from "./plane.js";
import { run, stopped } from "./run.js";
import { read } from "./samples.js";
import { arithmetic, describe, tooFar } from "./words.js";

const SETTINGS = [
  "batch",
  "rate",
  "optimiser",
  "schedule",
  "weight_decay",
  "hidden",
  "samples",
  "noise",
  "patience",
]; // the seed is Python's: it comes as what NumPy draws for it
const PACE = 40; // milliseconds an epoch at least, so that it can be watched
const EPOCHS_A_JUMP = 20; // what play does where nothing may move
const UNTRAINED = { epoch: 0, history: { train_loss: [], val_loss: [] } };

function render({ model, el }) {
  const report = reporter(model);
  let running = null; // of `run`; made from the settings in `made`
  let made = "";
  let past = null; // the validation losses of the run before, with other settings

  // --- what happens ---
  const state = () => Object.fromEntries(SETTINGS.map((name) => [name, model.get(name)]));

  // The settings and the epoch decide everything: what another view or Python has trained is trained again here.
  function follow() {
    const [settings, draws, epoch] = [state(), model.get("_draws"), model.get("epoch")];
    const wanted = JSON.stringify([settings, draws.seed]);
    if (wanted !== made && running?.epoch() > 1) past = running.history.val_loss;
    if (wanted !== made || epoch < running.epoch()) running = run(settings, read(draws));
    made = wanted;
    while (running.epoch() < epoch && !running.ended()) running.advance();
  }

  function anew(changes) {
    play.pause();
    report({ ...changes, ...UNTRAINED });
    update(); // also where nothing changed but the sentence
  }

  function train(count) {
    for (let k = 0; k < count && !running.ended(); k++) running.advance();
    const { train_loss, val_loss } = running.history;
    report({ epoch: running.epoch(), history: { train_loss: [...train_loss], val_loss: [...val_loss] } });
    if (running.ended()) play.pause();
    if (running.failed()) update(); // of the traits none may have changed
  }

  function reset() {
    anew(model.get("start"));
    past = null;
    update();
  }

  // --- what is drawn ---
  const update = guarded(el, () => {
    follow();
    const settings = state();
    const { history } = running;
    answer.update(running);
    losses.update(history, past, stopped(history, settings.patience) ? running.epoch() : null);
    set.set(settings);
    row.one.setAttribute("aria-disabled", running.ended());
    write(steps, arithmetic(settings, running.epoch()));
    write(sentence, running.failed() ? tooFar(running.epoch()) : describe(history, settings.patience));
  });

  const answer = plane();
  const losses = curves();
  const set = controls(anew);
  const steps = html("div", { class: "bp-steps" });
  const sentence = html("div", { class: "bp-body" });
  const status = html("div", { role: "status" }, sentence);
  const play = playing({
    pace: PACE,
    begin: () => running.ended() && anew({}),
    beat: () => train(1),
    jump: () => train(EPOCHS_A_JUMP),
    jumpLabel: `${EPOCHS_A_JUMP} epochs at once`,
    status,
  });
  const row = playRow({
    what: "epoch",
    play,
    back: () => anew({}),
    on: () => train(1),
    settings: [set.rate],
    reset,
  });
  const root = html("div", {
    class: "backprop-explorable bp-trained bp-training-lab",
    role: "group",
    "aria-label": "training lab",
  });
  root.append(
    title("Training: learnt, or learnt by heart?", {
      loss: "loss: training solid, validation dashed, the gap shaded",
    }),
    html("div", { class: "bp-board" }, answer.element, losses.element),
    html("div", { class: "bp-caption" }, html("div", {}, steps, status)),
    row.element,
    ...set.rows,
  );
  el.append(root);
  update();
  const stop = listen(model, [...SETTINGS, "epoch", "_draws"], () => update());
  return () => {
    play.leave();
    stop();
  };
}

export { arithmetic, describe, read, run }; // these for the tests
export default { render };

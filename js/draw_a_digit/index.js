// A digit is drawn, a trained network reads it, and its loss sends a gradient back to every pixel.
import { checkbox } from "../common/controls.js";
import { html } from "../common/dom.js";
import { guarded, listen, reporter } from "../common/model.js";
import { signed } from "../common/numbers.js";
import { title } from "../common/title.js";
import { blame } from "./blame.js";
import { caption } from "./caption.js";
import { hand } from "./hand.js";
import { likeliest, readNetwork } from "./network.js";
import { byChance, flipsByChance, nudged, search } from "./nudge.js";
import { MOST_NUDGES, nudging } from "./nudging.js";
import { paper } from "./paper.js";
import { STEP, pixelLine } from "./pixel.js";
import { shares } from "./shares.js";
import "./style.css";
import { tiles } from "./tiles.js";
import { tools } from "./tools.js";
import { changed, unchanged } from "./words.js";

export { nudged, readNetwork }; // for the tests

const TRAITS = ["pixels", "target", "nudges", "epsilon", "fit", "show_logits", "_drawn"];
const FIT = "When the pen rests: full height, upright, in the middle, as the digits of the data are";

function render({ model, el }) {
  const report = reporter(model);
  const network = readNetwork(model.get("_steps"), model.get("_weights"));
  const smallest = search(network);
  let pointed = null; // a pixel
  let tool = "draw";

  // --- what happens ---
  /** The traits; `drawn`, the pixels before any nudge; `goal`, the class whose loss is differentiated. */
  function state() {
    const now = Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
    const drawn = now.nudges > 0 ? now._drawn : now.pixels;
    return { ...now, drawn, goal: now.target ?? network.reading(drawn) };
  }

  function nudgeFrom(drawn, changes) {
    const { target, nudges, epsilon } = { ...state(), ...changes };
    const pixels = nudged(network, drawn, target ?? network.reading(drawn), epsilon, nudges);
    report({ ...changes, pixels, _drawn: nudges > 0 ? Array.from(drawn) : [] });
  }
  const change = (changes) => nudgeFrom(state().drawn, changes);

  const drawing = hand({
    state,
    draw: (pixels) => report({ pixels, _drawn: [], nudges: 0 }),
    restore: ({ drawn, nudges }) => nudgeFrom(drawn, { nudges }),
  });

  function nudge() {
    const { nudges } = state();
    if (nudges >= MOST_NUDGES) return;
    drawing.remember();
    change({ nudges: nudges + 1 });
  }
  function press(i, direction) {
    const { pixels } = state();
    const put = tool === "erase" ? -STEP : direction * STEP;
    const ink = Math.min(1, Math.max(0, pixels[i] + put));
    if (ink !== pixels[i]) drawing.replace(pixels.map((before, k) => (k === i ? ink : before)));
  }
  function point(i) {
    if (i === pointed) return;
    pointed = i;
    showPixel(seen());
  }

  // --- what it is made of ---
  const trace = () => field.trace(drawing.stroke());
  const field = paper({
    down: (at) => (drawing.down(at), trace()),
    drag: (points) => (drawing.drag(points), trace()),
    up: drawing.up,
    point,
    press,
  });
  const gradient = blame(point);
  const says = shares();
  const row = tiles();
  const line = pixelLine(network);
  const sentence = caption(model.get("_remark"));
  const bench = tools({
    choose(chosen) {
      tool = chosen;
      drawing.erase(tool === "erase");
    },
    clear: () => drawing.replace(new Array(64).fill(0)),
    undo: drawing.undo,
    reset() {
      drawing.remember();
      report({ ...model.get("start"), _drawn: [], nudges: 0 });
    },
    load: drawing.replace,
    examples: { labels: model.get("_labels"), content: model.get("_examples") },
  });
  const nudges = nudging({
    target: (target) => change({ target }),
    epsilon: (epsilon) => change({ epsilon }),
    nudge,
  });
  const logits = checkbox({ label: "logits z", tell: (shown) => report({ show_logits: shown }) });
  const fits = checkbox({
    label: "fit to the frame",
    tell(fit) {
      report({ fit });
      drawing.rest();
    },
  });
  fits.element.title = FIT;

  // --- what is drawn ---
  function seen() {
    const now = state();
    return { ...now, ...network.at(now.pixels, now.goal) };
  }

  const update = guarded(el, () => {
    const now = seen();
    field.update(now.pixels, (i) => `gradient ${signed(now.gradient[i])}`);
    gradient.update(now.gradient);
    showPixel(now);
    (now.nudges > 0 ? showNudged : showDrawn)(now);
    nudges.update(now);
    bench.update(drawing.canUndo());
    fits.input.checked = now.fit;
    logits.input.checked = now.show_logits;
    root.classList.toggle("bp-with-logits", now.show_logits);
  });

  function showPixel(now) {
    field.ring(pointed);
    gradient.ring(pointed);
    line.update(now, pointed);
  }

  function showDrawn(now) {
    says.update(now, likeliest(now.p), now.goal, null);
    row.idle(now.pixels, now.p);
    sentence.update(unchanged(now, now.pixels, now.goal));
  }

  function showNudged(now) {
    const before = network.probabilities(now.drawn);
    const size = now.nudges * now.epsilon;
    const random = byChance(now.drawn, size);
    says.update(now, likeliest(now.p), now.goal, before);
    row.update(
      { pixels: now.drawn, p: before },
      now,
      { pixels: random, p: network.probabilities(random) },
      size,
    );
    const enough = smallest(now.drawn, now.goal);
    const flips = flipsByChance(network, now.drawn, size);
    sentence.update(changed(now.p, before, now.nudges, now.epsilon, enough, flips));
  }

  const panel = (name, control, element) =>
    html("div", {}, html("div", { class: "bp-head" }, html("span", {}, ...name), control), element);
  const root = html(
    "div",
    {
      class: "backprop-explorable bp-draw-a-digit",
      role: "group",
      "aria-label": "a drawn digit and its gradient",
    },
    title("Draw a digit: which pixels does the loss blame?", {
      value: "ink x, probability p",
      gradient: "gradient ∂L/∂x",
      loss: "loss L and its target",
    }),
    html(
      "div",
      { class: "bp-board" },
      panel(["what it sees"], fits.element, field.element),
      panel(["gradient ∂L/∂x", html("span", { class: "bp-wide" }, " of each pixel")], "", gradient.element),
      panel(["what it reads"], logits.element, says.element),
    ),
    line.element,
    sentence.element,
    bench.element,
    html("div", { class: "bp-below" }, nudges.element, row.element),
  );
  el.append(root);
  update();
  const stop = listen(model, TRAITS, update);
  return () => {
    drawing.leave();
    stop();
  };
}

export default { render };

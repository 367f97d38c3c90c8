// Gradient checkpointing: a chain of layers cut into segments; what it holds after each step, and at its peak.
import "./style.css";
import { button, checkbox } from "../common/controls.js";
import { count } from "../common/count.js";
import { html, write } from "../common/dom.js";
import { guarded, listen, reporter } from "../common/model.js";
import { pretty } from "../common/numbers.js";
import { playing } from "../common/playing.js";
import { title } from "../common/title.js";
import { chain } from "./chain.js";
import { key } from "./marks.js";
import { memory } from "./memory.js";
import { peaks } from "./peaks.js";
import { lastStep, peak, peakStep, schedule, turns } from "./schedule.js";
import { walker } from "./walker.js";
import { ofChain, ofStep } from "./words.js";

const [LEAST, MOST] = [4, 64]; // layers
const BEAT = 50; // milliseconds, for the fastest steps
const WHOLE = 10_000; // milliseconds that a whole schedule takes, about
const SLOWEST = 7; // beats a step
const MARGINS = 8; // at the sides of every explorable, in pixels
const TRAITS = ["depth", "segments", "step", "visited", "show_all"];

function render({ model, el }) {
  const report = reporter(model);
  let steps = [];
  let made = "";
  let beats = 0;

  // --- what happens ---
  // Python tells traits one by one: for a moment there may be more segments, or steps, than there can be.
  function state() {
    const now = Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
    const segments = Math.min(now.segments, now.depth);
    return { ...now, segments, step: Math.min(now.step, lastStep(now.depth, segments)) };
  }

  function cut(changes) {
    play.pause();
    const now = { ...state(), ...changes };
    const segments = Math.min(now.segments, now.depth);
    const known = now.visited.some(([n, k]) => n === now.depth && k === segments);
    report({
      depth: now.depth,
      segments,
      step: "depth" in changes ? 0 : Math.min(now.step, lastStep(now.depth, segments)),
      visited: known ? now.visited : [...now.visited, visit(now.depth, segments)],
    });
  }

  function go(step) {
    play.pause();
    report({ step });
  }

  function begin() {
    beats = 0;
    if (state().step === steps.length - 1) report({ step: 0 }); // from the end it begins again
  }

  function beat() {
    const slow = Math.min(SLOWEST, Math.round(WHOLE / BEAT / steps.length));
    if (beats++ % slow > 0) return;
    const step = Math.min(state().step + 1, steps.length - 1);
    report({ step });
    if (step === steps.length - 1) play.pause();
  }

  function reset() {
    play.pause();
    const { depth, segments } = model.get("start");
    report({ depth, segments, step: 0, visited: [visit(depth, segments)], show_all: false });
  }

  // --- what is drawn ---
  const update = guarded(el, () => {
    const now = state();
    if (made !== `${now.depth} ${now.segments}`) steps = schedule(now.depth, now.segments);
    made = `${now.depth} ${now.segments}`;
    const told = pretty(ofStep(steps, now.step));
    cells.update(root.clientWidth - MARGINS, now, steps);
    held.update(steps, now.step);
    tried.update(now);
    controls.show(now.step, steps.length - 1, told);
    layers.set(now.depth, LEAST, MOST, String(now.depth), `${now.depth} layers`);
    segments.set(now.segments, 0, now.depth, now.segments === 0 ? "all kept" : String(now.segments));
    whole.input.checked = now.show_all;
    write(about.step, told);
    write(about.chain, ofChain(now.depth, now.segments));
  });

  const cells = chain();
  const held = memory(go);
  const tried = peaks((k) => cut({ segments: k }));
  const about = { step: html("div", { class: "bp-body" }), chain: html("div", { class: "bp-quiet" }) };
  const status = html("div", { role: "status" }, about.step, about.chain);
  const play = playing({
    pace: BEAT,
    begin,
    beat,
    jump: () => go(turns(steps).find((turn) => turn > state().step)),
    jumpLabel: "to the next stage",
    status,
  });
  const controls = walker(
    {
      go,
      by: (number) => go(Math.max(0, Math.min(steps.length - 1, state().step + number))),
      peak: () => go(peakStep(steps)),
      end: () => go(steps.length - 1),
    },
    play.element,
    button({ text: "reset", tell: reset }),
  );
  const layers = count({ label: "layers n", name: "depth", tell: (depth) => cut({ depth }) });
  const segments = count({ label: "segments k", name: "segments", tell: (k) => cut({ segments: k }) });
  const whole = checkbox({ label: "show every k", tell: (shown) => report({ show_all: shown }) });
  const root = html("div", {
    class: "backprop-explorable bp-checkpointing",
    role: "group",
    "aria-label": "gradient checkpointing",
  });
  root.append(
    title("What must be kept for the way back?", { value: "activation", gradient: "gradient" }),
    cells.element,
    key(),
    html("div", { class: "bp-board" }, html("div", {}, held.element, controls.track), tried.element),
    html("div", { class: "bp-caption" }, status),
    controls.element,
    html("div", { class: "bp-row bp-cuts" }, layers.element, segments.element, whole.element),
  );
  el.append(root);
  update();
  const stop = listen(model, TRAITS, () => update());
  const resized = new ResizeObserver(update);
  resized.observe(root);
  return () => {
    resized.disconnect();
    play.leave();
    stop();
  };
}

const visit = (depth, segments) => [depth, segments, peak(depth, segments)];

export { ofChain, ofStep, peak, peakStep, schedule }; // for the tests
export default { render };

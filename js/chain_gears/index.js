// A chain of functions as gears: x, the stages and their parameters move, and the slopes multiply from either end.
import "./style.css";
import { button, slider } from "../common/controls.js";
import { html, write } from "../common/dom.js";
import { guarded, listen, reporter } from "../common/model.js";
import { number, pretty } from "../common/numbers.js";
import { title } from "../common/title.js";
import { bench } from "./bench.js";
import { FEWEST, MOST, compute, weightsFor, withinReach } from "./chain.js";
import { picture } from "./picture.js";
import { gripOf } from "../common/scrub.js";
import { change, describe } from "./words.js";

const TRAITS = ["x", "stages", "weights", "direction", "nudge", "nudged"];

// In backward and forward, what is multiplied with what.
const RULES = {
  backward: "from y back to x: ∂y/∂(here) = ∂y/∂(next value) × the slope between them",
  forward: "from x on to y: ∂(here)/∂x = ∂(value before)/∂x × the slope between them",
};

function render({ model, el }) {
  const report = reporter(model);
  const get = () => {
    const state = Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
    // Python sends one trait after the other: new stages may be here before their weights.
    return { ...state, weights: weightsFor(state.stages, state.weights) };
  };
  const start = model.get("_start");

  let shown = null; // the columns, for as many stages as there are
  const train = html("div", { class: "bp-frame" });
  const benches = html("div", { class: "bp-frame" });
  const head = html("div", { class: "bp-head" });
  const sentence = html("div", { class: "bp-body", role: "status" });

  const x = slider({ name: "x", min: -3, max: 3, step: 0.05, tell: turn });
  const size = nudgeSize((nudge) => report({ nudge }));
  const push = button({ text: "nudge", tell: () => report({ nudged: !model.get("nudged") }) });
  const directions = Object.keys(RULES).map((direction) => {
    const element = button({ text: direction, tell: () => report({ direction }) });
    return { direction, element };
  });
  const fewer = button({ text: "one stage less", tell: () => resize(-1) });
  const more = button({ text: "one stage more", tell: () => resize(1) });

  // --- what happens ---
  function rebuild(stages) {
    report({ stages, weights: weightsFor(stages, get().weights) });
  }

  function choose(k, stage) {
    rebuild(model.get("stages").map((old, i) => (i === k ? stage : old)));
  }

  function resize(by) {
    const stages = model.get("stages");
    if (by < 0 && stages.length > FEWEST) rebuild(stages.slice(0, -1));
    if (by > 0 && stages.length < MOST) rebuild([...stages, "×"]);
  }

  function weigh(name, number) {
    report({ weights: { ...get().weights, [name]: withinReach(number) } });
  }

  function turn(number) {
    report({ x: withinReach(number) });
  }

  // --- what is drawn ---
  function columns(count) {
    if (shown?.count === count) return;
    const seats = bench(count, { choose, weigh });
    const grips = {
      gripX: () => gripOf(x, model.get("x"), turn),
      gripWeight: (k) => seats.grip(k, get().weights),
    };
    shown = { count, picture: picture(count, grips), bench: seats };
    train.replaceChildren(shown.picture.element);
    benches.replaceChildren(shown.bench.element);
  }

  const update = guarded(el, () => {
    const state = get();
    columns(state.stages.length);
    shown.bench.update(state);
    x.set(state.x);
    size.set(state.nudge);
    push.setAttribute("aria-pressed", state.nudged);
    write(push, `nudge ${state.direction === "backward" ? "each" : "x"} by ${change(state.nudge)}`);
    for (const { direction, element } of directions) {
      element.setAttribute("aria-pressed", direction === state.direction);
    }
    // Not `disabled`: that would drop the keyboard's focus at the shortest and the longest chain.
    fewer.setAttribute("aria-disabled", state.stages.length <= FEWEST);
    more.setAttribute("aria-disabled", state.stages.length >= MOST);
    write(head, RULES[state.direction]);
    const found = compute(state);
    shown.picture.update(state, found);
    write(sentence, pretty(describe(state, found)));
  });

  const root = html("div", {
    class: "backprop-explorable bp-chain_gears",
    role: "group",
    "aria-label": "dy/dx as a gear ratio",
  });
  root.append(
    title("dy/dx as a gear ratio", {
      value: "value, and what is measured",
      gradient: "gradient: product of slopes",
      parameter: "parameter",
      local: "in a box: the stage’s curve, its slope",
    }),
    train,
    html("div", { class: "bp-caption" }, html("div", {}, head, sentence)),
    html("div", { class: "bp-row bp-drive" }, x.element, push, size.element),
    benches,
    html(
      "div",
      { class: "bp-row" },
      html("span", { class: "bp-counter" }, "multiply"),
      ...directions.map(({ element }) => element),
      html("span", { class: "bp-gap" }),
      fewer,
      more,
      button({ text: "reset", tell: () => report(start) }),
    ),
  );
  el.append(root);
  update();
  return listen(model, TRAITS, () => update());
}

// From 0.0001 to 1, even in its exponent: 0.01 is in the middle.
function nudgeSize(tell) {
  const size = (place) => Number((10 ** (place / 2 - 2)).toPrecision(1));
  let now = 0.01;
  const made = slider({
    name: "nudge",
    label: "nudge size",
    role: "rate",
    min: -4,
    max: 4,
    step: 1,
    show: () => number(now),
    tell: (place) => tell(size(place)),
  });
  return {
    element: made.element,
    set(nudge) {
      now = nudge;
      made.set(2 * Math.log10(nudge) + 4);
    },
  };
}

// For the tests, which compare them with the package.
export { change, compute, describe };
export default { render };

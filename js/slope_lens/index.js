// The slope of a curve: a secant whose step shrinks, the tangent that it becomes, and where float64 ends it.
import "./style.css";
import { button, slider } from "../common/controls.js";
import { html, svg } from "../common/dom.js";
import { guarded, listen, reporter } from "../common/model.js";
import { title } from "../common/title.js";
import { caption } from "./caption.js";
import { choice } from "../common/choice.js";
import { curve } from "./curve.js";
import { errors } from "./errors.js";
import { FUNCTIONS } from "./functions.js";
import { lens } from "./lens.js";
import { SIZE } from "./size.js";
import { describe, digits, measure } from "./slopes.js";

const TRAITS = ["function", "x", "step", "scheme"];
const FARTHEST = 2;
const GRID = 0.05;
const MIDDLE = 7; // the slider of the step runs from −7 to 7, for 1e-14 to 1

export { describe, digits, measure }; // for the tests

function render({ model, el }) {
  const report = reporter(model);
  const state = () => Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));

  const near = curve({
    moveX: (x) => report({ x: rounded(x, -FARTHEST, FARTHEST) }),
    moveEnd: (end) => report({ step: rounded(end - model.get("x"), GRID, 1) }),
  });
  const magnified = lens();
  const history = errors((step) => report({ step }));
  const picture = svg(
    "svg",
    { class: "bp-picture", viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img" },
    near.element,
    magnified.element,
  );
  const sentence = caption();

  const names = choice({
    label: "function",
    options: Object.keys(FUNCTIONS).map((name) => [name, name]),
    tell: (name) => report({ function: name }),
  });
  const schemes = choice({
    label: "difference",
    options: [
      ["forward", "forward: x to x + h"],
      ["central", "central: x − h to x + h"],
    ],
    tell: (scheme) => report({ scheme }),
  });
  const place = slider({
    name: "x",
    role: "input",
    min: -FARTHEST,
    max: FARTHEST,
    step: GRID,
    show: digits,
    tell: (x) => report({ x }),
  });
  const step = slider({
    name: "h",
    label: "step h",
    role: "step",
    min: -MIDDLE,
    max: MIDDLE,
    step: 1,
    show: () => digits(model.get("step")),
    tell: (position) => report({ step: Number(`1e${position - MIDDLE}`) }),
  });

  const update = guarded(el, () => {
    const now = state();
    const numbers = measure(now);
    near.update(now, numbers);
    magnified.update(now, numbers);
    history.update(now, numbers);
    picture.setAttribute(
      "aria-label",
      `${now.function} with its tangent at x = ${digits(now.x)} and a secant from ${digits(numbers.from)} to ${digits(numbers.to)}; beside it the same under a lens`,
    );
    sentence.update(describe(now));
    names.set(now.function);
    schemes.set(now.scheme);
    place.set(now.x);
    step.set(Math.log10(now.step) + MIDDLE);
  });

  const root = html("div", {
    class: "backprop-explorable bp-slope-lens",
    role: "group",
    "aria-label": "the slope of a curve",
  });
  root.append(
    title("The slope of a curve: rise over run", {
      value: "the function",
      tangent: "tangent: its slope is the derivative",
      secant: "secant: rise over run",
    }),
    html("div", { class: "bp-panels" }, picture, history.element, sentence.element),
    html(
      "div",
      { class: "bp-row" },
      names.element,
      schemes.element,
      button({ text: "reset", tell: () => report({ ...model.get("start") }) }),
    ),
    html("div", { class: "bp-sliders" }, place.element, step.element),
  );
  el.append(root);
  update();
  return listen(model, TRAITS, () => update());
}

// To a twentieth, as the slider of x has it.
function rounded(x, min, max) {
  return Math.min(max, Math.max(min, Math.round(x / GRID) / Math.round(1 / GRID)));
}

export default { render };

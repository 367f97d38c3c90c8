// A lens on matrix equations: point at an entry of the result, and see the row and the column that made it.
import { choice } from "../common/choice.js";
import { button } from "../common/controls.js";
import { count } from "../common/count.js";
import { html, write } from "../common/dom.js";
import { guarded, listen, reporter } from "../common/model.js";
import { pretty } from "../common/numbers.js";
import { title } from "../common/title.js";
import { EQUATIONS, MOST, shapeOf } from "./equations.js";
import { field } from "./field.js";
import { heading } from "./heading.js";
import { drawn } from "./pass.js";
import "./style.css";
import { counted, describe } from "./words.js";

export { EQUATIONS, describe, drawn }; // for the tests

const TRAITS = [...Object.keys(MOST), "equation", "convention", "numbers", "_at"];
const NARROWEST = 320;

function render({ model, el }) {
  const report = reporter(model);
  let drawnFor = ""; // what the blocks show

  // --- what happens ---
  function state() {
    const now = Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
    return { ...now, _at: inside(now) };
  }

  function change(changes) {
    const next = { ...state(), ...changes };
    report({ ...changes, _at: inside(next) });
  }

  function pointAt(row, column) {
    change({ _at: turned([row, column], model.get("convention")) });
  }

  // --- what is drawn ---
  const above = heading();
  const picture = field(pointAt);
  const [sum, result, met] = ["bp-sum", "bp-entry", "bp-met"].map((kind) => html("span", { class: kind }));

  const update = guarded(el, () => {
    const now = state();
    const sizes = sizesOf(now);
    const seen = drawn(now.numbers, sizes, now.convention);
    const width = Math.max(NARROWEST, Math.floor(picture.element.clientWidth));
    const wanted = JSON.stringify([sizes, now.equation, now.convention, now.numbers, width]);
    const focused = picture.focused();
    if (wanted !== drawnFor) {
      drawnFor = wanted;
      above.update(now.equation, seen);
      picture.draw(now.equation, seen, width);
    }
    const [row, column] = turned(now._at, now.convention);
    picture.show(row, column);
    if (focused) picture.focus();
    const said = describe(now.equation, seen, row, column);
    write(sum, pretty(said.sum));
    write(result, said.result);
    result.className = `bp-entry bp-${now.equation.startsWith("d") ? "gradient" : "value"}`;
    write(met, pretty(said.met));
    equations.set(now.equation);
    conventions.set(now.convention);
    for (const [name, slider] of Object.entries(sliders)) {
      slider.set(sizes[name], 1, MOST[name], String(sizes[name]), counted(sizes[name], name));
    }
  });

  // --- what it is made of ---
  const equations = choice({
    label: "equation",
    options: Object.keys(EQUATIONS).map((name) => [name, pretty(name)]),
    tell: (equation) => change({ equation }),
  });
  const conventions = choice({
    label: "convention",
    options: [
      ["rows", "samples are rows"],
      ["columns", "samples are columns"],
    ],
    tell: (convention) => change({ convention }),
  });
  const sliders = Object.fromEntries(
    Object.keys(MOST).map((name) => [name, count({ label: name, tell: (size) => change({ [name]: size }) })]),
  );
  const root = html(
    "div",
    {
      class: "backprop-explorable bp-matrix-lens",
      role: "group",
      "aria-label": "the matrix equations of two layers",
    },
    title("Point at an entry: which row and which column made it?", {
      value: "forward value",
      gradient: "gradient of the loss",
      parameter: "parameter",
    }),
    above.element,
    picture.element,
    html(
      "div",
      { class: "bp-caption" },
      html(
        "div",
        { role: "status" },
        html("div", {}, sum, result),
        html("span", { class: "bp-apart" }, "; "),
        met,
      ),
    ),
    html(
      "div",
      { class: "bp-row" },
      equations.element,
      conventions.element,
      button({ text: "reset", tell: () => report(model.get("start")) }),
    ),
    html("div", { class: "bp-sliders" }, ...Object.values(sliders).map(({ element }) => element)),
  );
  el.append(root);
  update();
  const stop = listen(model, TRAITS, update);
  const resized = new ResizeObserver(update);
  resized.observe(picture.element);
  return () => {
    resized.disconnect();
    stop();
  };
}

const sizesOf = (now) => Object.fromEntries(Object.keys(MOST).map((name) => [name, now[name]]));

// `_at` is row and column where samples are rows, so that another convention still shows the same number.
const turned = ([row, column], convention) => (convention === "rows" ? [row, column] : [column, row]);

// Within the result: a smaller network, or another equation, may have fewer rows or columns.
function inside(now) {
  const most = shapeOf(now.equation, { sizes: sizesOf(now), convention: "rows" });
  return now._at.map((place, k) => Math.min(place, most[k] - 1));
}

export default { render };

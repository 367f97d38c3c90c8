// The production line: turn a knob, see what it does to the product, and what the gradient says about it.
import { button, slider } from "../common/controls.js";
import { html, write } from "../common/dom.js";
import { backward, forward } from "../common/engine.js";
import { failure } from "../common/failure.js";
import { guarded, listen, reporter } from "../common/model.js";
import { number, pretty } from "../common/numbers.js";
import { title } from "../common/title.js";
import { blame } from "./blame.js";
import { dial } from "./dial.js";
import { pieces } from "./pieces.js";
import { scrolled } from "./scrolled.js";
import "./style.css";
import { HINT, afterMove, afterStep, mostToBlame, sentence } from "./words.js";

const RATE = 0.01; // small enough that the loss falls from wherever the sliders reach
const LEAVES = {
  w1: { min: 0, max: 3, step: 0.02, role: "parameter", label: pretty("station 1: w1") },
  w2: { min: 0, max: 3, step: 0.02, role: "parameter", label: pretty("station 2: w2") },
  b: { min: -3, max: 3, step: 0.02, role: "parameter", label: pretty("station 3: b") },
  y: { min: 0, max: 10, step: 0.1, role: "input", label: "wanted: y" },
};
const STATIONS = [
  { name: "w1", does: "station 1 stretches", says: (w) => `× w1 = ${w}` },
  { name: "w2", does: "station 2 stretches", says: (w) => `× w2 = ${w}` },
  { name: "b", does: "station 3 adds or cuts", says: (b) => `+ b = ${b}` },
];

function render({ model, el }) {
  const nodes = model.get("nodes");
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const start = Object.fromEntries(
    Object.keys(model.get("values")).map((name) => [name, byName.get(name).value]),
  );
  const report = reporter(model);
  let loose, parts; // the names of the knobs that can be turned, and what is drawn for them
  let note = HINT;
  let mine = {}; // the values that this view set itself

  // --- what happens ---
  function move(name, wish) {
    const values = model.get("values");
    const { step } = LEAVES[name];
    const number = Number((Math.round(wish / step) * step).toFixed(2));
    if (number === values[name]) return;
    const moved = { ...values, [name]: number };
    put(moved, afterMove(name, number - values[name], loss(values), loss(moved)));
  }

  function descend() {
    const values = model.get("values");
    const { gradients } = evaluate(nodes, values);
    const moves = loose.map((name) => [name, -RATE * gradients[name]]);
    const moved = { ...values };
    for (const [name, change] of moves) moved[name] += change;
    if (failure(nodes, forward(nodes, moved).values)) return;
    put(moved, afterStep(moves, loss(values), loss(moved)));
  }

  function put(values, told) {
    note = told;
    mine = values;
    report({ values });
    update(); // also where only the note changed
  }

  const loss = (values) => evaluate(nodes, values).values.L;

  // --- what is drawn ---
  const update = guarded(el, () => {
    const leaves = model.get("values");
    if (!same(leaves, mine)) note = HINT; // moved from elsewhere
    const { values, gradients, problem } = evaluate(nodes, leaves);
    for (const [name, made] of parts.sliders) made.set(leaves[name]);
    write(parts.note, pretty(note));
    if (problem) return write(parts.sentence, pretty(`${problem}. Move a slider back.`));
    parts.pieces.update(values);
    const most = loose.length > 1 ? mostToBlame(gradients, loose) : [];
    for (const { name, knob, says, text, blamed } of parts.stations) {
      knob.set(leaves[name], blamed ? -Math.sign(gradients[name]) : 0);
      write(text, pretty(says(number(leaves[name])) + (blamed ? "" : ", fixed")));
      blamed?.update(gradients[name], most.includes(name));
    }
    write(parts.raw, `x = ${number(values.x)} cm`);
    write(parts.wanted, `y = ${number(values.y)} cm`);
    write(parts.loss, number(values.L));
    write(parts.sentence, pretty(sentence(values, gradients, loose)));
  });

  const rebuild = guarded(el, () => {
    parts?.place.leave();
    loose = STATIONS.map(({ name }) => name).slice(0, model.get("knobs"));
    const free = loose.length > 1 ? [...loose, "y"] : loose;
    parts = build(loose, free, move);
    const label = "production line: which knob is to blame";
    const root = html("div", {
      class: "backprop-explorable bp-production-line",
      role: "group",
      "aria-label": label,
    });
    root.append(
      title("Who is to blame for a wrong product?", {
        value: "length",
        parameter: "knob",
        gradient: "gradient of the loss",
        loss: "loss",
      }),
      parts.place.element,
      html(
        "div",
        { class: "bp-caption" },
        html("div", {}, parts.note, html("div", { role: "status" }, parts.sentence)),
      ),
      html("div", { class: "bp-sliders" }, ...[...parts.sliders.values()].map(({ element }) => element)),
      html(
        "div",
        { class: "bp-row" },
        button({ text: "one small step", tell: descend }),
        button({ text: "reset", tell: () => put(start, HINT) }),
      ),
    );
    el.replaceChildren(root);
    update();
  });

  rebuild();
  const stop = listen(model, ["values", "knobs"], () =>
    loose.length === model.get("knobs") ? update() : rebuild(),
  );
  return () => {
    parts.place.leave();
    stop();
  };
}

const same = (one, other) => Object.keys(one).every((name) => one[name] === other[name]);

/** Every node's value and gradient by name; `problem` says where there is none. */
function evaluate(nodes, leaves) {
  const { values, locals } = forward(nodes, leaves);
  const gradients = backward(nodes, locals);
  const named = (numbers) => Object.fromEntries(nodes.map(({ name }, i) => [name, numbers[i]]));
  return { values: named(values), gradients: named(gradients), problem: failure(nodes, values) };
}

/** loose: the knobs that can be turned.  free: these, and what else has a slider. */
function build(loose, free, move) {
  const cell = (kind, ...children) => html("div", { class: `bp-${kind}` }, ...children);
  const drawn = pieces(free.includes("y") ? (length) => move("y", Math.max(0, length)) : null);
  const raw = cell("setting bp-value");
  const wanted = cell("setting bp-value");
  const loss = html("b", {});
  const stations = STATIONS.map((station) => {
    const { name } = station;
    const turns = loose.includes(name);
    const knob = dial(LEAVES[name], turns ? (number) => move(name, number) : null);
    return { ...station, knob, text: cell("setting"), blamed: turns ? blame() : null };
  });
  const scene = html("div", { class: "bp-scene" });
  scene.append(
    cell("head", "the line"),
    cell("head", "length in cm"),
    cell("head", "turn the knob up a little: the loss changes this many times as much"),
    cell("station", cell("mark"), html("div", {}, cell("does", "the raw piece"), raw)),
    cell("middle", drawn.element),
    cell("blame"),
    ...stations.flatMap(({ knob, does, text, blamed }) => [
      cell(`station${blamed ? "" : " bp-still"}`, knob.element, html("div", {}, cell("does", does), text)),
      blamed ? blamed.element : cell("blame"),
    ]),
    cell("station bp-last", cell("mark"), html("div", {}, cell("does", "the customer wants"), wanted)),
    cell("loss", cell("does", "loss = miss × miss"), html("div", { class: "bp-setting" }, "L = ", loss)),
  );
  const sliders = new Map(
    free.map((name) => [name, slider({ name, ...LEAVES[name], tell: (number) => move(name, number) })]),
  );
  const [note, told] = [cell("note"), cell("body")];
  const place = scrolled(scene, "the line");
  return { place, pieces: drawn, stations, raw, wanted, loss, sliders, note, sentence: told };
}

export { evaluate, sentence }; // for the tests
export default { render };

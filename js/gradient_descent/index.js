// Gradient descent on a learner's own loss: one step at a time or many, every leaf and the learning rate a slider.
import { button, setIcon, slider } from "../common/controls.js";
import { html, write } from "../common/dom.js";
import { failure } from "../common/failure.js";
import { guarded, listen, reporter } from "../common/model.js";
import { number, pretty } from "../common/numbers.js";
import { shelf } from "../common/shelf.js";
import { title } from "../common/title.js";
import { chart } from "./chart.js";
import { evaluate, stepped } from "./descent.js";
import { table } from "./table.js";

const STEPS_A_SECOND = 15;
const MOST_STEPS = 1000;
const MOST_ROWS = 6;

function render({ model, el }) {
  const nodes = model.get("nodes");
  const loss = nodes.at(-1).name;
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const leaves = Object.keys(model.get("values")).map((name) => byName.get(name));
  const parameters = leaves.filter(({ role }) => role === "parameter").map(({ name }) => name);
  const followed = parameters.slice(0, MOST_ROWS);
  const start = {
    values: Object.fromEntries(leaves.map(({ name, value }) => [name, value])),
    learning_rate: model.get("learning_rate"),
    history: [],
  };
  const report = reporter(model);
  let playing = null;

  const losses = chart({ label: `${pretty(loss)} after each step`, kind: "loss" });
  const paths = chart({ label: "the parameters after each step", kind: "parameter" });
  const numbers = table(followed);
  const sentence = html("div", { class: "bp-body" });

  const play = button({ icon: "play", label: "play", tell: () => (playing === null ? begin() : pause()) });
  const back = button({ text: "one back", tell: () => (pause(), undo()) });
  const rate = learningRate((learning_rate) => report({ learning_rate }));
  const sliders = shelf(leaves, (name, value) => {
    pause();
    report({ values: { ...model.get("values"), [name]: value }, history: [] });
  });
  const controls = html(
    "div",
    { class: "bp-row" },
    button({ text: "one step", tell: () => (pause(), descend()) }),
    back,
    play,
    rate.element,
    button({ text: "reset", tell: reset }),
  );

  // --- what happens ---
  function history() {
    const past = model.get("history");
    const values = model.get("values");
    return past.length > 0 ? past : [point(values, evaluate(nodes, values).result)];
  }

  function point(values, result) {
    return { [loss]: result, ...Object.fromEntries(parameters.map((name) => [name, values[name]])) };
  }

  function descend() {
    const past = history();
    const eta = model.get("learning_rate");
    const here = model.get("values");
    const values = stepped(here, parameters, evaluate(nodes, here).gradients, eta);
    const reached = evaluate(nodes, values);
    const problem = failure(nodes, reached.values);
    if (problem) stay(`the next step goes too far, η = ${number(eta)} is too large: ${problem}`);
    else if (past.length > MOST_STEPS) stay(`${MOST_STEPS} steps are all that fit here: press reset`);
    else report({ values, history: [...past, point(values, reached.result)] });
  }

  function stay(why) {
    pause();
    write(sentence, pretty(why));
  }

  function undo() {
    const past = history();
    if (past.length < 2) return;
    const before = past.slice(0, -1);
    const moved = Object.fromEntries(parameters.map((name) => [name, before.at(-1)[name]]));
    report({ values: { ...model.get("values"), ...moved }, history: before });
  }

  function begin() {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      for (let i = 0; i < STEPS_A_SECOND; i++) descend(); // the same steps, in one still picture
      return;
    }
    playing = setInterval(descend, 1000 / STEPS_A_SECOND);
    setIcon(play, "pause", "pause");
  }

  function pause() {
    clearInterval(playing);
    playing = null;
    setIcon(play, "play", "play");
  }

  function reset() {
    pause();
    report(start);
    update(); // also where nothing changed but the sentence
  }

  // --- what is drawn ---
  const update = guarded(el, () => {
    const values = model.get("values");
    const eta = model.get("learning_rate");
    const now = evaluate(nodes, values);
    sliders.set(values);
    rate.set(eta);
    const problem = failure(nodes, now.values);
    if (problem) return stay(`${problem}. Move a slider back.`); // the picture stays at what it last had
    const past = history();
    losses.update([{ name: loss, points: past.map((p) => p[loss]) }]);
    paths.update(followed.map((name) => ({ name, points: past.map((p) => p[name]) })));
    numbers.update(values, now.gradients, eta, stepped(values, parameters, now.gradients, eta));
    write(sentence, pretty(describe(past, parameters, loss)));
    // Not `disabled`: that would drop the keyboard's focus when the last step is taken back.
    back.setAttribute("aria-disabled", past.length < 2);
  });

  const label = `gradient descent on ${loss}`;
  const root = html("div", { class: "backprop-explorable bp-descent", role: "group", "aria-label": label });
  root.append(
    title(`Gradient descent on ${loss}`, { loss: "loss", parameter: "parameter", gradient: "gradient" }),
    html("div", { class: "bp-charts" }, losses.element, paths.element),
    html("div", { class: "bp-caption" }, html("div", { role: "status" }, sentence)),
    controls,
    html("div", { class: "bp-beside" }, numbers.element, ...sliders.elements),
  );
  el.append(root);
  update();
  const stop = listen(model, ["values", "learning_rate", "history"], () => update());
  return () => {
    pause();
    stop();
  };
}

// From 0.001 to about 30, even in its exponent, and rounded to two digits.
function learningRate(tell) {
  const rounded = (exponent) => Number((10 ** exponent).toPrecision(2));
  const made = slider({
    name: "η",
    label: "learning rate η",
    role: "rate",
    min: -3,
    max: 1.5,
    step: 0.05,
    show: (exponent) => number(rounded(exponent)),
    tell: (exponent) => tell(rounded(exponent)),
  });
  return { element: made.element, set: (eta) => made.set(Math.log10(eta)) };
}

/** What the picture shows: backprop_lib/explorables/gradient_descent.py writes the same sentence. */
function describe(past, parameters, loss) {
  const steps = past.length - 1;
  const [first, last] = [past[0][loss], past.at(-1)[loss]];
  const from = steps > 0 ? `, ${last > first ? "up" : "down"} from ${number(first)}` : "";
  const where = parameters.slice(0, MOST_ROWS).map((name) => `${name} = ${number(past.at(-1)[name])}`);
  const more = parameters.length > MOST_ROWS ? `, and ${parameters.length - MOST_ROWS} more` : "";
  const taken = `after ${steps} ${steps === 1 ? "step" : "steps"}`;
  return `${taken} ${loss} = ${number(last)}${from}; ${where.join(", ")}${more}`;
}

export default { render };

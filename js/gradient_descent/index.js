// Gradient descent on a learner's own loss: one step at a time or many, every leaf and the learning rate a slider.
import { button, setIcon, slider } from "../common/controls.js";
import { html, write } from "../common/dom.js";
import { backward, forward } from "../common/engine.js";
import { failure } from "../common/failure.js";
import { guarded, listen, reporter } from "../common/model.js";
import { number, pretty, signed } from "../common/numbers.js";
import { span } from "../common/span.js";
import { title } from "../common/title.js";
import { chart } from "./chart.js";

const STEPS_A_SECOND = 15;
const MOST_STEPS = 1000;
const MOST_ROWS = 6;

function render({ model, el }) {
  const nodes = model.get("nodes");
  const loss = nodes.at(-1).name;
  const index = new Map(nodes.map(({ name }, i) => [name, i]));
  const parameters = nodes.filter(({ role }) => role === "parameter").map(({ name }) => name);
  const leaves = Object.keys(model.get("values")).map((name) => nodes[index.get(name)]);
  const ordered = leaves.filter(({ role }) => role === "parameter").map(({ name }) => name);
  const start = {
    values: Object.fromEntries(leaves.map(({ name, value }) => [name, value])),
    learning_rate: model.get("learning_rate"),
  };
  const report = reporter(model);
  let playing = null;

  // --- what can be read ---
  const losses = chart({ label: `${pretty(loss)} after each step`, kind: "loss" });
  const paths = chart({ label: "the parameters after each step", kind: "parameter" });
  const rows = ordered.slice(0, MOST_ROWS).map((name) => {
    const cells = {
      now: html("td", { class: "bp-value" }),
      rate: html("td", { class: "bp-gradient" }),
      next: html("td", { class: "bp-value" }),
    };
    return {
      name,
      cells,
      row: html("tr", {}, html("th", { scope: "row" }, pretty(name)), ...Object.values(cells)),
    };
  });
  const table = html(
    "table",
    { class: "bp-table" },
    html(
      "thead",
      {},
      html(
        "tr",
        {},
        ...["parameter", "now", "− η × gradient", "after one step"].map((t) =>
          html("th", { scope: "col" }, t),
        ),
      ),
    ),
    html("tbody", {}, ...rows.map(({ row }) => row)),
  );
  const sentence = html("div", { class: "bp-body" });
  const caption = html("div", { class: "bp-caption" }, html("div", { role: "status" }, sentence));

  // --- what can be moved ---
  const play = button({ icon: "play", label: "play", tell: () => (playing === null ? begin() : pause()) });
  const step = button({ text: "one step", tell: () => (pause(), descend()) });
  const back = button({ text: "one back", tell: () => (pause(), undo()) });
  const rate = slider({
    name: "η",
    label: "learning rate η",
    min: -3,
    max: 1.5,
    step: 0.05,
    role: "rate",
    show: (exponent) => number(Number((10 ** exponent).toPrecision(2))),
    tell: (exponent) => report({ learning_rate: Number((10 ** exponent).toPrecision(2)) }),
  });
  const sliders = leaves.slice(0, 12).map((leaf) =>
    slider({
      ...span(leaf.value),
      name: leaf.name,
      role: leaf.role,
      tell: (value) => {
        pause();
        report({ values: { ...model.get("values"), [leaf.name]: value }, history: [] });
      },
    }),
  );
  const walker = html("div", { class: "bp-row" }, step, back, play, rate.element);
  walker.append(button({ text: "reset", tell: reset }));

  // --- what happens ---
  function numbers(values) {
    const { values: all, locals } = forward(nodes, values);
    return { loss: all.at(-1), gradients: backward(nodes, locals) };
  }

  const point = (values) => ({
    [loss]: numbers(values).loss,
    ...Object.fromEntries(ordered.map((name) => [name, values[name]])),
  });
  const history = () => {
    const past = model.get("history");
    return past.length > 0 ? past : [point(model.get("values"))];
  };

  function stepped(values) {
    const { gradients } = numbers(values);
    const eta = model.get("learning_rate");
    return {
      ...values,
      ...Object.fromEntries(
        parameters.map((name) => [name, values[name] - eta * gradients[index.get(name)]]),
      ),
    };
  }

  function descend() {
    const past = history();
    const values = stepped(model.get("values"));
    const problem = failure(nodes, forward(nodes, values).values);
    const eta = number(model.get("learning_rate"));
    if (problem) stay(`the next step goes too far, η = ${eta} is too large: ${problem}`);
    else if (past.length > MOST_STEPS) stay(`${MOST_STEPS} steps are all that fit here: press reset`);
    else report({ values, history: [...past, point(values)] });
  }

  function stay(why) {
    pause();
    write(sentence, pretty(why));
  }

  function undo() {
    const past = history();
    if (past.length < 2) return;
    const shorter = past.slice(0, -1);
    report({ values: { ...model.get("values"), ...pick(shorter.at(-1), ordered) }, history: shorter });
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
    report({ ...start, history: [] });
    update(); // also where nothing changed but the sentence
  }

  const update = guarded(el, () => {
    const values = model.get("values");
    leaves.slice(0, 12).forEach(({ name }, i) => sliders[i].set(values[name]));
    const problem = failure(nodes, forward(nodes, values).values);
    if (problem) return stay(`${problem}. Move a slider back.`); // the picture stays at what it last had
    const past = history();
    const { gradients } = numbers(values);
    const next = stepped(values);
    const eta = model.get("learning_rate");
    losses.update([{ name: loss, points: past.map((p) => p[loss]) }]);
    paths.update(ordered.slice(0, MOST_ROWS).map((name) => ({ name, points: past.map((p) => p[name]) })));
    for (const { name, cells } of rows) {
      write(cells.now, number(values[name]));
      write(cells.rate, `− ${number(eta)} × (${signed(gradients[index.get(name)])})`);
      write(cells.next, number(next[name]));
    }
    write(sentence, pretty(describe(past, ordered, loss)));
    rate.set(Math.log10(eta));
    // Not `disabled`: that would drop the keyboard's focus when the last step is taken back.
    back.setAttribute("aria-disabled", past.length < 2);
  });

  const root = html("div", {
    class: "backprop-explorable bp-descent",
    role: "group",
    "aria-label": `gradient descent on ${loss}`,
  });
  root.append(
    title(`Gradient descent on ${loss}`, { loss: "loss", parameter: "parameter", gradient: "gradient" }),
    html("div", { class: "bp-charts" }, losses.element, paths.element),
    caption,
    walker,
    html(
      "div",
      { class: "bp-beside" },
      table,
      html("div", { class: "bp-sliders" }, ...sliders.map(({ element }) => element)),
    ),
  );
  el.append(root);
  update();
  const stop = listen(model, ["values", "learning_rate", "history"], () => update());
  return () => {
    pause();
    stop();
  };
}

const pick = (from, names) => Object.fromEntries(names.map((name) => [name, from[name]]));

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

// The bug clinic: a backward pass with one bug, or none. The reader looks at its errors, experiments, and names it.
import { choice } from "../common/choice.js";
import { button } from "../common/controls.js";
import { html, write } from "../common/dom.js";
import { guarded, listen, reporter } from "../common/model.js";
import { pretty } from "../common/numbers.js";
import { title } from "../common/title.js";
import { bugOf, caseOf } from "./cases.js";
import { VIEWS, cells } from "./cells.js";
import { check } from "./check.js";
import { curve } from "./curve.js";
import { detail } from "./detail.js";
import { diagnoses } from "./diagnoses.js";
import { PARAMETERS, backward, forward } from "./pass.js";
import { separate } from "./separate.js";
import "./style.css";
import { training } from "./training.js";
import { apart, sentence } from "./words.js";

const STATE = ["seed", "patient", "view", "zeros", "alone"];
const SHOWN = "shown"; // the answer of a reader who gave up
const MOST_PATIENTS = 1000;
const HINT = "Look for what is right, and change one condition at a time. Then choose a diagnosis.";

function render({ model, el }) {
  const report = reporter(model);
  const state = () => Object.fromEntries(STATE.map((name) => [name, model.get(name)]));
  const known = new Map(model.get("diagnoses").map((one) => [one.key, one]));
  const { parameters } = caseOf({ seed: 0, patient: 0 });
  const shapes = Object.fromEntries(
    PARAMETERS.map((name) => [name, [parameters[name].length, parameters[name][0].length]]),
  );
  let admitted = ""; // the patient whose curves are drawn
  let curves, found, kept;

  // --- what happens ---
  const given = () => model.get("answers")[model.get("patient")] ?? [];
  const truth = () => bugOf(model.get("seed"), model.get("patient"));
  const through = (answers, bug) => [bug, SHOWN].includes(answers.at(-1));

  function answer(key) {
    if (key === null) return write(result, "Choose a diagnosis first.");
    if (through(given(), truth()) || given().includes(key)) return;
    const answers = model.get("answers").map((some) => [...some]);
    while (answers.length <= model.get("patient")) answers.push([]);
    answers[model.get("patient")].push(key);
    report({ answers });
  }

  const next = () => report({ patient: (model.get("patient") + 1) % MOST_PATIENTS });

  function reset() {
    report({ ...model.get("start") });
    list.choose(null);
    update(); // also where nothing changed but the choice
  }

  // --- what is drawn ---
  const look = () => close.update(grid.place(), found, kept);
  const grid = cells(shapes, look);
  const close = detail();
  const heading = html("div", { class: "bp-axis-name" });
  const chart = curve();
  const told = html("div", { class: "bp-body" });
  const list = diagnoses([...known.values()], equations);
  const [wrong, right] = [html("code", {}), html("code", {})];
  const code = html("div", { class: "bp-equations" }, wrong, " in place of ", right);
  const result = html("div", { class: "bp-result", "aria-live": "polite" });
  const count = html("span", { class: "bp-counter" });
  const views = choice({
    label: "what the cells show",
    options: Object.keys(VIEWS).map((name) => [name, name]),
    tell: (view) => report({ view }),
  });
  const starts = choice({
    label: "parameters",
    options: [
      ["random", "parameters random"],
      ["zeros", "all 0"],
    ],
    tell: (which) => report({ zeros: which === "zeros" }),
  });
  const samples = choice({
    label: "samples",
    options: [
      ["all", "all 6 samples"],
      ["alone", "the last one alone"],
    ],
    tell: (which) => report({ alone: which === "alone" }),
  });
  const name = button({ text: "this is it", tell: () => answer(list.chosen()) });
  const show = button({ text: "give up: show me", tell: () => answer(SHOWN) });

  const update = guarded(el, () => {
    const now = state();
    const bug = truth();
    if (admitted !== `${now.seed} ${now.patient}`) admit(now, bug);
    const patient = caseOf(now);
    found = check(patient, bug);
    kept = now.alone ? forward(patient.parameters, patient.X) : null;
    grid.update(found, now.view);
    look();
    write(heading, VIEWS[now.view].says);
    write(told, pretty(sentence(now, found, ...curves)));
    views.set(now.view);
    starts.set(now.zeros ? "zeros" : "random");
    samples.set(now.alone ? "alone" : "all");
    judge(now, bug);
  });

  function admit(now, bug) {
    admitted = `${now.seed} ${now.patient}`;
    const patient = caseOf({ seed: now.seed, patient: now.patient });
    curves = [bug, "healthy"].map((one) => training(patient, one));
    chart.update(...curves);
    list.choose(known.has(given().at(-1)) ? given().at(-1) : null);
  }

  function judge(now, bug) {
    const answers = given();
    const done = through(answers, bug);
    list.update(
      answers.filter((key) => key !== bug),
      done ? bug : null,
    );
    if (done) list.choose(bug);
    equations();
    write(result, pretty(verdict(now, answers, bug)));
    for (const element of [name, show]) element.setAttribute("aria-disabled", done);
    const all = model.get("answers").filter((some, k) => through(some, bugOf(now.seed, k)));
    const first = all.filter((some) => some.length === 1 && some[0] !== SHOWN).length;
    write(count, `at the first try: ${first} of ${all.length}`);
  }

  function verdict(now, answers, bug) {
    const last = answers.at(-1);
    if (last === undefined) return HINT;
    const { name, tell } = known.get(bug);
    if (last === SHOWN) return `It was “${name}”. ${tell}`;
    if (last !== bug) return `Not “${known.get(last).name}”. ${apart(separate(now, last, bug))}`;
    return `${answers.length === 1 ? "Yes, at the first try" : "Yes"}: “${name}”. ${tell}`;
  }

  // What the diagnosis that is chosen would mean in the code.
  function equations() {
    const lines = known.get(list.chosen()) ?? { wrong: [], right: [] };
    write(wrong, lines.wrong.join("; "));
    write(right, lines.right.join("; "));
    code.hidden = lines.wrong.length === 0;
  }

  const root = html("div", {
    class: "backprop-explorable bp-bug-clinic",
    role: "group",
    "aria-label": "bug clinic: a backward pass to be diagnosed",
  });
  root.append(
    title("Bug clinic: what is wrong with this backward pass?", {
      parameter: "parameter",
      gradient: "gradient",
      loss: "loss",
    }),
    html(
      "div",
      { class: "bp-panels" },
      html(
        "div",
        { class: "bp-blocks" },
        html("div", { class: "bp-heading" }, heading, html("div", { class: "bp-way" }, "◂ the way back")),
        grid.element,
        close.element,
      ),
      chart.element,
      html("div", { class: "bp-caption" }, html("div", { role: "status" }, told)),
    ),
    html("div", { class: "bp-row bp-strips" }, views.element, starts.element, samples.element),
    list.element,
    html("div", { class: "bp-answer-box" }, code, result),
    html(
      "div",
      { class: "bp-row" },
      name,
      show,
      button({ text: "next patient", tell: next }),
      count,
      button({ text: "reset", tell: reset }),
    ),
  );
  el.append(root);
  update();
  return listen(model, [...STATE, "answers"], () => update());
}

export { apart, backward, bugOf, caseOf, check, forward, separate, sentence, training }; // for the tests
export default { render };

// A Jacobian filled pass by pass: forward mode fills a column for each input, reverse mode a row for each output.
import { count } from "../common/count.js";
import { button } from "../common/controls.js";
import { html, write } from "../common/dom.js";
import { guarded, listen, reporter } from "../common/model.js";
import { pretty } from "../common/numbers.js";
import { title } from "../common/title.js";
import { WEIGHTS, costs } from "./costs.js";
import { graph } from "./graph.js";
import { MOST } from "./layout.js";
import { matrix } from "./matrix.js";
import { modes } from "./modes.js";
import { evaluate, fill } from "./passes.js";
import { counted, describe, passesOf, spaced } from "./words.js";
import "./style.css";

export { evaluate, forwardPass, reversePass } from "./passes.js";

// Below these widths the Jacobian's cells are smaller, or it stands under the graph.
const WIDE = 900;
const NARROW = 660;
const ROOMY = 450; // of the graph: in a narrower one the nodes have no room for their values
const TRAITS = ["inputs", "outputs", "mode", "passes"];
const neededBy = ({ mode, inputs, outputs }) => (mode === "forward" ? inputs : outputs);

function render({ model, el }) {
  const report = reporter(model);

  const network = graph(startAt);
  const jacobian = matrix(startAt);
  const chart = costs();
  const sentence = html("div", { class: "bp-body" });
  const heading = title("How many passes fill the Jacobian?", { gradient: "derivative", value: "value" });
  const meaning = heading.querySelector(".bp-key-gradient");

  const mode = modes((chosen) => change({ mode: chosen }));
  const next = button({ text: "next pass", tell: () => change({ passes: state().passes + 1 }) });
  const back = button({ text: "one back", tell: () => change({ passes: Math.max(0, state().passes - 1) }) });
  const done = slider("passes", "passes done");
  const inputs = slider("inputs");
  const outputs = slider("outputs");

  function slider(name, label = name) {
    return count({ name, label, tell: (value) => change({ [name]: value }) });
  }

  // --- what happens ---
  function state() {
    const now = Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
    return within(now);
  }

  // A smaller function needs fewer passes, and so may the other mode.
  function within(now) {
    return { ...now, passes: Math.min(now.passes, neededBy(now)) };
  }

  function change(changes) {
    report(within({ ...state(), ...changes }));
  }

  function startAt(chosen, k) {
    change({ mode: chosen, passes: k + 1 });
  }

  // --- what is drawn ---
  const pictures = html("div", { class: "bp-pictures" });
  const update = guarded(el, () => {
    const now = state();
    const found = evaluate(model.get("numbers"), now.inputs, now.outputs);
    const { jacobian: known, last } = fill(found, now.mode, now.passes);
    const needed = neededBy(now);
    const width = root.clientWidth || NARROW; // not on the page yet, or in a closed tab
    root.classList.toggle("bp-narrow", width < NARROW);
    root.classList.toggle("bp-middling", width >= NARROW && width < WIDE);
    const room = left.clientWidth || NARROW / 2;
    root.classList.toggle("bp-roomy", room >= ROOMY);
    network.update({ width: room, roomy: room >= ROOMY }, found, now, last);
    jacobian.update(known, now.mode, now.passes);
    chart.update(width - 8, now);
    write(sentence, pretty(describe(now, known)));
    write(meaning, derivative(now));
    mode.set(now.mode);
    done.set(
      now.passes,
      0,
      needed,
      `${now.passes} of ${needed}`,
      `${now.passes} of ${passesOf(needed)} done`,
    );
    inputs.set(now.inputs, 1, MOST, String(now.inputs), counted(now.inputs, "input"));
    outputs.set(now.outputs, 1, MOST, String(now.outputs), counted(now.outputs, "output"));
    // Not `disabled`: that would drop the keyboard's focus at the last pass.
    next.setAttribute("aria-disabled", now.passes === needed);
    back.setAttribute("aria-disabled", now.passes === 0);
  });

  const left = html("div", { class: "bp-left" }, network.element);
  pictures.append(
    html(
      "div",
      { class: "bp-above bp-formula" },
      "yᵢ = Σₖ vᵢₖ · tanh(Σⱼ wₖⱼ · xⱼ)",
      html("span", { class: "bp-hint" }, "press an x or a y to go to its pass"),
    ),
    left,
    html("div", { class: "bp-above bp-which" }, "its Jacobian: ∂yᵢ/∂xⱼ in row i, column j"),
    jacobian.element,
  );
  const million = spaced(WEIGHTS);
  const root = html(
    "div",
    { class: "backprop-explorable bp-count-passes", role: "group", "aria-label": "passes and the Jacobian" },
    heading,
    pictures,
    chart.element,
    html(
      "div",
      { class: "bp-caption" },
      html(
        "div",
        {},
        html("div", { role: "status" }, sentence),
        html(
          "div",
          { class: "bp-note" },
          `a loss has one output: reverse mode needs 1 pass for all ${million} weights; a pass costs at most a few times what y costs`,
        ),
      ),
    ),
    html("div", { class: "bp-row" }, mode.element, next, back, done.element),
    html(
      "div",
      { class: "bp-row" },
      inputs.element,
      outputs.element,
      button({ text: "reset", tell: () => report(model.get("_start")) }),
    ),
  );
  el.append(root);
  update();
  const stop = listen(model, TRAITS, update);
  const resized = new ResizeObserver(update);
  resized.observe(root);
  return () => {
    resized.disconnect();
    stop();
  };
}

function derivative({ mode, passes }) {
  if (passes === 0) return "derivative";
  return pretty(mode === "forward" ? `∂(this)/∂x${passes}` : `∂y${passes}/∂(this)`);
}

export default { render };

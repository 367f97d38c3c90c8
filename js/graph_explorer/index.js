// The graph explorer: a learner's own computation, walked forward and backward, every leaf a slider.
import { button, checkbox, slider } from "../common/controls.js";
import { KEEP_KEYS, html, write } from "../common/dom.js";
import { title } from "../common/title.js";
import { guarded, listen, reporter } from "../common/model.js";
import { backward, forward } from "../common/engine.js";
import { failure } from "../common/failure.js";
import { number, pretty, signed } from "../common/numbers.js";
import { span } from "../common/span.js";
import { judge } from "./ask.js";
import { draw } from "./draw.js";
import { edgeLocals, fold } from "./fold.js";
import { progress, walk } from "./walk.js";
import { explain, handing, plain, question, summary } from "./words.js";

const MOST_SLIDERS = 12;

export { backward, forward, number, pretty, signed, summary }; // for the tests

function render({ model, el }) {
  const nodes = model.get("nodes");
  const report = reporter(model);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const leaves = Object.keys(model.get("values")).map((name) => byName.get(name));
  const start = Object.fromEntries(leaves.map(({ name, value }) => [name, value]));
  let view, steps, picture, shown; // shown: the step that is drawn
  let asked = null; // the edge whose gradient the reader is asked for
  let feedback = "";

  // --- what can be read ---
  const note = html("div", { class: "bp-note" });
  const stage = html("div", { class: "bp-stage", role: "group", "aria-label": "the graph", ...KEEP_KEYS });
  const head = html("div", { class: "bp-head" });
  const body = html("div", { class: "bp-body" });
  const answer = html("input", {
    type: "text",
    inputmode: "decimal",
    class: "bp-answer",
    // JupyterLab stops a form inside a cell from being sent with Enter.
    onkeydown: (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      reply();
    },
    "aria-label": "your guess",
    placeholder: "two digits",
    ...KEEP_KEYS,
  });
  const form = html("form", { class: "bp-form", onsubmit: (event) => (event.preventDefault(), reply()) });
  form.append(answer, button({ text: "answer", tell: () => {} }));
  form.lastChild.type = "submit";
  const caption = html("div", { class: "bp-caption" }, html("div", { role: "status" }, head, body), form);

  // --- what can be moved ---
  // A step of −1 is the end, as the last index of a list is.
  const at = () => (model.get("step") < 0 ? steps.length - 1 : Math.min(model.get("step"), steps.length - 1));
  const go = (step) => report({ step: step < steps.length - 1 ? Math.max(0, step) : -1 });
  const leave = (step) => ((asked = null), (feedback = ""), go(step), update());
  const scrubber = html("input", {
    type: "range",
    min: 0,
    step: 1,
    class: "bp-scrubber",
    "aria-label": "step of the walk",
    oninput: () => leave(Number(scrubber.value)),
    ...KEEP_KEYS,
  });
  const counter = html("span", { class: "bp-counter" });
  const ask = checkbox({
    label: "ask me before each gradient",
    tell: (asking) => (report({ asking }), leave(at())),
  });
  const walker = html(
    "div",
    { class: "bp-row bp-walker" },
    button({ icon: "first", label: "to the start", tell: () => leave(0) }),
    button({ icon: "back", label: "one step back", tell: () => leave(at() - 1) }),
    button({ icon: "next", label: "one step on", tell: next }),
    button({ icon: "last", label: "to the end", tell: () => leave(steps.length - 1) }),
    scrubber,
    counter,
    ask.element,
    button({ text: "reset", tell: reset }),
  );
  const sliders = new Map();
  const shelf = html("div", { class: "bp-sliders" });

  function addSlider(leaf) {
    if (sliders.has(leaf.name)) return;
    const made = slider({
      ...span(leaf.value),
      name: leaf.name,
      role: leaf.role,
      tell: (value) => report({ values: { ...model.get("values"), [leaf.name]: value } }),
    });
    sliders.set(leaf.name, made);
    shelf.append(made.element);
  }
  leaves.slice(0, MOST_SLIDERS).forEach(addSlider);
  const others = leaves.slice(MOST_SLIDERS);
  const chooser = html(
    "select",
    {
      "aria-label": "another slider",
      onchange: () => {
        if (chooser.value === "") return;
        addSlider(others[chooser.value]);
        update();
      },
      ...KEEP_KEYS,
    },
    html("option", { value: "" }, "another slider…"),
    ...others.map(({ name }, i) => html("option", { value: i }, name)),
  );

  // --- what happens ---
  function next() {
    const to = steps[at() + 1];
    if (model.get("asking") && to?.kind === "backward" && asked === null) {
      asked = to.edge;
      feedback = "";
      answer.value = "";
      update();
      answer.focus();
    } else leave(at() + 1);
  }

  function reply() {
    const guess = Number(answer.value.trim().replace("−", "-").replace(",", "."));
    if (answer.value.trim() === "" || !Number.isFinite(guess)) {
      write(head, "write a number, such as −0.25, then press Enter");
      return;
    }
    const now = state();
    const { from, to } = view.edges[asked];
    const upstream = now.gradients[to];
    const { why } = judge(guess, upstream, now.locals[asked], now.sums.get(from) ?? 0);
    const entry = {
      edge: `${nodes[to].name} → ${nodes[from].name}`,
      guess,
      truth: upstream * now.locals[asked],
    };
    asked = null;
    feedback = why;
    report({ guesses: [...model.get("guesses"), entry] });
    go(at() + 1);
    update();
    walker.querySelector('[aria-label="one step on"]').focus();
  }

  function reset() {
    report({ values: start, step: -1, asking: false, guesses: [], opened: [] });
    rebuild();
  }

  function toggle(node) {
    const opened = model.get("opened");
    // To the end: another set of nodes has other steps.
    report({
      opened: opened.includes(node) ? opened.filter((i) => i !== node) : [...opened, node],
      step: -1,
    });
    rebuild();
    stage.querySelector(`[data-fold="${node}"]`)?.focus();
  }

  function state() {
    const { values, locals } = forward(nodes, model.get("values"));
    const gradients = backward(nodes, locals);
    const onEdges = edgeLocals(view, nodes, locals);
    const step = at();
    const expected = new Map();
    for (const { from } of view.edges) expected.set(from, (expected.get(from) ?? 0) + 1);
    const walked = progress(steps, step, view, nodes, gradients, onEdges);
    const done = new Set(steps.slice(0, step + 1).flatMap(({ edge }) => (edge === undefined ? [] : [edge])));
    return {
      leaves: Object.keys(start),
      values,
      gradients,
      locals: onEdges,
      expected,
      step,
      done,
      ...walked,
    };
  }

  const update = guarded(el, () => {
    const now = state();
    const current =
      asked === null ? steps[now.step] : { kind: "backward", edge: asked, node: view.edges[asked].to };
    const active = ["start", "end"].includes(current.kind) ? null : current;
    const receiver = active?.kind === "backward" ? view.edges[active.edge].from : null;
    shown = now.step;
    say(now);
    picture.update({ ...now, active, receiver, sentence: body.textContent });
    form.hidden = asked === null;
    scrubber.value = now.step;
    scrubber.setAttribute("aria-valuetext", `step ${now.step} of ${steps.length - 1}: ${body.textContent}`);
    ask.input.checked = model.get("asking");
    for (const [name, { set }] of sliders) set(model.get("values")[name]);
    if (active) show(receiver ?? active.node); // a graph larger than its stage keeps its active node in sight
  });

  function say(now) {
    const problem = failure(nodes, now.values);
    if (problem) return tell([[["no value"]], [[`${problem}. Move a slider back.`]]]);
    if (asked !== null)
      return tell([
        [[`predict · ${handing(asked, view, nodes)}`]],
        [...question(asked, view, nodes, now), [" = ?"]],
      ]);
    const lines = explain(now.step, steps, view, nodes, now);
    tell(feedback ? [[[feedback]], lines[1]] : lines);
  }

  function tell(lines) {
    caption.classList.toggle("bp-feedback", feedback !== "");
    write(head, pretty(plain([lines[0]])));
    if (body.dataset.plain === plain([lines[1]])) return;
    body.dataset.plain = plain([lines[1]]);
    body.replaceChildren(
      ...lines[1].map(([text, kind]) =>
        kind ? html("span", { class: `bp-${kind}` }, pretty(text)) : pretty(text),
      ),
    );
  }

  // Where the graph is larger than its stage, the arrow keys scroll it; at first its result is in sight.
  let placed = false;
  const resized = new ResizeObserver(() => {
    const scrolls = stage.scrollWidth > stage.clientWidth || stage.scrollHeight > stage.clientHeight;
    if (scrolls) stage.tabIndex = 0;
    else stage.removeAttribute("tabindex");
    if (!placed && shown === steps.length - 1) show(nodes.length - 1);
    placed = true;
  });

  function show(node) {
    const { x, y } = picture.at.get(node);
    stage.scrollLeft = (x / picture.width) * stage.scrollWidth - stage.clientWidth / 2;
    stage.scrollTop = (y / picture.height) * stage.scrollHeight - stage.clientHeight / 2;
  }

  const rebuild = guarded(el, () => {
    asked = null;
    feedback = "";
    view = fold(nodes, model.get("opened"));
    steps = walk(view, nodes);
    picture = draw(view, nodes, toggle);
    stage.replaceChildren(picture.element);
    resized.disconnect();
    [stage, picture.element].forEach((element) => resized.observe(element));
    const hidden = view.total - view.drawn.reduce((sum, i) => sum + view.members.get(i).length, 0);
    write(
      note,
      hidden > 0 ? `the nodes nearest to the result; ${hidden} more are computed but not drawn` : "",
    );
    scrubber.max = steps.length - 1;
    const forwardSteps = steps.findIndex(({ kind }) => kind === "seed") - 1;
    counter.textContent = `forward ${forwardSteps} | backward ${steps.length - 2 - forwardSteps}`;
    scrubber.style.setProperty("--bp-turn", `${(100 * (forwardSteps + 0.5)) / (steps.length - 1)}%`);
    update();
  });

  const root = html("div", {
    class: "backprop-explorable",
    role: "group",
    "aria-label": `graph of ${nodes.at(-1).name}`,
  });
  root.append(header(nodes), note, stage, caption, walker, shelf);
  if (others.length > 0) root.append(html("div", { class: "bp-row" }, chooser));
  el.append(root);
  rebuild();
  const stop = listen(model, ["values", "step", "asking", "opened"], () => {
    if (String(view.opened) !== String(model.get("opened"))) return rebuild();
    // Moved from elsewhere, by Python or another view: what was asked and answered here is over.
    if (at() !== shown || !model.get("asking")) [asked, feedback] = [null, ""];
    update();
  });
  return () => {
    resized.disconnect();
    stop();
  };
}

function header(nodes) {
  const { name, formula } = nodes.at(-1);
  return title(name === formula ? name : `${name} = ${formula}`, {
    value: "value",
    gradient: `gradient ∂${name}/∂(this)`,
    parameter: "parameter",
    loss: "result",
    local: "on each arrow: the local derivative",
  });
}

export default { render };

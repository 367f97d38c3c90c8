// The graph explorer: a learner's own computation, walked forward and backward, every leaf a slider.
import { html, write } from "../common/dom.js";
import { backward, forward } from "../common/engine.js";
import { failure } from "../common/failure.js";
import { guarded, listen, reporter } from "../common/model.js";
import { number, pretty, signed } from "../common/numbers.js";
import { shelf } from "../common/shelf.js";
import { title } from "../common/title.js";
import { judge } from "./ask.js";
import { caption } from "./caption.js";
import { draw } from "./draw.js";
import { edgeLocals, fold } from "./fold.js";
import { stage } from "../common/stage.js";
import { progress, walk } from "./walk.js";
import { walker } from "./walker.js";
import { explain, handing, question, summary } from "./words.js";

export { backward, forward, number, pretty, signed, summary }; // for the tests

function render({ model, el }) {
  const nodes = model.get("nodes");
  const report = reporter(model);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const leaves = Object.keys(model.get("values")).map((name) => byName.get(name));
  const start = Object.fromEntries(leaves.map(({ name, value }) => [name, value]));
  let view, steps, picture, shown; // shown: the step that is drawn
  let asked = null; // the edge whose gradient the reader is asked for
  let remark = ""; // on the reader's last answer

  const note = html("div", { class: "bp-note" });
  const place = stage();
  const under = caption(answered);
  const controls = walker({
    go: leave,
    back: () => leave(at() - 1),
    next,
    end: () => leave(steps.length - 1),
    ask: (asking) => (report({ asking }), leave(at())),
    reset,
  });
  const sliders = shelf(leaves, (name, value) =>
    report({ values: { ...model.get("values"), [name]: value } }),
  );

  // --- the walk: a step of −1 is the end, as the last index of a list is ---
  function at() {
    const step = model.get("step");
    return step < 0 ? steps.length - 1 : Math.min(step, steps.length - 1);
  }

  function go(step) {
    report({ step: step < steps.length - 1 ? Math.max(0, step) : -1 });
  }

  function leave(step) {
    [asked, remark] = [null, ""];
    go(step);
    update();
  }

  function next() {
    const to = steps[at() + 1];
    if (!model.get("asking") || to?.kind !== "backward" || asked !== null) return leave(at() + 1);
    [asked, remark] = [to.edge, ""];
    update();
    under.focus();
  }

  function answered(guess) {
    const { gradients, locals, sums } = state();
    const { from, to } = view.edges[asked];
    const { why } = judge(guess, gradients[to], locals[asked], sums.get(from) ?? 0);
    const edge = `${nodes[to].name} → ${nodes[from].name}`;
    const truth = gradients[to] * locals[asked];
    [asked, remark] = [null, why];
    report({ guesses: [...model.get("guesses"), { edge, guess, truth }] });
    go(at() + 1);
    update();
    controls.focus();
  }

  function reset() {
    report({ values: start, step: -1, asking: false, guesses: [], opened: [] });
    rebuild();
  }

  function toggle(node) {
    const opened = model.get("opened");
    const others = opened.filter((i) => i !== node);
    // To the end: another set of nodes has other steps.
    report({ opened: opened.includes(node) ? others : [...opened, node], step: -1 });
    rebuild();
    place.element.querySelector(`[data-fold="${node}"]`)?.focus();
  }

  // --- what is drawn ---
  function state() {
    const { values, locals } = forward(nodes, model.get("values"));
    const gradients = backward(nodes, locals);
    const onEdges = edgeLocals(view, nodes, locals);
    const step = at();
    const walked = progress(steps, step, view, nodes, gradients, onEdges);
    return { leaves: Object.keys(start), values, gradients, locals: onEdges, step, ...walked };
  }

  const update = guarded(el, () => {
    const now = state();
    const asking = asked !== null;
    const current = asking ? { kind: "backward", edge: asked, node: view.edges[asked].to } : steps[now.step];
    const active = ["start", "end"].includes(current.kind) ? null : current;
    const receiver = active?.kind === "backward" ? view.edges[active.edge].from : null;
    shown = now.step;
    under.tell(lines(now), remark);
    under.ask(asking);
    picture.update({ ...now, active, receiver, sentence: under.text() });
    controls.show(now.step, under.text(), model.get("asking"));
    sliders.set(model.get("values"));
    if (active) place.look(receiver ?? active.node);
  });

  function lines(now) {
    const problem = failure(nodes, now.values);
    if (problem) return [[["no value"]], [[`${problem}. Move a slider back.`]]];
    if (asked === null) return explain(now.step, steps, view, nodes, now);
    return [[[`predict · ${handing(asked, view, nodes)}`]], [...question(asked, view, nodes, now), [" = ?"]]];
  }

  const rebuild = guarded(el, () => {
    [asked, remark] = [null, ""];
    view = fold(nodes, model.get("opened"));
    steps = walk(view, nodes);
    picture = draw(view, nodes, toggle);
    place.put(picture, at() === steps.length - 1 ? nodes.length - 1 : null);
    controls.prepare(steps);
    const hidden = view.total - view.drawn.reduce((sum, i) => sum + view.members.get(i).length, 0);
    write(
      note,
      hidden > 0 ? `the nodes nearest to the result; ${hidden} more are computed but not drawn` : "",
    );
    update();
  });

  const label = `graph of ${nodes.at(-1).name}`;
  const root = html("div", { class: "backprop-explorable", role: "group", "aria-label": label });
  root.append(header(nodes), note, place.element, under.element, controls.element, ...sliders.elements);
  el.append(root);
  rebuild();
  const stop = listen(model, ["values", "step", "asking", "opened"], () => {
    if (String(view.opened) !== String(model.get("opened"))) return rebuild();
    // Moved from elsewhere, by Python or another view: what was asked and answered here is over.
    if (at() !== shown || !model.get("asking")) [asked, remark] = [null, ""];
    update();
  });
  return () => {
    place.leave();
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

// Our graph and PyTorch's, node beside node: what each keeps, and both backward passes in step.
import { html, write } from "../common/dom.js";
import { guarded, listen, reporter } from "../common/model.js";
import { pretty } from "../common/numbers.js";
import { title } from "../common/title.js";
import { stage } from "../common/stage.js";
import { draw } from "./draw.js";
import "./style.css";
import { progress } from "./walk.js";
import { walker } from "./walker.js";

function render({ model, el }) {
  const [entries, turns, said] = ["entries", "turns", "said"].map((name) => model.get(name));
  const graphs = { ours: model.get("ours").map(ourNode), theirs: model.get("theirs").map(theirNode) };
  const last = turns.length + 1;
  const report = reporter(model);
  const place = stage();
  const head = html("div", { class: "bp-head" });
  const lines = said.end.map(() => html("div", {}));
  const controls = walker(last, go, () => go(last));
  let pointed = null; // the entry under the pointer
  let looked = null; // what the stage was scrolled to

  const picture = draw(graphs, entries, {
    point(entry) {
      if (entry === pointed) return;
      pointed = entry;
      update();
    },
    choose(entry, stays) {
      const name = entry === null ? "" : entries[entry].name;
      report({ chosen: name === model.get("chosen") && !stays ? "" : name });
      update();
    },
  });

  function at() {
    const step = model.get("step");
    return step < 0 ? last : Math.min(step, last);
  }

  function go(step) {
    report({ step: step < last ? Math.max(0, step) : -1, chosen: "" });
    update();
  }

  function named(name) {
    const entry = entries.findIndex((one) => one.name === name);
    return entry < 0 ? null : entry;
  }

  const update = guarded(el, () => {
    const step = at();
    const turn = step > 0 && step < last ? turns[step - 1] : null;
    const seen = pointed ?? named(model.get("chosen"));
    const lit = seen ?? turn;
    const told = linesOf(lit, step);
    const text = told.map((line) => line.map(([piece]) => subscripts(piece)).join("")).join("; ");
    write(head, seen === null ? headOf(step, turn) : subscripts(partners(entries[seen])));
    told.forEach((line, i) => say(lines[i], line));
    picture.update({
      ...progress(graphs, entries, turns, step),
      lit,
      pointed: pointed !== null,
      host: hostOf(lit),
      sentence: text,
    });
    controls.show(step, text);
    if (lit !== null && lit !== looked && pointed === null) place.look(lit);
    looked = lit;
  });

  function linesOf(lit, step) {
    if (lit === null) return step === 0 ? said.start : said.end;
    const [ours, theirs, gradient] = entries[lit].lines;
    return [ours, theirs, entries[lit].known <= step ? gradient : said.waiting];
  }

  function hostOf(lit) {
    if (lit === null || entries[lit].host === null) return null;
    return { entry: entries[lit].host, side: entries[lit].theirs === null ? "theirs" : "ours" };
  }

  function headOf(step, turn) {
    if (step === 0) return "forward is done in both; neither has gone back";
    if (turn === null) return "every gradient is known: point at a node, or choose one with the arrow keys";
    const { theirs } = entries[turn];
    if (theirs === null) return `step ${step} · this node is ours alone`;
    const why = graphs.theirs[theirs].leaf
      ? "an AccumulateGrad runs as soon as its gradient is complete"
      : "of the nodes that are ready, PyTorch runs the one made last";
    return `step ${step} · ${why}`;
  }

  function partners({ ours, theirs }) {
    const [mine, other] = [graphs.ours[ours]?.name, graphs.theirs[theirs]?.kind];
    if (mine === undefined) return `${other} has no partner of ours`;
    return other === undefined ? `${mine} has no partner in PyTorch` : `${mine} and ${other} are partners`;
  }

  const { name, formula } = graphs.ours.at(-1);
  const recorded = model.get("recorded") ? " (recorded)" : "";
  const root = html("div", {
    class: "backprop-explorable bp-torch_graph",
    role: "group",
    "aria-label": `graph of ${name} in both engines`,
  });
  root.append(
    title(`${name === formula ? name : `${name} = ${formula}`}, ours and PyTorch’s${recorded}`, {
      value: "value",
      gradient: "gradient",
      parameter: "parameter",
      loss: "result",
    }),
    place.element,
    html(
      "div",
      { class: "bp-caption" },
      html("div", {}, head, html("div", { class: "bp-body", role: "status" }, ...lines)),
    ),
    controls.element,
  );
  el.append(root);
  place.put(picture, turns[0]);
  update();
  const stop = listen(model, ["step", "chosen"], update);
  return () => {
    place.leave();
    stop();
  };
}

const ourNode = (node) => ({
  ...node,
  below: node.parents,
  leaf: node.parents.length === 0,
  sends: node.locals.map((local) => local * node.gradient),
});

const theirNode = (node, i, all) => ({
  ...node,
  below: node.inputs,
  leaf: "variable" in node,
  role: i === all.length - 1 ? "loss" : undefined,
});

// w1 → w₁, but the 0 of SigmoidBackward0 belongs to its name.
const subscripts = (text) =>
  text
    .split(/(\w+Backward\d+)/)
    .map((part) => (part.includes("Backward") ? part : pretty(part)))
    .join("");

function say(element, line) {
  const text = line.map(([piece]) => subscripts(piece)).join("");
  if (element.textContent === text) return;
  element.replaceChildren(
    ...line.map(([piece, kind]) =>
      kind ? html("span", { class: `bp-${kind}` }, subscripts(piece)) : subscripts(piece),
    ),
  );
}

export default { render };

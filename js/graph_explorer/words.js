// What the picture says in words: the line under it, and the one sentence that stands for it elsewhere.
import { bracketed, number, signed } from "../common/numbers.js";

/** ∂L/∂w, with brackets where a node is known by its formula. */
export const gradientName = (nodes, i) => `∂${bracketed(nodes.at(-1).name)}/∂${bracketed(nodes[i].name)}`;

/** L and its gradients at the leaves (named in order): backprop_lib/explorables/words.py writes the same sentence. */
export function summary(nodes, leaves, values, gradients) {
  const at = new Map(nodes.map(({ name }, i) => [name, i]));
  const said = leaves.slice(0, 6).map((leaf) => {
    const i = at.get(leaf);
    return `${gradientName(nodes, i)} = ${signed(gradients[i])}`;
  });
  const more = leaves.length > 6 ? `, and ${leaves.length - 6} more` : "";
  return `${nodes.at(-1).name} = ${number(values.at(-1))}; ${said.join(", ")}${more}`;
}

/**
 * The two lines for one step, as pieces: [text] or [text, colour class].
 * `now` holds values, gradients, locals (by edge), sums and parts, as `progress` gives them.
 */
export function explain(step, steps, view, nodes, now) {
  const forward = steps.findIndex(({ kind }) => kind === "seed") - 1;
  const backward = steps.length - forward - 2;
  const { kind, node, edge } = steps[step];
  if (kind === "end") {
    return [
      [["every gradient is known: drag a slider"]],
      [[summary(nodes, now.leaves, now.values, now.gradients)]],
    ];
  }
  if (kind === "start") {
    const first = steps[1].kind === "forward" ? nodes[steps[1].node].name : "the gradients";
    return [
      [[`step 0 of ${steps.length - 1}`]],
      [["only inputs and parameters have values; "], ["▶"], [` computes ${first}`]],
    ];
  }
  if (kind === "forward") {
    const { name, formula } = nodes[node];
    const shown = name === formula ? [] : [[` = ${formula}`]];
    return [
      [[`forward ${step} of ${forward}`]],
      [[name, "name"], ...shown, [" = "], [number(now.values[node]), "value"]],
    ];
  }
  const head = `backward ${step - forward} of ${backward}`;
  if (kind === "seed") {
    const name = gradientName(nodes, node);
    return [[[`${head} · the pass starts at the result`]], [[name, "name"], [" = "], ["+1", "gradient"]]];
  }
  return [[[head], [` · ${handing(edge, view, nodes)}`]], contribution(edge, view, nodes, now)];
}

export function handing(edge, view, nodes) {
  const { from, to } = view.edges[edge];
  return `${nodes[to].name} hands its gradient to ${nodes[from].name}`;
}

/** ∂L/∂w += upstream × local, without the product. */
export function question(edge, view, nodes, now) {
  const { from, to, slot } = view.edges[edge];
  const local = number(now.locals[edge]);
  const formula = slot === null ? local : nodes[to].derivatives[slot];
  return [
    [gradientName(nodes, from), "name"],
    [" += "],
    ["upstream ", "quiet"],
    [signed(now.gradients[to]), "gradient"],
    [" × "],
    ["local ", "quiet"],
    [local, "local"],
    ...(formula === local ? [] : [[` [${formula}]`, "quiet"]]),
  ];
}

function contribution(edge, view, nodes, now) {
  const { from, to } = view.edges[edge];
  const part = now.gradients[to] * now.locals[edge];
  const done = now.parts.get(from).length;
  const expected = view.edges.filter((other) => other.from === from).length;
  const pieces = [...question(edge, view, nodes, now), [" = "], [signed(part), "gradient"]];
  if (expected > 1)
    pieces.push([` · ${done} of ${expected} paths, together `], [signed(now.sums.get(from)), "gradient"]);
  const leaf = nodes[from].parents.length === 0;
  if (leaf && done === expected && nodes[from].role === "parameter") {
    const gradient = now.sums.get(from);
    const root = nodes.at(-1).name;
    const way = gradient > 0 ? "shrink" : "grow";
    pieces.push([
      gradient === 0
        ? ` → ${root} does not feel it`
        : ` → ${nodes[from].name} should ${way} for ${root} to fall`,
    ]);
  }
  return pieces;
}

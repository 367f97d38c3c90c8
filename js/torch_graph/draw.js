// The picture: two graphs face to face, and a line between the partners that are lit.
import { KEEP_KEYS, svg } from "../common/dom.js";
import { number } from "../common/numbers.js";
import { unique } from "../common/unique.js";
import { drawBox } from "./boxes.js";
import { layout } from "./layout.js";
import { linkOf } from "./link.js";
import { neighbour } from "./neighbour.js";

const HEADINGS = {
  ours: "ours: each edge keeps its local derivative",
  theirs: "PyTorch: each node keeps what it needs",
};
/**
 * graphs, entries: as for `layout`.  told: { point(entry or null), choose(entry) }.
 * Returns { element, at, width, height, update(now) }; now: { sums, states } from `progress`; lit, an entry or null, and
 * whether it is `pointed` at; host: { entry, side } of the node that does its work, or null; sentence.
 */
export function draw(graphs, entries, told) {
  const { width, height, sides, boxes, edges } = layout(graphs, entries);
  const id = unique("node");
  const drawn = boxes.map((box, i) => drawBox(box, graphs[box.side][box.node], `${id}-${i}`));
  const lines = edges.map((edge) => drawEdge(edge, graphs[edge.side][edge.node].locals?.[edge.slot]));
  const link = svg("path", { class: "bp-link" });
  const picture = svg(
    "svg",
    {
      class: "bp-graph",
      viewBox: `0 0 ${width} ${height}`,
      style: `max-width: ${width}px; min-width: ${0.71 * width}px`,
      role: "listbox",
      tabindex: 0,
      onkeydown: (event) => keys(event),
      onpointerover: (event) => told.point(entryAt(event)),
      onpointerleave: () => told.point(null),
      onclick: (event) => {
        const box = drawn.findIndex(({ group }) => group.contains(event.target));
        if (box < 0) return;
        here = box;
        told.choose(boxes[box].entry);
      },
      ...KEEP_KEYS,
    },
    ...Object.entries(sides).map(([name, { heading }]) =>
      svg("text", { class: "bp-heading", y: 14, ...heading }, HEADINGS[name]),
    ),
    svg("g", {}, ...lines.map(({ path }) => path)),
    link,
    svg("g", { role: "none" }, ...drawn.map(({ group }) => group)),
    svg("g", { "aria-hidden": "true" }, ...lines.flatMap(({ label }) => label ?? [])),
  );
  let here = boxes.findLastIndex(({ side, column }) => side === "ours" && column === "operation");

  function entryAt(event) {
    const i = drawn.findIndex(({ group }) => group.contains(event.target));
    return i < 0 ? null : boxes[i].entry;
  }

  function keys(event) {
    if (event.key === "Enter" || event.key === " ") told.choose(boxes[here].entry, true);
    else if (event.key === "Escape") told.choose(null);
    else {
      const next = neighbour(boxes, here, event.key);
      if (next === null) return;
      here = next;
      told.choose(boxes[here].entry, true);
    }
    event.preventDefault(); // the page does not scroll
  }

  function update({ sums, states, lit, pointed, host, sentence }) {
    picture.setAttribute("aria-label", `both graphs: ${sentence}`);
    lines.forEach(({ path, label }, e) => {
      const state = states[edges[e].side].get(edges[e].node) ?? "";
      path.setAttribute("class", `bp-edge ${state}`);
      label?.setAttribute("class", `bp-local ${state}`);
    });
    if (lit !== null && !pointed && boxes[here].entry !== lit)
      here = boxes.findIndex(({ entry }) => entry === lit);
    drawn.forEach(({ group, tell }, i) => {
      const { entry, side, node } = boxes[i];
      const giving = states[side].get(node) === "active" ? "giving" : "";
      const light = entry === lit ? "bp-lit" : entry === host?.entry && side === host.side ? "bp-host" : "";
      group.setAttribute("class", `${group.dataset.kind} ${giving} ${light}`);
      group.setAttribute("aria-selected", entry === lit ? "true" : "false");
      tell(sums[side].get(node));
    });
    picture.setAttribute("aria-activedescendant", drawn[here].group.id);
    link.setAttribute("d", lit === null ? "" : linkOf(boxes, lit, host));
  }

  const at = new Map(boxes.map(({ entry, y }) => [entry, { x: width / 2, y }]));
  return { element: picture, at, width, height, update };
}

function drawEdge({ side, d, label }, local) {
  const path = svg("path", { d, class: "bp-edge", "data-side": side });
  if (!label || local === undefined) return { path };
  const { x, y, anchor } = label;
  return {
    path,
    label: svg("text", { class: "bp-local", x, y, style: `text-anchor: ${anchor}` }, number(local)),
  };
}

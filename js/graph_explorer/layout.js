// Where everything stands: dagre orders the graph from left to right, D3 rounds the edges.
import { Graph, layout as dagre } from "@dagrejs/dagre";
import { curveBumpX, line } from "d3-shape";
import { placeLabels } from "./labels.js";

const MARGIN = 9;
const MANY = 24; // nodes; more of them stand closer, value beside gradient

const ROOMY = { width: 78, height: 62, compact: false, gaps: { ranksep: 56, nodesep: 16, edgesep: 16 } };
const COMPACT = { width: 140, height: 44, compact: true, gaps: { ranksep: 130, nodesep: 12, edgesep: 1 } };

/**
 * Place a folded graph.  alone: only one edge at a time shows its label.
 * Returns { box, width, height, at: Map(node -> {x, y}), paths: [{ d, label: {x, y} }] by edge }.
 */
export function layout(view, alone) {
  const box = view.drawn.length > MANY ? COMPACT : ROOMY;
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", marginx: MARGIN, marginy: MARGIN, ...box.gaps });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const i of view.drawn) graph.setNode(String(i), { width: box.width, height: box.height });
  view.edges.forEach(({ from, to }, e) => graph.setEdge(String(from), String(to), {}, String(e)));
  dagre(graph);
  const at = new Map(view.drawn.map((i) => [i, graph.node(String(i))]));
  const height = box.compact ? stack(at, box) : graph.graph().height;
  const edges = view.edges.map((edge, e) =>
    route(edge, view.edges, at, box, graph.edge(String(edge.from), String(edge.to), String(e))),
  );
  const labels = placeLabels(edges, [...at.values()], box, alone);
  const paths = edges.map((corners, e) => ({ d: curve(corners), label: labels[e] }));
  return { box, width: graph.graph().width, height, at, paths };
}

// Between crowded columns dagre leaves room for every edge; layers read better as plain columns, centred. It keeps
// the order that dagre found, and returns the height.
function stack(at, box) {
  const columns = new Map();
  for (const place of at.values()) columns.set(place.x, [...(columns.get(place.x) ?? []), place]);
  const pitch = box.height + box.gaps.nodesep;
  const height = Math.max(...[...columns.values()].map(({ length }) => length)) * pitch + 2 * MARGIN;
  for (const column of columns.values()) {
    column.sort((a, b) => a.y - b.y);
    column.forEach((place, k) => (place.y = height / 2 + (k - (column.length - 1) / 2) * pitch));
  }
  return height;
}

const curve = line(
  ({ x }) => x,
  ({ y }) => y,
).curve(curveBumpX);

/** The corners of an edge, from left to right. */
function route(edge, edges, at, box, { points }) {
  const twins = edges.filter(({ from, to }) => from === edge.from && to === edge.to);
  const apart = (twins.indexOf(edge) - (twins.length - 1) / 2) * 18;
  const from = at.get(edge.from);
  const to = at.get(edge.to);
  const start = { x: from.x + box.width / 2, y: from.y + apart };
  const end = { x: to.x - box.width / 2, y: to.y + apart };
  // Through a column that it passes an edge runs level, where dagre left room for it; it bends between columns.
  const columns = new Set([...at.values()].map(({ x }) => x));
  const passed = box.compact ? [] : points.filter(({ x }) => columns.has(x) && x > start.x && x < end.x);
  const level = passed.flatMap(({ x, y }) => [
    { x: x - box.width / 2, y },
    { x: x + box.width / 2, y },
  ]);
  return [start, ...level, end];
}

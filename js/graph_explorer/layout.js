// Where everything stands: dagre orders the graph from left to right, D3 rounds the edges.
import { Graph, layout as dagre } from "@dagrejs/dagre";
import { curveBumpX, line } from "d3-shape";

const MARGIN = 9;
const MANY = 24; // nodes; more of them stand closer, value beside gradient

const ROOMY = { width: 78, height: 62, compact: false, gaps: { ranksep: 56, nodesep: 16, edgesep: 16 } };
const COMPACT = { width: 140, height: 44, compact: true, gaps: { ranksep: 130, nodesep: 12, edgesep: 1 } };

/**
 * Place a folded graph.
 * Returns { box, width, height, at: Map(node -> {x, y}), paths: [{ d, middle }] by edge }.
 */
export function layout(view) {
  const box = view.drawn.length > MANY ? COMPACT : ROOMY;
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", marginx: MARGIN, marginy: MARGIN, ...box.gaps });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const i of view.drawn) graph.setNode(String(i), { width: box.width, height: box.height });
  view.edges.forEach(({ from, to }, e) => graph.setEdge(String(from), String(to), {}, String(e)));
  dagre(graph);
  const at = new Map(view.drawn.map((i) => [i, graph.node(String(i))]));
  const height = box.compact ? stack(at, box) : graph.graph().height;
  const paths = view.edges.map((edge, e) =>
    route(edge, view.edges, at, box, graph.edge(String(edge.from), String(edge.to), String(e))),
  );
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

function route(edge, edges, at, box, { points }) {
  const twins = edges.filter(({ from, to }) => from === edge.from && to === edge.to);
  const apart = (twins.indexOf(edge) - (twins.length - 1) / 2) * 18;
  const from = at.get(edge.from);
  const to = at.get(edge.to);
  const start = { x: from.x + box.width / 2, y: from.y + apart };
  const end = { x: to.x - box.width / 2, y: to.y + apart };
  // Only an edge that passes other columns needs dagre's points between; a short one is a single bend.
  const passes = !box.compact && end.x - start.x > box.width + box.gaps.ranksep;
  const between = passes ? points.slice(1, -1).filter(({ x }) => x > start.x + 30 && x < end.x - 30) : [];
  const all = [start, ...between, end];
  const last = all.at(-2);
  return { d: curve(all), middle: { x: (last.x + end.x) / 2, y: (last.y + end.y) / 2 } };
}

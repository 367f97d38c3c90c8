// Where everything stands: dagre orders the graph from left to right, D3 rounds the edges.
import { Graph, layout as dagre } from "@dagrejs/dagre";
import { curveBumpX, line } from "d3-shape";

export const BOX = { width: 78, height: 62 };
const MARGIN = 9;

/** Place a folded graph. Returns { width, height, at: Map(node -> {x, y}), paths: [{ d, middle }] by edge. */
export function layout(view) {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", ranksep: 52, nodesep: 16, edgesep: 16, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const i of view.drawn) graph.setNode(String(i), { ...BOX });
  view.edges.forEach(({ from, to }, e) => graph.setEdge(String(from), String(to), {}, String(e)));
  dagre(graph);
  const at = new Map(view.drawn.map((i) => [i, graph.node(String(i))]));
  const paths = view.edges.map((edge, e) =>
    route(edge, view.edges, at, graph.edge(String(edge.from), String(edge.to), String(e))),
  );
  const { width, height } = graph.graph();
  return { width, height, at, paths };
}

const curve = line(
  ({ x }) => x,
  ({ y }) => y,
).curve(curveBumpX);

function route(edge, edges, at, { points }) {
  const twins = edges.filter(({ from, to }) => from === edge.from && to === edge.to);
  const apart = (twins.indexOf(edge) - (twins.length - 1) / 2) * 18;
  const from = at.get(edge.from);
  const to = at.get(edge.to);
  const start = { x: from.x + BOX.width / 2, y: from.y + apart };
  const end = { x: to.x - BOX.width / 2, y: to.y + apart };
  // Only an edge that passes other columns needs dagre's points between; a short one is a single bend.
  const between = points.slice(1, -1).filter(({ x }) => x > start.x + 30 && x < end.x - 30);
  const all = [start, ...between, end];
  const last = all.at(-2);
  return { d: curve(all), middle: { x: (last.x + end.x) / 2, y: (last.y + end.y) / 2 } };
}

// The plane of w and b with the loss, the start to be moved, and the way down.
import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { select } from "d3-selection";
import { KEEP_KEYS, svg, write } from "../common/dom.js";
import { number } from "../common/numbers.js";
import { follow } from "../common/pointer.js";
import { unique } from "../common/unique.js";
import { B, W, inside } from "./cliff.js";
import { surface } from "./surface.js";
import { place } from "./words.js";

const SIZE = { width: 400, height: 400, left: 46, right: 392, top: 22, bottom: 368 };
const ARROW = 13; // pixels that a step needs for a head
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const STEP = 0.05; // of an arrow key; with Shift 0.01
const minus = (tick) => number(tick);

/** move: called with the { w, b } to which the start is moved. */
export function map(move) {
  const x = scaleLinear(W, [SIZE.left, SIZE.right]);
  const y = scaleLinear(B, [SIZE.bottom, SIZE.top]);
  const across = svg("g", { class: "bp-axis", transform: `translate(0 ${SIZE.bottom})` });
  const up = svg("g", { class: "bp-axis", transform: `translate(${SIZE.left} 0)` });
  select(across).call(axisBottom(x).tickValues([4, 5, 6, 7]).tickFormat(minus).tickSizeOuter(0));
  select(up).call(axisLeft(y).tickValues([-4, -3, -2, -1]).tickFormat(minus).tickSizeOuter(0));
  const clip = unique("clip");
  const frame = {
    x: SIZE.left,
    y: SIZE.top,
    width: SIZE.right - SIZE.left,
    height: SIZE.bottom - SIZE.top,
  };
  const plain = svg("path", { class: "bp-plain" });
  const halo = svg("path", { class: "bp-way-halo" });
  const way = svg("path", { class: "bp-way" });
  const heads = svg("path", { class: "bp-heads" });
  const stops = svg("path", { class: "bp-stops" });
  const end = svg("circle", { class: "bp-end", r: 5 });
  const leaves = svg("text", { class: "bp-leaves" });
  const start = handle();
  const axisName = (words, at) => svg("text", { class: "bp-axis-name", ...at }, words);
  const element = svg(
    "svg",
    { viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "group" },
    svg("clipPath", { id: clip }, svg("rect", frame)),
    axisName("loss over w and b", { x: 2, y: 13 }),
    svg("text", { class: "bp-hint", x: 138, y: 13 }, "drag the start"),
    svg("g", { "clip-path": `url(#${clip})` }, ...surface(x, y)),
    svg("rect", { class: "bp-frame", ...frame }),
    across,
    up,
    axisName("w", { x: (SIZE.left + SIZE.right) / 2, y: SIZE.height - 2, "text-anchor": "middle" }),
    axisName("b", { x: 12, y: (SIZE.top + SIZE.bottom) / 2 + 4 }),
    svg("g", { "clip-path": `url(#${clip})` }, plain, halo, way, stops, heads, end),
    leaves,
    start,
  );

  const rounded = (w, b) => ({ w: near(w, W), b: near(b, B) });
  let at = null; // the start, as it is shown

  function handle() {
    const group = svg(
      "g",
      {
        class: "bp-start",
        role: "slider",
        tabindex: 0,
        "aria-label": "start, moved by the arrow keys",
        "aria-valuemin": W[0],
        "aria-valuemax": W[1],
        onkeydown: (event) => {
          const way = KEYS[event.key];
          if (!way) return;
          event.preventDefault();
          const by = event.shiftKey ? 0.01 : STEP;
          move(rounded(at.w + by * way[0], at.b + by * way[1]));
        },
        ...KEEP_KEYS,
      },
      svg("circle", { class: "bp-grip", r: 16 }),
      svg("circle", { class: "bp-ring", r: 8 }),
    );
    follow(group, ([u, v]) => move(rounded(x.invert(u), y.invert(v))));
    return group;
  }

  const pixel = ({ w, b }) => [x(w), y(b)];

  /** points: of `descend`.  unclipped: the point that the first clipped step would have led to, with where it began; null for none. */
  function update(points, unclipped) {
    at = points[0];
    const [u, v] = pixel(at);
    start.setAttribute("transform", `translate(${u} ${v})`);
    start.setAttribute("aria-valuenow", at.w);
    start.setAttribute("aria-valuetext", place(at));
    const pixels = points.map(pixel).map(bounded);
    const line = `M${pixels.map((one) => one.map(short).join(" ")).join("L")}`;
    for (const one of [halo, way]) one.setAttribute("d", line);
    stops.setAttribute("d", pixels.map(([a, b]) => `M${short(a)} ${short(b)}h0`).join(""));
    const left = points.findIndex((point) => !inside(point));
    const away = unclipped && !inside(unclipped.to) ? unclipped : null;
    const exit = left > 0 ? edge(pixels[left - 1], pixels[left]) : null;
    heads.setAttribute("d", arrowHeads(pixels, left, exit));
    const [ex, ey] = pixels.at(-1);
    end.setAttribute("cx", ex);
    end.setAttribute("cy", ey);
    drawPlain(unclipped);
    if (exit) tell(exit, `to (${one(points[left].w)}, ${one(points[left].b)})`);
    else if (away) {
      const [from, to] = [away.from, away.to].map(pixel).map(bounded);
      tell(edge(from, to), `plain: to (${one(away.to.w)}, ${one(away.to.b)})`);
    } else write(leaves, "");
    element.setAttribute(
      "aria-label",
      `loss over w and b, low beside a wall; the way down from ${place(at)} to ${place(points.at(-1))}`,
    );
  }

  function drawPlain(unclipped) {
    if (!unclipped) return plain.setAttribute("d", "");
    const [from, to] = [unclipped.from, unclipped.to].map(pixel).map(bounded);
    const tip = inside(unclipped.to) ? to : edge(from, to);
    plain.setAttribute("d", `M${from.map(short).join(" ")}L${to.map(short).join(" ")}${head(from, tip)}`);
  }

  // Where it leaves is told beside the edge, inside.
  function tell([a, b], words) {
    const far = a > (SIZE.left + SIZE.right) / 2;
    leaves.setAttribute("x", far ? Math.min(a - 6, SIZE.right - 14) : Math.max(a + 6, SIZE.left + 14));
    leaves.setAttribute("y", Math.max(SIZE.top + 30, Math.min(SIZE.bottom - 22, b + 4)));
    leaves.setAttribute("text-anchor", far ? "end" : "start");
    write(leaves, words);
  }
  return { element, update };
}

const near = (number, [low, high]) => Math.max(low, Math.min(high, Math.round(100 * number) / 100));
const short = (pixel) => pixel.toFixed(1);
const one = (x) => number(Number(x.toPrecision(3)));
// Far away is far away: browsers draw nothing at 1e9 pixels.
const bounded = (pixel) => pixel.map((at) => Math.max(-1e5, Math.min(1e5, at)));

/** Where a line from a point inside leaves the frame. */
function edge([u, v], [p, q]) {
  const share = (from, to, low, high) =>
    to > high ? (high - from) / (to - from) : to < low ? (low - from) / (to - from) : 1;
  const part = Math.min(share(u, p, SIZE.left, SIZE.right), share(v, q, SIZE.top, SIZE.bottom));
  return [u + part * (p - u), v + part * (q - v)];
}

// A head for each step that is long enough; none beyond the edge.
function arrowHeads(pixels, left, exit) {
  let path = "";
  for (let k = 1; k < pixels.length; k++) {
    const [from, to] = [pixels[k - 1], k === left ? exit : pixels[k]];
    if (Math.hypot(to[0] - from[0], to[1] - from[1]) >= ARROW) path += head(from, to);
    if (k === left) break;
  }
  return path;
}

function head([u, v], [p, q]) {
  const length = Math.hypot(p - u, q - v) || 1;
  const [dx, dy] = [(p - u) / length, (q - v) / length];
  const back = (side) => `${short(p - 8 * dx + side * 4 * dy)} ${short(q - 8 * dy - side * 4 * dx)}`;
  return `M${back(1)}L${short(p)} ${short(q)}L${back(-1)}`;
}

// The chain as a row of cells, one for each activation; above it the segments, below it the gradient on its way back.
import { svg } from "../common/dom.js";
import { pretty } from "../common/numbers.js";
import { cell, pointer } from "./marks.js";
import { boundaries } from "./schedule.js";

const NARROWEST = 440; // pixels: below, the picture shrinks
const HEIGHT = 112;
const EDGE = 8;
const SEGMENT = { name: 12, line: 20 };
const CELLS = { top: 30, height: 36 };
const TRACK = 82;
const NAMES = 106;
const ROOM = 30; // between the names of two activations
const ROOM_ABOVE = [18, 44]; // for the name of a segment of one layer, of several

export function chain() {
  const segmentsLayer = svg("g", { class: "bp-segments" });
  const cellsLayer = svg("g", {});
  const namesLayer = svg("g", { class: "bp-names" });
  const frame = svg("rect", { class: "bp-active", y: CELLS.top - 4, height: CELLS.height + 8, rx: 4 });
  const trail = svg("path", { class: "bp-trail" });
  const arrow = pointer();
  const element = svg(
    "svg",
    { class: "bp-chain", role: "img" },
    segmentsLayer,
    cellsLayer,
    frame,
    trail,
    arrow,
    namesLayer,
  );
  let laid = "";
  let pitch = 0;
  let cells = [];
  let spans = [];
  const middle = (i) => EDGE + (i + 0.5) * pitch;

  /** width: in pixels.  now: depth, segments, step.  steps: of `schedule`. */
  function update(width, { depth, segments, step }, steps) {
    lay(Math.max(NARROWEST, width), depth, segments);
    const { kind, layer, segment, held, checkpoints, gradient } = steps[step];
    const computed = kind === "forward" ? layer : kind === "start" ? 0 : depth;
    cells.forEach((one, i) => {
      const state = checkpoints.has(i)
        ? "checkpoint"
        : held.has(i)
          ? "kept"
          : i <= computed
            ? "gone"
            : "waiting";
      one.setAttribute("data-state", state);
    });
    const computing = kind === "forward" || kind === "recompute";
    frame.style.display = computing ? "" : "none";
    frame.setAttribute("x", middle(layer) - frame.width.baseVal.value / 2);
    for (const part of [trail, arrow]) part.style.display = gradient === null ? "none" : "";
    if (gradient !== null) {
      arrow.setAttribute("transform", `translate(${middle(gradient)} ${TRACK})`);
      trail.setAttribute("d", `M${middle(gradient) + 5} ${TRACK}H${middle(depth)}`);
    }
    for (const { first, group } of spans)
      group.classList.toggle("bp-current", kind !== "start" && first === segment[0]);
    element.setAttribute("aria-label", says(depth, steps[step]));
  }

  // Only where width, depth or segments have changed.
  function lay(width, depth, segments) {
    if (laid === `${width} ${depth} ${segments}`) return;
    laid = `${width} ${depth} ${segments}`;
    element.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    pitch = (width - 2 * EDGE) / (depth + 1);
    const side = Math.min(36, pitch * 0.84);
    frame.setAttribute("width", Math.min(side + 8, pitch + 4));
    cells = Array.from({ length: depth + 1 }, (_, i) =>
      cell(middle(i), CELLS.top + CELLS.height / 2, side, CELLS.height),
    );
    cellsLayer.replaceChildren(...cells);
    const ends = boundaries(depth, segments);
    spans = ends.slice(1).map((end, j) => span(ends[j] + 1, end, side, width));
    // Where one has no room for its name, only that which is gone through is named.
    segmentsLayer.classList.toggle("bp-crowded", !spans.every(({ roomy }) => roomy));
    segmentsLayer.replaceChildren(...(segments > 0 ? spans.map(({ group }) => group) : []));
    const wanted = [0, depth, ...(segments > 0 ? ends : quarters(depth))];
    namesLayer.replaceChildren(
      ...apart(wanted).map((i) =>
        svg("text", { x: middle(i), y: NAMES, "text-anchor": "middle" }, pretty(`a${i}`)),
      ),
    );
  }

  function span(first, last, side, width) {
    const [from, to] = [middle(first) - side / 2, middle(last) + side / 2];
    const text = first === last ? `${first}` : `${first}–${last}`;
    const roomy = to - from >= ROOM_ABOVE[first === last ? 0 : 1];
    const x = Math.max(ROOM_ABOVE[1] / 2, Math.min(width - ROOM_ABOVE[1] / 2, (from + to) / 2));
    const whole = to - from > 110 ? `layers ${text}` : text;
    const name = svg("text", { x, y: SEGMENT.name, "text-anchor": "middle" }, whole);
    const line = svg("path", {
      d: `M${from} ${SEGMENT.line + 5}V${SEGMENT.line}H${to}V${SEGMENT.line + 5}`,
    });
    return { first, roomy, group: svg("g", { class: "bp-segment" }, line, name) };
  }

  // The first two always; of the others those that have room beside them.
  function apart(wanted) {
    const kept = [];
    for (const i of new Set(wanted)) {
      if (kept.every((other) => Math.abs(i - other) * pitch >= ROOM)) kept.push(i);
    }
    return kept;
  }
  return { element, update };
}

const quarters = (depth) => [1, 2, 3].map((k) => Math.round((k * depth) / 4));

function says(depth, { held, checkpoints, gradient }) {
  const list = (all) =>
    [...all]
      .sort((a, b) => a - b)
      .map((i) => `a${i}`)
      .join(", ");
  const kept = checkpoints.size > 0 ? `; checkpoints among them: ${list(checkpoints)}` : "";
  const at = gradient === null ? "" : `; the gradient is at a${gradient}`;
  return `a chain of ${depth} layers, held now: ${list(held)}${kept}${at}`;
}

// The surface seen from above, and the ways of the runners down it. The ring where all begin can be moved.
import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { select } from "d3-selection";
import { KEEP_KEYS, html, svg, write } from "../common/dom.js";
import { number, pretty } from "../common/numbers.js";
import { follow } from "../common/pointer.js";
import { unique } from "../common/unique.js";
import { CELLS, contours } from "./contours.js";
import { drawing } from "./looks.js";
import { RUNNERS } from "./runners.js";
import { REACH, SURFACES } from "./surfaces.js";

const SIZE = { width: 500, height: 344, left: 32, right: 488, top: 22, bottom: 326 };
const { left, right, top, bottom } = SIZE;
const GRID = 10; // places for the ring to a unit
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const FORMULAS = {
  valley: (condition) => `½(w1² + ${condition === 1 ? "" : `${number(condition)} `}w2²)`,
  saddle: () => "(w1² − 4)²/32 + ½ w2²",
  plateau: () => "1 − exp(−½ w1² − w2²)",
  bend: () => "(w1 − 2)²/8 + 2(w2 + 1 − ½ w1²)²",
};

const x = scaleLinear([-REACH[0], REACH[0]], [left, right]);
const y = scaleLinear([-REACH[1], REACH[1]], [bottom, top]);

/** tell: called with the [w1, w2] to which the ring was moved. */
export function plane(tell) {
  const clip = unique("clip");
  const line = svg("path", {
    class: "bp-contour",
    transform: `translate(${left} ${top}) scale(${(right - left) / CELLS.columns})`,
  });
  const shaded = contours(line);
  const runners = drawing(RUNNERS, { left, right, top, bottom });
  const minima = svg("path", { class: "bp-minimum" });
  const formula = svg("text", { class: "bp-axis-name", x: left, y: 12 });
  const ring = svg(
    "g",
    {
      class: "bp-ring",
      role: "slider",
      tabindex: 0,
      "aria-label": "where all begin: left and right for w1, up and down for w2",
      "aria-valuemin": -REACH[0],
      "aria-valuemax": REACH[0],
      onkeydown: walk,
      ...KEEP_KEYS,
    },
    svg("circle", { class: "bp-handle", r: 15 }),
    svg("circle", { class: "bp-begin", r: 7.5 }),
  );
  const frame = { x: left, y: top, width: right - left, height: bottom - top };
  const picture = svg(
    "svg",
    { viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "group" },
    svg("clipPath", { id: clip }, svg("rect", frame)),
    formula,
    svg("text", { class: "bp-hint", x: right, y: 12, "text-anchor": "end" }, "drag ○ where all begin"),
    svg("rect", { class: "bp-frame", ...frame }),
    ...axes(),
    svg("g", { "clip-path": `url(#${clip})` }, line, minima, ...runners.ways),
    ring,
    ...runners.ends,
    ...runners.names,
  );
  const percent = (part, whole) => `${(100 * part) / whole}%`;
  const glass = html("div", { class: "bp-window" }, shaded.canvas);
  Object.assign(glass.style, {
    left: percent(left, SIZE.width),
    top: percent(top, SIZE.height),
    width: percent(frame.width, SIZE.width),
    height: percent(frame.height, SIZE.height),
  });
  const element = html("div", { class: "bp-plane" }, glass, picture);
  let point = null;
  follow(ring, ([u, v]) => tell(within([x.invert(u), y.invert(v)])));

  function walk(event) {
    if (!(event.key in KEYS)) return;
    event.preventDefault();
    tell(within(point.map((w, i) => w + KEYS[event.key][i] / GRID)));
  }

  function update(state, paths) {
    point = state.point;
    shaded.update(state);
    write(formula, pretty(`L = ${FORMULAS[state.surface](state.condition)}`));
    minima.setAttribute("d", SURFACES[state.surface].minima.map(cross).join(""));
    ring.setAttribute("transform", `translate(${x(point[0])} ${y(point[1])})`);
    ring.setAttribute("aria-valuenow", point[0]);
    ring.setAttribute("aria-valuetext", `w1 = ${number(point[0])}, w2 = ${number(point[1])}`);
    runners.update(inPixels(paths));
    const ways = Object.keys(paths).join(", ") || "nobody";
    picture.setAttribute("aria-label", `the ${state.surface} from above, and the ways down it of ${ways}`);
  }
  return { element, update };
}

const inPixels = (paths) =>
  Object.fromEntries(
    Object.entries(paths).map(([runner, path]) => [runner, path.map(([w1, w2]) => [x(w1), y(w2)])]),
  );

const cross = ([w1, w2]) => `M${x(w1) - 6} ${y(w2)}h12M${x(w1)} ${y(w2) - 6}v12`;

function within(point) {
  return point.map((w, i) => Math.round(GRID * Math.min(REACH[i], Math.max(-REACH[i], w))) / GRID + 0);
}

// The names stand in the row of the numbers, where there is none.
function axes() {
  const across = svg("g", { class: "bp-axis", transform: `translate(0 ${bottom})` });
  const up = svg("g", { class: "bp-axis", transform: `translate(${left} 0)` });
  select(across).call(axisBottom(x).ticks(6).tickFormat(number).tickSize(4).tickSizeOuter(0));
  select(up).call(axisLeft(y).ticks(4).tickFormat(number).tickSize(4).tickSizeOuter(0));
  const name = (text, at) => svg("text", { class: "bp-axis-name", "text-anchor": "middle", ...at }, text);
  return [across, up, name("w₁", { x: x(2.5), y: bottom + 15 }), name("w₂", { x: left - 13, y: y(1.5) + 4 })];
}

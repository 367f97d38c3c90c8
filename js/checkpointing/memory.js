// How many activations are held after each step: what was, what will be, the most, and what keeping all would take.
import { scaleLinear } from "d3-scale";
import { svg, write } from "../common/dom.js";
import { follow } from "../common/pointer.js";
import { peakStep } from "./schedule.js";
import { counted } from "./words.js";

const SIZE = { width: 536, height: 176, left: 34, right: 526, top: 40, bottom: 148 };
const BAND = { top: 152, height: 8 };
// What the steps are: the class, where its key begins, and what it is called.
const KEY = [
  ["forward", 150, "forward"],
  ["recompute", 238, "again"],
  ["backward", 312, "backward"],
];
const LINE = 18; // the height of a name, with what is around it

/** go: called with the step that was pointed at. */
export function memory(go) {
  const x = scaleLinear().range([SIZE.left, SIZE.right]);
  const y = scaleLinear().range([SIZE.bottom, SIZE.top]);
  const path = (kind) => svg("path", { class: kind });
  const [coming, past, line] = ["bp-coming", "bp-past", "bp-line"].map(path);
  const bands = KEY.map(([kind]) => path(`bp-band bp-${kind}`));
  const all = svg("line", { class: "bp-all", x1: SIZE.left, x2: SIZE.right });
  const allName = svg("text", { class: "bp-hint", x: SIZE.right, "text-anchor": "end" });
  const most = svg("line", { class: "bp-most", x1: SIZE.left });
  const mostName = svg("text", { class: "bp-most-name", "text-anchor": "end" });
  const cursor = svg("line", { class: "bp-cursor", y1: SIZE.top - 8, y2: BAND.top + BAND.height });
  const dot = svg("circle", { class: "bp-dot", r: 4 });
  const told = svg("text", { class: "bp-told", x: SIZE.right, y: 13, "text-anchor": "end" });
  const axis = svg("g", { class: "bp-axis" });
  const reach = svg("rect", {
    class: "bp-reach",
    x: SIZE.left - 8,
    y: SIZE.top - 12,
    width: SIZE.right - SIZE.left + 16,
    height: BAND.top + BAND.height - SIZE.top + 12,
  });
  const element = svg(
    "svg",
    { class: "bp-memory", viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img" },
    svg("text", { class: "bp-axis-name", x: 2, y: 13 }, "activations held"),
    ...KEY.flatMap(([kind, x, text]) => [
      svg("path", { class: `bp-band bp-${kind}`, d: strip(kind, x, x + 18, 5) }),
      svg("text", { class: "bp-hint", x: x + 23, y: 13 }, text),
    ]),
    told,
    axis,
    coming,
    past,
    ...bands,
    line,
    all,
    most,
    cursor,
    dot,
    allName,
    mostName,
    reach,
  );
  let laid = null;
  let counts = [];
  follow(reach, ([at]) => go(Math.max(0, Math.min(counts.length - 1, Math.round(x.invert(at))))));

  /** steps: of `schedule`.  step: the present one. */
  function update(steps, step) {
    if (laid !== steps) lay(steps);
    laid = steps;
    past.setAttribute("d", area(0, step));
    coming.setAttribute("d", area(step, steps.length - 1));
    for (const end of ["x1", "x2"]) cursor.setAttribute(end, x(step));
    dot.setAttribute("cx", x(step));
    dot.setAttribute("cy", y(counts[step]));
    write(told, `now ${counts[step]}`);
    element.setAttribute("aria-label", says(steps, step));
  }

  // All that stays while the steps are played.
  function lay(steps) {
    counts = steps.map(({ held }) => held.size);
    const depth = Math.max(...steps.map(({ layer }) => layer));
    const at = peakStep(steps);
    const top = counts[at];
    x.domain([0, steps.length - 1]);
    y.domain([0, depth + 1]);
    line.setAttribute("d", `M${stairs(0, steps.length - 1)}`);
    KEY.forEach(([kind], b) => bands[b].setAttribute("d", band(steps, kind)));
    for (const end of ["y1", "y2"]) {
      all.setAttribute(end, SIZE.top);
      most.setAttribute(end, y(top));
    }
    most.setAttribute("x2", x(at));
    const near = y(top) - SIZE.top < LINE; // its name would stand on the other line
    mostName.setAttribute("x", x(at) + 2);
    mostName.setAttribute("y", (near ? SIZE.top : y(top)) - 6);
    write(mostName, `peak ${top}`);
    allName.setAttribute("y", SIZE.top - 6);
    write(allName, top > depth ? "" : `to keep all: ${depth + 1}`);
    const middle = Math.round((depth + 1) / 2);
    axis.replaceChildren(...[0, middle, depth + 1].flatMap((count) => tick(count, y(count))));
  }

  // Each count holds until the next step.
  const stairs = (from, to) =>
    counts
      .slice(from, to + 1)
      .map((count, k) => `${k > 0 ? "H" : ""}${x(from + k).toFixed(1)}${k > 0 ? "V" : " "}${y(count)}`)
      .join("");
  const area = (from, to) => `M${stairs(from, to)}V${SIZE.bottom}H${x(from)}Z`;

  // A step's band ends where the step is done.
  function band(steps, kind) {
    const parts = [];
    steps.forEach((step, s) => {
      if (step.kind !== kind) return;
      if (parts.at(-1)?.to === s - 1) parts.at(-1).to = s;
      else parts.push({ from: s - 1, to: s });
    });
    return parts.map(({ from, to }) => strip(kind, x(from), x(to), BAND.top)).join("");
  }
  return { element, update };
}

// What is done again is a band of half the height.
function strip(kind, from, to, top) {
  const height = kind === "recompute" ? BAND.height / 2 : BAND.height;
  return `M${from} ${top + BAND.height - height}H${to}v${height}H${from}Z`;
}

const tick = (count, at) => [
  svg("line", { x1: SIZE.left, x2: SIZE.right, y1: at, y2: at }),
  svg("text", { x: SIZE.left - 6, y: at + 4, "text-anchor": "end" }, count),
];

function says(steps, step) {
  const top = peakStep(steps);
  return `activations held after each of ${steps.length - 1} steps: at most ${steps[top].held.size}, first after step ${top}; now, after step ${step}, ${counted(steps[step].held.size)}`;
}

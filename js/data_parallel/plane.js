// The copies in the plane of w and b, over the loss of the full batch; wide and pale, the way of one machine.
import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { select } from "d3-selection";
import { svg, write } from "../common/dom.js";
import { number } from "../common/numbers.js";
import { unique } from "../common/unique.js";
import { MOST_STEPS, MOST_WORKERS, RATE, SAMPLES, START, meanGradient } from "./batch.js";
import { contours, lowest } from "./loss.js";
import { mark } from "./marks.js";
import { place, several } from "./words.js";

const SIZE = { width: 236, height: 284, left: 36, right: 230, top: 24, bottom: 242 };

/** samples: { x, y }. */
export function plane(samples) {
  const [across, up] = limits(samples);
  const x = scaleLinear(across, [SIZE.left, SIZE.right]);
  const y = scaleLinear(up, [SIZE.bottom, SIZE.top]);
  const pixel = ([w, b]) => `${x(w).toFixed(1)} ${y(b).toFixed(1)}`;
  const line = (points) => `M${points.map(pixel).join("L")}`;
  const clip = unique("clip");
  const frame = {
    x: SIZE.left,
    y: SIZE.top,
    width: SIZE.right - SIZE.left,
    height: SIZE.bottom - SIZE.top,
  };
  const alone = svg("path", { class: "bp-alone" });
  const ways = Array.from({ length: MOST_WORKERS }, () => svg("path", { class: "bp-way" }));
  const marks = ways.map((_, k) => mark(k));
  const all = svg("circle", { class: "bp-mark", r: 5 });
  const name = svg("text", { class: "bp-together" });
  const heading = svg("text", { class: "bp-axis-name", x: 0, y: 12 });
  const [cx, cy] = lowest(samples);
  const element = svg(
    "svg",
    {
      class: "bp-plane",
      width: SIZE.width,
      height: SIZE.height,
      viewBox: `0 0 ${SIZE.width} ${SIZE.height}`,
      role: "img",
    },
    svg("clipPath", { id: clip }, svg("rect", frame)),
    heading,
    svg(
      "g",
      { "clip-path": `url(#${clip})` },
      ...contours(samples, START).map((ring) => svg("path", { class: "bp-contour", d: `${line(ring)}Z` })),
    ),
    svg("rect", { class: "bp-frame", ...frame }),
    ...axes(x, y),
    svg(
      "g",
      { "clip-path": `url(#${clip})` },
      alone,
      svg("path", { class: "bp-lowest", d: `M${x(cx) - 5} ${y(cy)}h10M${x(cx)} ${y(cy) - 5}v10` }),
      ...ways,
    ),
    ...marks,
    all,
    name,
    svg("path", { class: "bp-alone", d: `M${SIZE.left + 4} ${SIZE.bottom + 30}h16` }),
    svg("text", { class: "bp-quiet", x: SIZE.left + 28, y: SIZE.bottom + 34 }, "full batch, one machine"),
  );

  function update(now) {
    const { paths, copies, spread, taken } = now;
    write(heading, taken === 0 ? "The copies of w and b" : `The copies after ${several(taken, "step")}`);
    const equal = spread[0] === 0 && spread[1] === 0;
    alone.setAttribute("d", taken === 0 ? "" : line(now.alone));
    ways.forEach((way, k) => {
      const path = equal && k > 0 ? undefined : paths[k];
      way.setAttribute("d", path === undefined ? "" : line(path));
      marks[k].style.display = equal || path === undefined ? "none" : "";
      if (path !== undefined) marks[k].setAttribute("transform", `translate(${pixel(path.at(-1))})`);
    });
    all.style.display = equal ? "" : "none";
    const [u, v] = [x(copies[0][0]), y(copies[0][1])];
    all.setAttribute("cx", u);
    all.setAttribute("cy", v);
    const near = u > SIZE.right - 60; // the right edge
    name.setAttribute("x", near ? u - 9 : u + 9);
    name.setAttribute("text-anchor", near ? "end" : "start");
    name.setAttribute("y", v - 8);
    write(name, equal && copies.length > 1 ? `${copies.length} equal` : "");
    const where = equal ? `all at ${place(copies[0])}` : copies.map(place).join("; ");
    element.setAttribute(
      "aria-label",
      `the copies of w and b after ${several(taken, "step")}: ${where}; one machine: ${place(now.alone.at(-1))}`,
    );
  }
  return { element, update };
}

function axes(x, y) {
  const across = svg("g", { class: "bp-axis", transform: `translate(0 ${SIZE.bottom})` });
  const up = svg("g", { class: "bp-axis", transform: `translate(${SIZE.left} 0)` });
  select(across).call(axisBottom(x).ticks(4).tickFormat(number).tickSizeOuter(0).tickSize(4));
  select(up).call(axisLeft(y).ticks(5).tickFormat(number).tickSizeOuter(0).tickSize(4));
  const named = (text, at) => svg("text", { class: "bp-axis-name", ...at }, text);
  return [
    across,
    up,
    named("w", { x: SIZE.right - 8, y: SIZE.bottom - 8, "text-anchor": "end" }),
    named("b", { x: SIZE.left + 8, y: SIZE.top + 16 }),
  ];
}

/** What holds every way that a worker can go by itself, with a margin: [low, high] of w, and of b. */
function limits(samples) {
  const seen = [START];
  for (let first = 0; first < SAMPLES; first++)
    for (let last = first + 1; last <= SAMPLES; last++) {
      let copy = START;
      for (let k = 0; k < MOST_STEPS; k++) {
        const gradient = meanGradient(copy, samples, { first, last, count: last - first });
        copy = copy.map((entry, i) => entry - RATE * gradient[i]);
        seen.push(copy);
      }
    }
  return [0, 1].map((i) => {
    const [low, high] = [Math.min, Math.max].map((end) => end(...seen.map((copy) => copy[i])));
    const margin = 0.12 * (high - low);
    return [low - margin, high + margin];
  });
}

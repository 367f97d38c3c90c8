// The peak for each number of segments that the reader has tried, with these layers; all of them if asked.
import { scaleLinear } from "d3-scale";
import { svg, write } from "../common/dom.js";
import { follow } from "../common/pointer.js";
import { peak } from "./schedule.js";

const SIZE = { width: 280, height: 176, left: 34, right: 270, top: 40, bottom: 148 };

/** choose: called with the number of segments that was pointed at. */
export function peaks(choose) {
  const x = scaleLinear().range([SIZE.left + 6, SIZE.right - 6]);
  const y = scaleLinear().range([SIZE.bottom, SIZE.top]);
  const axis = svg("g", { class: "bp-axis" });
  const curve = svg("path", { class: "bp-curve" });
  const dots = svg("g", { class: "bp-visits" });
  const here = svg("circle", { class: "bp-here", r: 6.5 });
  const drop = svg("line", { class: "bp-cursor", y2: SIZE.bottom });
  const told = svg("text", { class: "bp-told", x: SIZE.right, y: 13, "text-anchor": "end" });
  const hint = svg("text", { class: "bp-hint", x: SIZE.right, y: SIZE.height - 1, "text-anchor": "end" });
  const reach = svg("rect", {
    class: "bp-reach",
    x: SIZE.left,
    y: SIZE.top - 12,
    width: SIZE.right - SIZE.left,
    height: SIZE.bottom - SIZE.top + 12,
  });
  const element = svg(
    "svg",
    { class: "bp-peaks", viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img" },
    svg("text", { class: "bp-axis-name", x: 2, y: 13 }, "peak for each k"),
    told,
    axis,
    curve,
    drop,
    dots,
    here,
    hint,
    svg("text", { class: "bp-hint", x: 134, y: SIZE.height - 1, "text-anchor": "middle" }, "segments k"),
    reach,
  );
  let deep = 0;
  follow(reach, ([at]) => choose(Math.max(0, Math.min(deep, Math.round(x.invert(at))))));

  /** visited: of the traits.  all: whether the whole curve is drawn. */
  function update({ depth, segments, visited, show_all: all }) {
    if (deep !== depth) lay(depth);
    deep = depth;
    const tried = new Set([segments, ...visited.filter(([n]) => n === depth).map(([, k]) => k)]);
    const shown = [...tried].sort((a, b) => a - b);
    dots.replaceChildren(
      ...shown.map((k) => svg("circle", { cx: x(k), cy: y(peak(depth, k)), r: depth > 40 ? 2.4 : 3.2 })),
    );
    curve.style.display = all ? "" : "none";
    here.setAttribute("cx", x(segments));
    here.setAttribute("cy", y(peak(depth, segments)));
    for (const end of ["x1", "x2"]) drop.setAttribute(end, x(segments));
    drop.setAttribute("y1", y(peak(depth, segments)) + 6.5);
    write(told, `${segments === 0 ? "all kept" : `k = ${segments}`}: peak ${peak(depth, segments)}`);
    write(hint, `${tried.size} of ${depth + 1} tried`);
    element.setAttribute("aria-label", says(depth, shown));
  }

  function lay(depth) {
    x.domain([0, depth]);
    y.domain([0, depth + 1]);
    const half = Math.round(depth / 2);
    axis.replaceChildren(
      ...[0, Math.round((depth + 1) / 2), depth + 1].flatMap((count) => [
        svg("line", { x1: SIZE.left, x2: SIZE.right, y1: y(count), y2: y(count) }),
        svg("text", { x: SIZE.left - 6, y: y(count) + 4, "text-anchor": "end" }, count),
      ]),
      ...[
        [0, "all kept"],
        [half, half],
        [depth, depth],
      ].map(([k, text]) =>
        svg(
          "text",
          { x: k === 0 ? SIZE.left + 18 : x(k), y: SIZE.bottom + 15, "text-anchor": "middle" },
          text,
        ),
      ),
    );
    const every = Array.from(
      { length: depth },
      (_, k) => `${x(k + 1).toFixed(1)} ${y(peak(depth, k + 1)).toFixed(1)}`,
    );
    curve.setAttribute("d", `M${every.join("L")}`);
  }
  return { element, update };
}

function says(depth, shown) {
  const each = shown.map((k) => `${k === 0 ? "all kept" : `k = ${k}`}: ${peak(depth, k)}`);
  return `peak of activations held with ${depth} layers, for each number of segments k tried: ${each.join("; ")}`;
}

// How runners are told apart without colour: by the dashes of their line and the mark at its end.
import { svg } from "../common/dom.js";
import { wayWithin } from "./way.js";

const LOOKS = {
  SGD: { key: "sgd", mark: "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0 -5 0Z" },
  momentum: { key: "momentum", mark: "M0 -6.4L6 4.6H-6Z" },
  Adam: { key: "adam", mark: "M-4.8 -4.8H4.8V4.8H-4.8Z" },
};

/** The class that all of a runner has, whose dashes and colours are in style.css. */
export const lookOf = (runner) => `bp-runner bp-${LOOKS[runner].key}`;

export const mark = (runner) => svg("path", { class: "bp-mark", d: LOOKS[runner].mark });

/** A short piece of a runner's line with its mark, for a legend. */
export function sample(runner) {
  return svg(
    "svg",
    { class: "bp-sample", viewBox: "0 0 44 16", width: 44, height: 16, "aria-hidden": "true" },
    svg(
      "g",
      { class: lookOf(runner) },
      svg("path", { class: "bp-way", d: "M1 8H36" }),
      svg("g", { transform: "translate(36 8)" }, mark(runner)),
    ),
  );
}

const NAME = { width: 74, beside: 11, below: 4.5 }; // pixels that the longest name takes, and where it stands
const EDGE = 17; // how far inside the frame a mark stays whose runner is outside: there is an arrow beside it

/** Every runner in a frame { left, right, top, bottom }: ways, marks and names, to be appended in this order. */
export function drawing(runners, frame) {
  const all = Object.fromEntries(runners.map((runner) => [runner, parts(runner)]));
  const each = (part) => runners.map((runner) => all[runner][part]);

  /** lines: runner → its points in pixels, of those that are shown. */
  function update(lines) {
    for (const runner of runners) {
      for (const part of ["way", "end", "name"])
        all[runner][part].style.display = runner in lines ? "" : "none";
    }
    const boxes = Object.entries(lines).map(([runner, points]) => {
      all[runner].draw(points, frame);
      return { runner, ...all[runner].put(points.at(-1), frame) };
    });
    apart(boxes, { top: frame.top + 12, bottom: frame.bottom - 5 });
    for (const { runner, y } of boxes) all[runner].name.setAttribute("y", y);
  }
  return { ways: each("way"), ends: each("end"), names: each("name"), update };
}

function parts(runner) {
  const halo = svg("path", { class: "bp-halo" });
  const line = svg("path", { class: "bp-way" });
  const arrow = svg("path", { class: "bp-exit", d: "M8 -4.5L13.5 0L8 4.5" });
  const end = svg("g", { class: lookOf(runner), "data-runner": runner }, arrow, mark(runner));
  const name = svg("text", { class: "bp-runner-name" }, runner);
  const way = svg("g", { class: lookOf(runner), "data-runner": runner }, halo, line);

  function draw(points, frame) {
    const d = wayWithin(points, frame);
    for (const path of [halo, line]) path.setAttribute("d", d);
  }

  // Where the mark stands, at the frame's edge if its runner is outside; returns the room that the name needs.
  function put([x, y], { left, right, top, bottom, namesOutside }) {
    const outside = x < left || x > right || y < top || y > bottom;
    const inset = outside ? EDGE : 0;
    const u = Math.min(right - (x > right ? inset : 0), Math.max(left + (x < left ? inset : 0), x));
    const v = Math.min(bottom - (y > bottom ? inset : 0), Math.max(top + (y < top ? inset : 0), y));
    end.setAttribute("transform", `translate(${u} ${v})`);
    arrow.style.display = outside ? "" : "none";
    arrow.setAttribute("transform", `rotate(${(180 / Math.PI) * Math.atan2(y - v, x - u)})`);
    const before = !namesOutside && u > right - NAME.width - NAME.beside;
    name.setAttribute("x", before ? u - NAME.beside : u + NAME.beside);
    name.setAttribute("text-anchor", before ? "end" : "start");
    const from = before ? u - NAME.beside - NAME.width : u + NAME.beside;
    return { from, to: from + NAME.width, y: v + NAME.below };
  }
  return { way, end, name, draw, put };
}

/** Names lowered, then lifted, until no two meet. boxes: { from, to, y } across and down; their y changes. */
function apart(boxes, { top, bottom, gap = 15 }) {
  const meet = (a, b) => a.from < b.to && b.from < a.to;
  const order = [...boxes].sort((a, b) => a.y - b.y);
  order.forEach((box, i) => {
    const above = order.slice(0, i).filter((other) => meet(box, other));
    box.y = Math.max(box.y, top, ...above.map(({ y }) => y + gap));
  });
  order.reverse().forEach((box, i) => {
    const below = order.slice(0, i).filter((other) => meet(box, other));
    box.y = Math.min(box.y, bottom, ...below.map(({ y }) => y - gap));
  });
}

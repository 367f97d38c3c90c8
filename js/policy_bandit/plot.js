// A plot that is as wide as its place: what is drawn lies in a picture of 1 by 1 that is stretched, words stand over it.
import { html, svg, write } from "../common/dom.js";

/** name: what is drawn, above it.  across: what the axis counts.  parts: of the picture, from back to front.  ends: how many of them have a name at their end. */
export function plot({ name, across, parts, ends }) {
  const picture = svg("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none" }, ...parts);
  const labels = Array.from({ length: ends }, () => html("span", { class: "bp-end" }));
  const ticks = html("div", { class: "bp-ticks" });
  const levels = [0, 0.5, 1].map((y) =>
    html("span", { class: "bp-level", style: `--y: ${1 - y}` }, String(y)),
  );
  const counted = html("span", { class: "bp-across" }, across);
  const area = html("div", { class: "bp-area" }, picture, ...levels, ticks, counted, ...labels);
  const element = html(
    "div",
    { class: "bp-plot", role: "img" },
    html("div", { class: "bp-plot-name" }, name),
    area,
  );
  let shown = null;

  /** marks: numbers of the axis, each with its place from 0 to 1. */
  function axis(marks) {
    const now = JSON.stringify(marks);
    if (now === shown) return;
    shown = now;
    ticks.replaceChildren(...marks.map(([text, x]) => html("span", { style: `--x: ${x}` }, text)));
  }

  /** Names at the ends, never on one another.  all: [text, x, y from the top] each, both from 0 to 1. */
  function nameEnds(all) {
    apart(all.map(([, , y]) => y)).forEach((y, k) => {
      labels[k].style.setProperty("--x", all[k][1]);
      labels[k].style.setProperty("--y", y);
      write(labels[k], all[k][0]);
    });
  }
  return { element, axis, nameEnds, tell: (text) => element.setAttribute("aria-label", text) };
}

const HEIGHT = 132; // pixels, as style.css has it
const APART = 16 / HEIGHT;

/** Move places as little apart as their names need, and keep them between 0 and 1. */
function apart(places) {
  const order = places.map((_, k) => k).sort((a, b) => places[a] - places[b]);
  const moved = [...places];
  let least = 0.5 * APART - 0.02;
  for (const k of order) {
    moved[k] = Math.max(moved[k], least);
    least = moved[k] + APART;
  }
  let most = 1;
  for (const k of order.reverse()) {
    moved[k] = Math.min(moved[k], most);
    most = moved[k] - APART;
  }
  return moved;
}

// Pictures of 8×8: ink on paper, and signed numbers as tints with a + or a −, larger where the number is larger.
import { svg } from "../common/dom.js";

export const CELL = 40; // the units of every picture
const SIDE = 8 * CELL;
const FAINTEST = 0.06; // of the scale: below it a glyph would be a speck
const STRONG = 0.75; // of the scale: on such a tint a glyph has the colour of the paper
const SMALL_GLYPH = 4;
const LARGE_GLYPH = 13; // reach from the middle of a cell

const places = [...Array(64).keys()];
const corner = (i) => ({ x: CELL * (i % 8), y: CELL * Math.floor(i / 8) });
const square = (i, kind) => svg("rect", { class: kind, ...corner(i), width: CELL, height: CELL });

/** The frame of a picture: its own elements between the paper and the lines. */
export function frame(attributes, ...children) {
  return svg(
    "svg",
    { viewBox: `-1 -1 ${SIDE + 2} ${SIDE + 2}`, ...attributes },
    svg("rect", { class: "bp-paper", width: SIDE, height: SIDE }),
    ...children,
  );
}

/** The lines between pixels, and around them. */
export function lines() {
  const between = [1, 2, 3, 4, 5, 6, 7].map((k) => `M${CELL * k} 0v${SIDE}M0 ${CELL * k}h${SIDE}`).join("");
  return svg(
    "g",
    { class: "bp-lines-between", "aria-hidden": "true" },
    svg("path", { d: between }),
    svg("rect", { class: "bp-edge-of", width: SIDE, height: SIDE }),
  );
}

/** 64 cells of ink. update: 64 numbers from 0 to 1. */
export function ink() {
  const cells = places.map((i) => square(i, "bp-ink"));
  function update(pixels) {
    cells.forEach((cell, i) => set(cell, "fill-opacity", pixels[i].toFixed(4)));
  }
  return { cells, update };
}

/** 64 signed cells. update(numbers, scale): a number as large as the scale has the full colour. */
export function signs() {
  const tints = places.map((i) => square(i, "bp-tint"));
  const glyphs = places.map(() => svg("path", { class: "bp-glyph" }));
  function update(numbers, scale) {
    places.forEach((i) => {
      const share = scale > 0 ? Math.min(1, Math.abs(numbers[i]) / scale) : 0;
      const sign = numbers[i] > 0 ? "bp-plus" : "bp-minus";
      set(tints[i], "class", `bp-tint ${sign}`);
      set(tints[i], "fill-opacity", share.toFixed(4));
      set(glyphs[i], "class", `bp-glyph ${share > STRONG ? "bp-on-strong" : ""}`);
      set(glyphs[i], "d", share > FAINTEST ? glyph(i, numbers[i] > 0, share) : "");
    });
  }
  return { elements: [...tints, ...glyphs], update };
}

function glyph(i, plus, share) {
  const { x, y } = corner(i);
  const reach = SMALL_GLYPH + (LARGE_GLYPH - SMALL_GLYPH) * Math.sqrt(share);
  const across = `M${x + CELL / 2 - reach} ${y + CELL / 2}h${2 * reach}`;
  return plus ? `${across}M${x + CELL / 2} ${y + CELL / 2 - reach}v${2 * reach}` : across;
}

/** A ring around one pixel; at(null) takes it away. */
export function ring() {
  const make = (kind) => svg("rect", { class: kind, width: CELL, height: CELL });
  const element = svg(
    "g",
    { class: "bp-ring", "aria-hidden": "true" },
    make("bp-ring-halo"),
    make("bp-ring-line"),
  );
  function at(i) {
    element.toggleAttribute("hidden", i === null);
    if (i === null) return;
    const { x, y } = corner(i);
    set(element, "transform", `translate(${x} ${y})`);
  }
  at(null);
  return { element, at };
}

/** Write only what changed. */
export function set(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

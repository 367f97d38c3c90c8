// What a nudge changed: the drawing, plus the change, is what the network sees now; and a random change as large.
import { html, write } from "../common/dom.js";
import { likeliest } from "./network.js";
import { frame, ink, lines, set, signs } from "./picture.js";
import { chance } from "./words.js";

const SOFTER = 1.4; // than the colours of the large picture, which are seldom all full
const NOTHING = new Array(64).fill(0);

export function tiles() {
  const drawn = tile("as drawn", ink());
  const change = tile("the change", signs());
  const now = tile("nudged", ink());
  const random = tile("at random", ink());
  const sign = (text) => html("span", { class: "bp-between", "aria-hidden": "true" }, text);
  const element = html(
    "div",
    { class: "bp-tiles" },
    drawn.element,
    sign("+"),
    change.element,
    sign("="),
    now.element,
    html("span", { class: "bp-apart", "aria-hidden": "true" }),
    random.element,
  );

  /** before, after, random: { pixels, p } each.  size: how far a pixel may have moved. */
  function update(before, after, other, size) {
    element.classList.remove("bp-idle");
    drawn.update(before.pixels, said(before));
    change.update(
      after.pixels.map((x, i) => x - before.pixels[i]),
      "ε · sign",
      SOFTER * size,
    );
    now.update(after.pixels, said(after));
    random.update(other.pixels, said(other));
  }

  /** Nothing was nudged. */
  function idle(pixels, p) {
    element.classList.add("bp-idle");
    drawn.update(pixels, said({ p }));
    change.update(NOTHING, "none yet", 1);
    now.update(NOTHING, "");
    random.update(NOTHING, "");
  }
  return { element, update, idle };
}

const said = ({ p }) => `${likeliest(p)} (${chance(p[likeliest(p)])})`;

function tile(name, picture) {
  const text = html("span", { class: "bp-said" });
  const shown = frame({ role: "img" }, ...(picture.cells ?? picture.elements), lines());
  const element = html(
    "div",
    { class: "bp-tile" },
    shown,
    html("span", { class: "bp-tile-name" }, name),
    text,
  );
  function update(numbers, words, scale) {
    picture.update(numbers, scale);
    write(text, words);
    set(shown, "aria-label", `${name}: ${words || "nothing yet"}`);
  }
  return { element, update };
}

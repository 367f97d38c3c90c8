// The paper: drawn on with a pen, a finger or the keys.
import { KEEP_KEYS, svg } from "../common/dom.js";
import { number } from "../common/numbers.js";
import { CELL, frame, ink, lines, ring, set } from "./picture.js";
import { SIDE } from "./strokes.js";
import { place } from "./words.js";

const UNIT = (8 * CELL) / SIDE; // of the bitmap, in the picture's
const GUIDES = [6, 26]; // the data's digits lie between them

const KEYS = {
  ArrowUp: (i) => (i >= 8 ? i - 8 : i),
  ArrowDown: (i) => (i < 56 ? i + 8 : i),
  ArrowLeft: (i) => (i % 8 > 0 ? i - 1 : i),
  ArrowRight: (i) => (i % 8 < 7 ? i + 1 : i),
  Home: (i) => i - (i % 8),
  End: (i) => i - (i % 8) + 7,
};
const INK = [" ", "Enter"];
const NO_INK = ["Delete", "Backspace"];

/**
 * down, drag: called with a point of the bitmap; up: when the pen is lifted.  point: called with the pixel that a
 * hand or the keys point at, or null.  press: called with a pixel and +1 for ink, −1 for less.
 */
export function paper({ down, drag, up, point, press }) {
  const pixels = ink();
  const pen = ring();
  const line = svg("path", { class: "bp-stroke", "aria-hidden": "true" });
  const guides = svg("path", {
    class: "bp-guides",
    "aria-hidden": "true",
    d: GUIDES.map((x) => `M${UNIT * x} 0v${UNIT * SIDE}`).join(""),
  });
  const hint = svg("text", { class: "bp-hint", x: 160, y: 165, "aria-hidden": "true" }, "draw a digit");
  const rows = [...Array(8).keys()].map((row) =>
    svg("g", { role: "row" }, ...pixels.cells.slice(8 * row, 8 * row + 8)),
  );
  for (const cell of pixels.cells) {
    cell.setAttribute("role", "gridcell");
    for (const [name, value] of Object.entries(KEEP_KEYS)) cell.setAttribute(name, value);
  }
  const grid = svg(
    "g",
    {
      role: "grid",
      "aria-label": "drawing: arrow keys move the pen, space puts ink, delete takes it away",
    },
    ...rows,
  );
  const element = frame({ class: "bp-drawing" }, grid, lines(), guides, line, hint, pen.element);

  // --- by keys ---
  let at = 27; // where the pen of the keys is
  function stand(i) {
    pixels.cells[at].removeAttribute("tabindex");
    at = i;
    pixels.cells[at].setAttribute("tabindex", 0);
  }
  stand(at);
  grid.addEventListener("keydown", (event) => {
    const { key } = event;
    if (KEYS[key]) {
      stand(KEYS[key](at));
      pixels.cells[at].focus({ preventScroll: true });
    } else if (INK.includes(key)) press(at, 1);
    else if (NO_INK.includes(key)) press(at, -1);
    else return;
    event.preventDefault();
  });
  grid.addEventListener("focusin", () => point(at));
  grid.addEventListener("focusout", () => point(null));

  // --- by hand ---
  let held = false;
  const pointOf = ({ clientX, clientY }) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const units = (8 * CELL + 2) / UNIT; // with the border
    return [((clientX - left) / width) * units - 1 / UNIT, ((clientY - top) / height) * units - 1 / UNIT];
  };
  const pixelOf = ([x, y]) => (inside(x) && inside(y) ? 8 * Math.floor(y / 4) + Math.floor(x / 4) : null);
  const inside = (x) => x >= 0 && x < SIDE;
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || held) return;
    held = true;
    element.setPointerCapture(event.pointerId);
    element.classList.add("bp-held");
    event.preventDefault(); // no text is selected, and no focus is taken from the keys
    down(pointOf(event));
  });
  element.addEventListener("pointermove", (event) => {
    const all = event.getCoalescedEvents?.() ?? [];
    if (held) drag((all.length > 0 ? all : [event]).map(pointOf));
    point(pixelOf(pointOf(event)));
  });
  for (const end of ["pointerup", "pointercancel"]) {
    element.addEventListener(end, () => {
      if (!held) return;
      held = false;
      element.classList.remove("bp-held");
      line.removeAttribute("d");
      up();
    });
  }
  element.addEventListener("pointerleave", () => point(grid.contains(document.activeElement) ? at : null));

  /** ink: 64 numbers.  gradient: theirs, for those who hear it. */
  function update(shown, gradientText) {
    pixels.update(shown);
    pixels.cells.forEach((cell, i) => {
      set(cell, "aria-label", `${place(i)}: ink ${number(shown[i])}, ${gradientText(i)}`);
    });
    element.classList.toggle("bp-blank", !shown.some((x) => x > 0));
  }

  /** Show the line of the pen that is down, and how broad it is. */
  function trace({ points, radius }) {
    const [first, ...rest] = points.map(([x, y]) => `${(UNIT * x).toFixed(1)} ${(UNIT * y).toFixed(1)}`);
    set(line, "d", `M${first}L${[first, ...rest].join("L")}`);
    set(line, "stroke-width", String(2 * UNIT * radius));
  }
  return { element, update, trace, ring: pen.at };
}

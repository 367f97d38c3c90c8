// The hand that draws: its strokes, the rest after them, and what it takes back.
import { counted, fitted, sheet } from "./strokes.js";

const REST = 700; // milliseconds after which a pen that was lifted has finished
const MOST_STEPS = 200; // to be taken back

/**
 * state: gives { pixels, drawn, nudges, fit }.  draw: shows new pixels.  restore: shows { drawn, nudges } of before.
 * Returns down, drag and up, for the pen; `rest`, when it has finished; `remember`, before what can be taken back;
 * `replace`, for other pixels; `stroke`, the last one.
 */
export function hand({ state, draw, restore }) {
  const past = [];
  let on = sheet(new Array(64).fill(0));
  let erasing = false;
  let waiting;

  const same = (one, other) => one.every((ink, i) => ink === other[i]);
  const show = () => draw(counted(on));

  function remember() {
    const { drawn, nudges } = state();
    past.push({ drawn, nudges, on: { ...on, strokes: [...on.strokes] } });
    if (past.length > MOST_STEPS) past.shift();
  }
  function undo() {
    clearTimeout(waiting);
    if (past.length === 0) return;
    const { on: then, ...before } = past.pop();
    on = then;
    restore(before);
  }
  function replace(pixels) {
    remember();
    draw(pixels);
  }

  function down(point) {
    clearTimeout(waiting);
    remember();
    const { pixels } = state();
    // Another picture lies there now, or it was rubbed in: its pixels are what is drawn on.
    const strange = !same(counted(on), pixels) || on.strokes.some(({ erases }) => erases);
    if (strange || erasing) on = sheet(pixels);
    on = { ...on, strokes: [...on.strokes, { points: [point], erases: erasing }] };
    show();
  }
  function drag(points) {
    on.strokes.at(-1).points.push(...points);
    show();
  }
  function up() {
    clearTimeout(waiting);
    if (!erasing) waiting = setTimeout(rest, REST);
  }
  /** Fit the drawing to the frame, if that is asked for and nothing else has been put there. */
  function rest() {
    const { pixels, fit } = state();
    if (!fit || !same(counted(on), pixels)) return;
    on = fitted(on);
    show();
  }

  return {
    down,
    drag,
    up,
    rest,
    remember,
    replace,
    undo,
    canUndo: () => past.length > 0,
    erase: (yes) => (erasing = yes),
    stroke: () => ({ points: on.strokes.at(-1).points, radius: on.radius }),
    leave: () => clearTimeout(waiting),
  };
}

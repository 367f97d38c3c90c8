// The borders between the shards: dragged along the strip, or moved by the arrow keys.
import { KEEP_KEYS, html } from "../common/dom.js";
import { MOST_WORKERS, SAMPLES } from "./batch.js";
import { several } from "./words.js";

const APART = 13; // pixels between two knobs at the same place

/** lanes: the element they move along.  move: called with the borders that the reader wants. */
export function borders(lanes, move) {
  let at = [];
  const elements = Array.from({ length: MOST_WORKERS - 1 }, (_, k) => handle(k));

  const limits = (k) => [at[k - 1] ?? 0, at[k + 1] ?? SAMPLES];
  function put(k, place) {
    const [low, high] = limits(k);
    const next = at.with(k, Math.min(high, Math.max(low, place)));
    if (next[k] !== at[k]) move(next);
  }

  function handle(k) {
    const element = html(
      "div",
      {
        class: "bp-border",
        role: "slider",
        tabindex: 0,
        "aria-label": `border between worker ${k + 1} and worker ${k + 2}`,
        "aria-orientation": "horizontal",
        onkeydown: (event) => {
          const [low, high] = limits(k);
          const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
          const to = { Home: low, End: high }[event.key] ?? (by && at[k] + by);
          if (to === undefined) return;
          event.preventDefault();
          put(k, to);
        },
        ...KEEP_KEYS,
      },
      html("span", { class: "bp-knob" }),
    );
    drag(element, k);
    return element;
  }

  // Of several at one place, the last goes to the right and the first to the left, whichever was taken.
  function drag(element, taken) {
    let held = null;
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      held = {
        k: taken,
        together: at.flatMap((place, k) => (place === at[taken] ? [k] : [])),
        from: at[taken],
      };
      element.setPointerCapture(event.pointerId);
      element.focus({ focusVisible: false, preventScroll: true });
      event.preventDefault(); // no text is selected on the way
    });
    element.addEventListener("pointermove", (event) => {
      if (held === null) return;
      const box = lanes.getBoundingClientRect();
      const place = Math.round((SAMPLES * (event.clientX - box.left)) / box.width);
      if (held.together.length > 1 && place !== held.from) {
        held.k = held.together.at(place > held.from ? -1 : 0);
        held.together = [];
      }
      put(held.k, place);
    });
    for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, () => (held = null));
  }

  function update(shards) {
    at = shards.slice(0, -1).map(({ last }) => last);
    elements.forEach((element, k) => {
      element.hidden = k >= at.length;
      if (element.hidden) return;
      const here = at.flatMap((place, other) => (place === at[k] ? [other] : []));
      const shift = APART * (here.indexOf(k) - (here.length - 1) / 2);
      element.style.left = `calc(${(100 * at[k]) / SAMPLES}% + ${shift}px)`;
      const [low, high] = limits(k);
      element.setAttribute("aria-valuemin", low);
      element.setAttribute("aria-valuemax", high);
      element.setAttribute("aria-valuenow", at[k]);
      const has = (worker) => `worker ${worker + 1} has ${several(shards[worker].count, "sample")}`;
      element.setAttribute("aria-valuetext", `${has(k)}, ${has(k + 1)}`);
    });
  }
  return { elements, update };
}

// The controls of the walk: to the start, back, on, to the end; a track; reset.
import { button } from "../common/controls.js";
import { KEEP_KEYS, html, write } from "../common/dom.js";

/** last: the number of the last step.  go(step); reset().  Returns { element, show(step, text) }. */
export function walker(last, go, reset) {
  let at = 0;
  const track = html("input", {
    type: "range",
    min: 0,
    max: last,
    step: 1,
    class: "bp-scrubber",
    style: "--bp-turn: 0%",
    "aria-label": "step of both backward passes",
    oninput: () => go(Number(track.value)),
    ...KEEP_KEYS,
  });
  const counter = html("span", { class: "bp-counter" });
  const element = html(
    "div",
    { class: "bp-row" },
    button({ icon: "first", label: "to the start", tell: () => go(0) }),
    button({ icon: "back", label: "one step back", tell: () => go(at - 1) }),
    button({ icon: "next", label: "one step on", tell: () => go(at + 1) }),
    button({ icon: "last", label: "to the end", tell: () => go(last) }),
    track,
    counter,
    button({ text: "reset", tell: reset }),
  );

  function show(step, text) {
    at = step;
    track.value = step;
    track.setAttribute("aria-valuetext", `step ${step} of ${last}: ${text}`);
    write(counter, `backward ${Math.min(step, last - 1)} of ${last - 1}`);
  }
  return { element, show };
}

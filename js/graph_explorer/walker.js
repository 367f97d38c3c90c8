// The controls of the walk: to the start, back, on, to the end; a track that shows where it turns.
import { button, checkbox } from "../common/controls.js";
import { KEEP_KEYS, html } from "../common/dom.js";

/**
 * does: { go(step), back(), next(), end(), ask(isAsked), reset() }.
 * Returns { element, prepare(steps), show(step, text, asking), focus() }.
 */
export function walker(does) {
  const track = html("input", {
    type: "range",
    min: 0,
    step: 1,
    class: "bp-scrubber",
    "aria-label": "step of the walk",
    oninput: () => does.go(Number(track.value)),
    ...KEEP_KEYS,
  });
  const counter = html("span", { class: "bp-counter" });
  const next = button({ icon: "next", label: "one step on", tell: does.next });
  const ask = checkbox({ label: "ask me before each gradient", tell: does.ask });
  const element = html(
    "div",
    { class: "bp-row bp-walker" },
    button({ icon: "first", label: "to the start", tell: () => does.go(0) }),
    button({ icon: "back", label: "one step back", tell: does.back }),
    next,
    button({ icon: "last", label: "to the end", tell: does.end }),
    track,
    counter,
    ask.element,
    button({ text: "reset", tell: does.reset }),
  );

  function prepare(steps) {
    const forward = steps.filter(({ kind }) => kind === "forward").length;
    track.max = steps.length - 1;
    counter.textContent = `forward ${forward} | backward ${steps.length - 2 - forward}`;
    track.style.setProperty("--bp-turn", `${(100 * (forward + 0.5)) / (steps.length - 1)}%`);
  }

  function show(step, text, asking) {
    track.value = step;
    track.setAttribute("aria-valuetext", `step ${step} of ${track.max}: ${text}`);
    ask.input.checked = asking;
  }

  return { element, prepare, show, focus: () => next.focus() };
}

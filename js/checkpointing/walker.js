// The controls of the steps: the track under the chart, and the buttons.
import { button } from "../common/controls.js";
import { KEEP_KEYS, html } from "../common/dom.js";

/**
 * does: { go(step), by(count), peak(), end() }.  play: the button that plays.  others: what follows in the row.
 * Returns { track, element, show(step, last, text) }.
 */
export function walker(does, play, ...others) {
  const track = html("input", {
    type: "range",
    min: 0,
    step: 1,
    class: "bp-track",
    "aria-label": "step",
    oninput: () => does.go(Number(track.value)),
    ...KEEP_KEYS,
  });
  const back = button({ text: "one step back", tell: () => does.by(-1) });
  const on = button({ text: "one step on", tell: () => does.by(1) });
  const element = html(
    "div",
    { class: "bp-row" },
    button({ icon: "first", label: "to the start", tell: () => does.go(0) }),
    play,
    button({ icon: "last", label: "to the end", tell: does.end }),
    back,
    on,
    button({ text: "to the peak", tell: does.peak }),
    ...others,
  );

  function show(step, last, text) {
    track.max = last;
    track.value = step;
    track.style.setProperty("--bp-share", `${(100 * step) / last}%`);
    track.setAttribute("aria-valuetext", text);
    back.setAttribute("aria-disabled", step === 0);
    on.setAttribute("aria-disabled", step === last);
  }
  return { track, element, show };
}

// What is set and pressed in each view; other luck and reset are there in both.
import { choice } from "../common/choice.js";
import { button, checkbox, slider } from "../common/controls.js";
import { html } from "../common/dom.js";
import { number } from "../common/numbers.js";
import { stack } from "../common/stack.js";

export const VIEWS = ["learn", "check the gradient"];
export const [LEARN, CHECK] = VIEWS;
export const MOST = { pulls: 1000, held: 10000 };
const HELD_AT_ONCE = 1000;

/** play: the button.  pull, hold: called with how many more; null for back to none.  tell: called with a trait. */
export function controls({ play, pull, hold, tell, otherLuck, reset }) {
  const views = choice({
    label: "view",
    options: VIEWS.map((view) => [view, view]),
    tell: (view) => tell({ view }),
  });
  const rate = learningRate((value) => tell({ rate: value }));
  const baseline = checkbox({
    label: "baseline b = mean so far",
    tell: (checked) => tell({ baseline: checked }),
  });
  const more = {
    pulls: [button({ text: "one pull", tell: () => pull(1) })],
    held: [1, HELD_AT_ONCE].map((count) =>
      button({
        text: `${count === 1 ? "one pull" : `${count} pulls`} without learning`,
        tell: () => hold(count),
      }),
    ),
  };
  const row = (...elements) => html("div", { class: "bp-row" }, ...elements);
  const own = stack([
    [
      [LEARN],
      row(
        button({ icon: "first", label: "back to pull 0", tell: () => pull(null) }),
        play,
        ...more.pulls,
        baseline.element,
        rate.element,
      ),
    ],
    [
      [CHECK],
      row(button({ icon: "first", label: "forget these pulls", tell: () => hold(null) }), ...more.held),
    ],
  ]);
  return {
    views: views.element,
    element: html(
      "div",
      { class: "bp-controls" },
      own.element,
      row(button({ text: "other luck", tell: otherLuck }), button({ text: "reset", tell: reset })),
    ),
    update(now) {
      own.show(now.view);
      views.set(now.view);
      rate.set(now.rate);
      baseline.input.checked = now.baseline;
      for (const [name, buttons] of Object.entries(more))
        for (const one of buttons) one.setAttribute("aria-disabled", now[name] === MOST[name]);
    },
  };
}

// From 0.01 to 10, even in its exponent, and rounded to two digits.
function learningRate(tell) {
  const rounded = (exponent, digits) => Number((10 ** exponent).toPrecision(digits));
  const made = slider({
    name: "η",
    label: "learning rate η",
    role: "rate",
    min: -2,
    max: 1,
    step: 0.05,
    show: (exponent) => number(rounded(exponent, 4)),
    tell: (exponent) => tell(rounded(exponent, 2)),
  });
  return { element: made.element, set: (now) => made.set(Math.log10(now)) };
}

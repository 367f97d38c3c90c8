// The learning rate, with a mark where SGD, and where momentum, begin to diverge in the valley.
import { slider } from "../common/controls.js";
import { html, svg, write } from "../common/dom.js";
import { number } from "../common/numbers.js";
import { lookOf, mark } from "./looks.js";
import { criticalRates } from "./runners.js";

const [LOW, HIGH] = [-3, 0.5]; // exponents: 0.001 to 3.2
const MARKED = ["SGD", "momentum"];
const THUMB = 16; // pixels: its middle goes from 8 to the track's length − 8
const rounded = (exponent) => Number((10 ** exponent).toPrecision(2));

/** tell: called with a new rate. */
export function learningRate(tell) {
  let shown = 0;
  const made = slider({
    name: "η",
    label: "learning rate η",
    role: "rate",
    min: LOW,
    max: HIGH,
    step: 0.05,
    show: () => number(shown),
    tell: (exponent) => tell(rounded(exponent)),
  });
  const marks = Object.fromEntries(MARKED.map((runner) => [runner, stem(runner)]));
  const track = html("span", { class: "bp-track" });
  made.range.replaceWith(track);
  track.append(...Object.values(marks), made.range);
  const note = html("div", { class: "bp-note" });

  function set(state) {
    shown = state.rate;
    made.set(Math.log10(state.rate));
    const critical = criticalRates(state);
    const valley = state.surface === "valley";
    for (const runner of MARKED) {
      const share = (Math.log10(critical[runner]) - LOW) / (HIGH - LOW);
      marks[runner].style.left = `calc(${THUMB / 2}px + ${share} * (100% - ${THUMB}px))`;
      marks[runner].style.display = valley && share <= 1 ? "" : "none";
    }
    const text = valley
      ? `● SGD diverges above 2/λmax = ${number(critical.SGD)}; ▲ momentum above 2(1 + μ)/λmax = ${number(critical.momentum)}`
      : "no one rate is the limit here: the surface is not curved everywhere alike";
    write(note, text);
  }
  return { element: made.element, note, set };
}

const stem = (runner) =>
  svg(
    "svg",
    { class: "bp-stem", viewBox: "-8 -8 16 28", width: 16, height: 28, "aria-hidden": "true" },
    svg("line", { y1: 4, y2: 20 }),
    svg("g", { class: lookOf(runner), transform: "scale(0.85)" }, mark(runner)),
  );

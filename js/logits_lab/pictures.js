// The pictures of the three views, in one place, each with its title.
import { html, write } from "../common/dom.js";
import { number, pretty, signed } from "../common/numbers.js";
import { title } from "../common/title.js";
import { big } from "./big.js";
import { BIG, CLASSES, OUTPUT } from "./controls.js";
import { curves } from "./curves.js";
import { bigLogits, threeClasses } from "./losses.js";
import { shares } from "./shares.js";
import { stack } from "../common/stack.js";

const TITLES = [
  [
    [CLASSES],
    "What the loss sends back into the logits",
    { value: "share p", target: "target y", gradient: "gradient δ = p − y", loss: "loss L" },
  ],
  [[OUTPUT], "Which loss still teaches when the output is wrong?", { gradient: "gradient", loss: "loss" }],
  [[BIG], "One softmax, computed in two ways", { value: "share p" }],
];

const GRADIENT = {
  kind: "gradient",
  label: "gradient dL/dz: what the loss sends back",
  view: (y) => [-0.04 - y, 1.04 - y],
  formulas: () => ({ entropy: "σ(z) − y", squared: "(σ(z) − y)·σ'(z)" }),
  show: signed,
};
const LOSS = {
  kind: "loss",
  label: "loss L",
  view: () => [-0.3, 8.3],
  formulas: (y) => ({ entropy: y === 1 ? "−ln σ(z)" : "−ln(1 − σ(z))", squared: "½(σ(z) − y)²" }),
  show: number,
};

/** sliders: of the three logits.  point: called with the z that is pointed at. */
export function pictures(sliders, point) {
  const titles = stack(TITLES.map(([views, ...rest]) => [views, title(...rest)]));
  const classes = shares();
  const overflow = big();
  const charts = [GRADIENT, LOSS].map((one) => curves({ ...one, tell: point }));
  const foot = html("div", { class: "bp-foot" });
  const logits = html("div", { class: "bp-logits" }, html("div", { class: "bp-head bp-value" }, "logits z"));
  logits.append(...sliders, foot);
  const panels = stack([
    [[CLASSES], classes.element],
    [[BIG], overflow.element],
  ]);
  const drawn = stack([
    [[CLASSES, BIG], html("div", { class: "bp-three" }, logits, panels.element)],
    [[OUTPUT], html("div", { class: "bp-one" }, ...charts.map(({ element }) => element))],
  ]);

  function update(now) {
    for (const one of [titles, panels, drawn]) one.show(now.view);
    classes.update(threeClasses(now), now.right);
    overflow.update(bigLogits(now));
    for (const chart of charts) chart.update(now);
    write(foot, pretty(`loss L = −ln p${now.right}`));
    foot.classList.toggle("bp-off", now.view === BIG);
  }
  return { titles: titles.element, element: drawn.element, update };
}

// What can be chosen: the view, and in each view its own numbers. The three logits stand in the picture.
import { choice } from "../common/choice.js";
import { slider } from "../common/controls.js";
import { html } from "../common/dom.js";
import { stack } from "../common/stack.js";

export const VIEWS = ["three classes", "yes or no", "big logits"];
export const [CLASSES, OUTPUT, BIG] = VIEWS;
const LOGITS = ["z1", "z2", "z3"];
const REACH = { min: -8, max: 8, step: 0.1 };

/** tell: called with the traits that change. */
export function controls(tell) {
  const views = choice({
    label: "view",
    options: VIEWS.map((view) => [view, view]),
    tell: (view) => tell({ view }),
  });
  const right = numbers("right class", [1, 2, 3], (k) => tell({ right: k }));
  const target = numbers("target y", [0, 1], (y) => tell({ target: y }));
  const logits = LOGITS.map((name) => slider({ name, ...REACH, tell: (z) => tell({ [name]: z }) }));
  const z = slider({ name: "z", label: "logit z", ...REACH, tell: (at) => tell({ z: at }) });
  const shift = slider({
    name: "c",
    label: "added to every logit: c",
    min: 0,
    max: 1000,
    step: 1,
    tell: (c) => tell({ shift: c }),
  });
  const own = stack([
    [[CLASSES], right.element],
    [[OUTPUT], html("div", { class: "bp-asked" }, target.element, z.element)],
    [[BIG], shift.element],
  ]);

  function update(now) {
    own.show(now.view);
    views.set(now.view);
    right.set(now.right);
    target.set(now.target);
    LOGITS.forEach((name, i) => logits[i].set(now[name]));
    z.set(now.z);
    shift.set(now.shift);
  }
  return { views: views.element, logits: logits.map(({ element }) => element), own: own.element, update };
}

function numbers(label, all, tell) {
  const strip = choice({
    label,
    options: all.map((k) => [String(k), String(k)]),
    tell: (text) => tell(Number(text)),
  });
  const element = html("div", { class: "bp-labelled" }, html("span", {}, label), strip.element);
  return { element, set: (k) => strip.set(String(k)) };
}

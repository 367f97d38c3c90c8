// A line for each arm: what it pays, and (p − onehot) × (R − b) = gradient → step → θ, in numbers.
import { slider } from "../common/controls.js";
import { html, write } from "../common/dom.js";
import { shortGradient } from "../common/short.js";
import { settled } from "./words.js";

const HEADS = [
  ["pays", "chance to pay 1"],
  ["paid", "drawn"],
  ["number bp-difference", "(p − onehot)"],
  ["number", "× (R − b)"],
  ["number bp-gradient", "= gradient"],
  ["both", ""],
  ["number bp-parameter-text", "step"],
  ["number bp-parameter-text", "logit θ"],
];

/** count: of the arms.  tell: called with an arm, from 0, and what it shall pay. */
export function rows(count, tell) {
  const lines = Array.from({ length: count }, (_, k) => line(k, (payout) => tell(k, payout)));
  const heads = HEADS.map(([kind, text]) => div(`head bp-${kind}`, text));
  const element = div("lines", div("line bp-heads", ...heads), ...lines.map((one) => one.element));

  /** learnt: of `learn`. */
  function update({ arms, rate }, { logits, p, pulls }) {
    const last = pulls.at(-1);
    lines.forEach((one, k) => {
      one.pays(arms[k]);
      one.update({ p: last?.p[k] ?? p[k], after: p[k], theta: logits[k] });
      one.draw(last && { ...last, k, rate });
    });
  }
  return { element, update };
}

function line(k, tell) {
  const pays = slider({
    name: `payout of arm ${k + 1}`,
    label: `arm ${k + 1}`,
    min: 0,
    max: 1,
    step: 0.05,
    tell,
  });
  const paid = div("paid");
  const [share, after, sent] = ["bar bp-share", "after", "bar bp-sent"].map((kind) => div(kind));
  const [p, onehot, advantage, gradient, step, theta] = [
    "value",
    "onehot",
    "advantage",
    "gradient",
    "parameter-text",
    "parameter-text",
  ].map((kind) => div(`number bp-${kind}`));
  const element = div(
    "line",
    div("pays", pays.element),
    paid,
    div("chance", div("track", share, after), p),
    onehot,
    advantage,
    gradient,
    div("track bp-both", sent),
    step,
    theta,
  );

  function update({ p: before, after: now, theta: logit }) {
    share.style.setProperty("--share", before);
    after.style.setProperty("--share", now);
    write(p, short(before).replace("+", ""));
    write(theta, short(logit).replace("+", ""));
  }

  // pull: of `learn`, with this line's number; undefined before the first one.
  function draw(pull) {
    const drawn = pull?.arm === k;
    element.classList.toggle("bp-drawn", drawn);
    paid.classList.toggle("bp-won", drawn && pull.reward === 1);
    write(paid, drawn ? `R = ${pull.reward}` : "");
    after.style.display = pull ? "" : "none";
    if (!pull) {
      for (const cell of [onehot, advantage, gradient, step]) write(cell, "");
      sent.style.setProperty("--share", 0);
      return;
    }
    const slope = pull.gradient[k];
    write(onehot, `− ${drawn ? 1 : 0}`);
    write(advantage, `× ${short(pull.reward - pull.baseline)}`);
    write(gradient, `= ${short(slope)}`);
    write(step, short(-pull.rate * slope));
    sent.style.setProperty("--share", Math.abs(slope));
    element.classList.toggle("bp-below", slope < 0);
  }
  return { element, pays: pays.set, update, draw };
}

const div = (kind, ...children) => html("div", { class: `bp-${kind}` }, ...children);
const short = (x) => shortGradient(settled(x));

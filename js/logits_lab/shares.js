// Three classes, a line each: p with its target as an outline, the equation p − y = δ, and δ as a signed bar of the
// same scale. Under them the loss.
import { html, write } from "../common/dom.js";
import { number, pretty, signed } from "../common/numbers.js";

const MOST_LOSS = 20; // the loss stays below 17, and its number stands behind its bar

export function shares() {
  const lines = [1, 2, 3].map(line);
  const bar = div("bar");
  const loss = div("missed-number");
  const element = div(
    "shares",
    div(
      "line bp-heads",
      div("head bp-value", "p = softmax(z)"),
      div("head bp-number bp-value", "p"),
      div("head bp-number", "− y"),
      div("head bp-number bp-gradient", "= δ"),
      div("head bp-sent bp-gradient", "sent back into each logit"),
    ),
    ...lines.map(({ element }) => element),
    div("line bp-scale", ticks([0, 1], 0, 1), div(""), div(""), div(""), ticks([-1, 0, 1], -1, 1)),
    div("missed", div("track", bar, loss), ticks([0, 5, 10, 15], 0, MOST_LOSS)),
  );
  element.setAttribute("role", "img");

  function update({ p, y, delta, loss: missed }, right) {
    lines.forEach(({ update: show }, i) => show(p[i], y[i], delta[i]));
    const share = missed / MOST_LOSS;
    bar.style.setProperty("--share", share);
    loss.style.setProperty("--share", share);
    write(loss, number(missed));
    element.setAttribute(
      "aria-label",
      pretty(
        `p = ${p.map(number).join(", ")}; y = ${y.join(", ")}; δ = ${delta.map(signed).join(", ")}; ` +
          `loss −ln p${right} = ${number(missed)}`,
      ),
    );
  }
  return { element, update };
}

function line(k) {
  const share = div("bar bp-share");
  const target = div("target");
  const gap = div("gap");
  const sent = div("bar bp-delta");
  const advice = div("advice");
  const [p, y, delta] = ["value", "target-number", "gradient"].map((kind) => div(`number bp-${kind}`));
  const element = div(
    "line",
    div("track bp-unit", share, target, gap),
    p,
    y,
    delta,
    div("track bp-both", sent, advice),
  );

  function update(now, wanted, gradient) {
    share.style.setProperty("--share", now);
    target.style.setProperty("--share", wanted);
    target.classList.toggle("bp-none", wanted === 0);
    gap.style.setProperty("--start", Math.min(now, wanted));
    gap.style.setProperty("--share", Math.abs(gradient));
    sent.style.setProperty("--share", Math.abs(gradient));
    element.classList.toggle("bp-below", gradient < 0);
    write(p, number(now));
    write(y, `− ${wanted}`);
    write(delta, `= ${signed(gradient)}`);
    write(advice, pretty(gradient < 0 ? `raise z${k}` : `lower z${k}`));
  }
  return { element, update };
}

const div = (kind, ...children) => html("div", kind === "" ? {} : { class: `bp-${kind}` }, ...children);

function ticks(numbers, from, to) {
  const marks = numbers.map((x) =>
    html("span", { style: `--share: ${(x - from) / (to - from)}` }, number(x)),
  );
  return div("ticks", ...marks);
}

// The target of the loss, and the nudge that raises it.
import { choice } from "../common/choice.js";
import { button, slider } from "../common/controls.js";
import { html, write } from "../common/dom.js";
import { MOST } from "./nudge.js";

export const MOST_NUDGES = 20;

/** target: called with a class, or null for the one that is read; epsilon: with a number.  nudge: called when pressed. */
export function nudging({ target, epsilon, nudge }) {
  const targets = choice({
    label: "target of the loss",
    options: [["", "as read"], ...[..."0123456789"].map((digit) => [digit, digit])],
    tell: (value) => target(value === "" ? null : Number(value)),
  });
  const size = slider({ name: "ε", min: 0, max: MOST, step: 0.005, tell: epsilon });
  const push = button({ text: "nudge", tell: nudge });
  push.classList.add("bp-push");
  const element = html(
    "div",
    { class: "bp-nudge" },
    html("div", { class: "bp-row" }, html("span", { class: "bp-label" }, "loss for"), targets.element),
    html("div", { class: "bp-row" }, size.element, push),
    html("div", { class: "bp-rule" }, "x ← clip(x + ε · sign(∂L/∂x), 0, 1)"),
  );

  function update(now) {
    targets.set(now.target === null ? "" : String(now.target));
    size.set(now.epsilon);
    write(push, now.nudges === 0 ? "nudge" : "nudge again");
    push.setAttribute("aria-disabled", now.nudges >= MOST_NUDGES);
  }
  return { element, update };
}

// Big logits: the naive softmax beside the stable one, step by step, a line for each class.
import { html, write } from "../common/dom.js";
import { number } from "../common/numbers.js";

export function big() {
  const lines = [line(), line(), line()];
  const [total, stableTotal] = [cell("value"), cell("value")];
  const name = div("name bp-of-stable");
  const verdict = div("verdict bp-of-naive");
  const element = div(
    "big",
    div("line bp-names", div(""), div("name bp-of-naive", "naive"), name),
    div(
      "line bp-heads",
      head("z + c"),
      head("exp(z + c)"),
      head("÷ sum = p"),
      head("z + c − m"),
      head("exp(…)"),
      head("÷ sum = p"),
    ),
    ...lines.map(({ element }) => element),
    div("line bp-sum", div("number", "sum"), total, cell(), cell(), stableTotal, cell()),
    div("line", verdict, div("verdict bp-of-stable", "the same p for every c")),
  );
  element.setAttribute("role", "img");

  function update({ shifted, largest, lowered, naive, stable }) {
    lines.forEach(({ update: show }, i) =>
      show(shifted[i], [naive.powers[i], naive.p[i]], [lowered[i], stable.powers[i], stable.p[i]]),
    );
    write(name, `stable: m = ${number(largest)} taken away`);
    write(total, held(naive.total));
    write(stableTotal, held(stable.total));
    const told = outcome(naive);
    write(verdict, told);
    element.classList.toggle("bp-failed", naive.total === Infinity);
    element.setAttribute(
      "aria-label",
      `naive p: ${naive.p.map(share).join(", ")}, ${told}; stable p: ${stable.p.map(share).join(", ")}`,
    );
  }
  return { element, update };
}

function line() {
  const [at, power, lowered, stablePower] = [cell(), cell("value"), cell(), cell("value")];
  const [naive, stable] = [result(), result()];
  const element = div("line", at, power, naive.element, lowered, stablePower, stable.element);

  function update(z, [naivePower, naiveShare], [lower, powerOfLower, stableShare]) {
    write(at, number(z));
    write(power, held(naivePower));
    write(lowered, number(lower));
    write(stablePower, held(powerOfLower));
    naive.update(naiveShare);
    stable.update(stableShare);
  }
  return { element, update };
}

function result() {
  const text = div("number bp-value");
  const bar = div("bar bp-share");
  const element = div("result", text, div("track", bar));
  return {
    element,
    update(p) {
      const none = Number.isNaN(p);
      element.classList.toggle("bp-no-value", none);
      bar.style.setProperty("--share", none ? 0 : p);
      write(text, share(p));
    },
  };
}

const div = (kind, ...children) => html("div", kind === "" ? {} : { class: `bp-${kind}` }, ...children);
const cell = (kind = "plain") => div(`number bp-${kind}`);
const head = (text) => div("head bp-number", text);

const held = (x) => (x === Infinity ? "∞" : number(x));
const share = (p) => (Number.isNaN(p) ? "no value" : number(p));

function outcome({ powers, total }) {
  if (powers.includes(Infinity)) return "overflow: ∞/∞ has no value";
  return total === Infinity ? "the sum overflows: all p = 0" : "agrees, so far";
}

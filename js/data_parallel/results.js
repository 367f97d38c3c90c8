// What comes out: the mean of the means, the sum of all sums ÷ 12, the full batch; or how far the copies are apart.
import { html, write } from "../common/dom.js";
import { number, pretty } from "../common/numbers.js";
import { arrowBox } from "./arrow.js";
import { SAMPLES } from "./batch.js";
import { numbers } from "./cards.js";

const SAME = 1e-12; // what adding in another order may change

export function results() {
  const heading = html("div", { class: "bp-heading" });
  const means = card("mean of the means");
  const sums = card(`sum of all sums ÷ ${SAMPLES}`);
  const full = card("full batch, one machine");
  const averages = html("div", { class: "bp-results" }, means.element, sums.element, full.element);
  const away = skipped();
  const element = html("div", { class: "bp-reduce" }, heading, html("div", {}, averages, away.element));

  /** rim: of `longest`, the scale of the arrows. */
  function update({ sends, together }, now, rim) {
    averages.classList.toggle("bp-away", !together);
    away.element.classList.toggle("bp-away", together);
    write(
      heading,
      together ? "After the all-reduce: two rules, and what they should give" : "The all-reduce is skipped",
    );
    away.update(now.spread);
    if (!together) return;
    const names = now.shards.map((_, k) => `g${k + 1}`);
    const weighed = now.shards.map(({ count }, k) => `${count}·${names[k]}`);
    const meansSent = sends === "means";
    means.update(
      now.averaged,
      now.full,
      rim,
      `${added(names)} ÷ ${names.length}`,
      compared(now.averaged, now.full),
    );
    sums.update(
      now.weighted,
      now.full,
      rim,
      `${added(weighed)} ÷ ${SAMPLES}`,
      compared(now.weighted, now.full),
    );
    full.update(now.full, now.full, rim, `mean over ${SAMPLES} samples`, { verdict: "the reference" });
    means.choose(meansSent && now.averaged !== null);
    sums.choose(!meansSent);
  }
  return { element, update };
}

function card(name) {
  const how = html("div", { class: "bp-how" });
  const arrow = arrowBox(56);
  const entries = numbers();
  const verdict = html("span");
  const used = html("span", { class: "bp-used" });
  const element = html(
    "div",
    { class: "bp-card" },
    html("div", { class: "bp-card-name" }, html("b", {}, name)),
    how,
    html("div", { class: "bp-card-body" }, arrow.element, entries.element),
    html("div", { class: "bp-verdict" }, verdict, used),
  );

  function update(gradient, full, rim, formula, { verdict: told, off = false }) {
    write(how, pretty(formula));
    arrow.update(gradient, rim, full);
    entries.update(gradient, "no", "result");
    write(verdict, told);
    element.classList.toggle("bp-off", off);
  }
  /** Whether this is what the workers step by. */
  function choose(chosen) {
    write(used, chosen ? "→ step" : "");
    element.classList.toggle("bp-chosen", chosen);
  }
  return { element, update, choose };
}

function compared(gradient, full) {
  if (gradient === null) return { verdict: "0 ÷ 0 in the sum", off: true };
  const off = Math.hypot(gradient[0] - full[0], gradient[1] - full[1]);
  return off < SAME ? { verdict: "✓ the same" } : { verdict: `off by ${number(off)}`, off: true };
}

// Four products have no room.
function added(terms) {
  if (terms.length === 1) return terms[0];
  const shown = terms.length > 3 && terms[0].includes("·") ? [terms[0], "…", terms.at(-1)] : terms;
  return `(${shown.join(" + ")})`;
}

function skipped() {
  const [w, b] = [html("b"), html("b")];
  const element = html(
    "div",
    { class: "bp-skipped" },
    html("div", {}, "Nothing is exchanged: each worker steps along its own gradient."),
    html(
      "div",
      { class: "bp-spread" },
      html("span", {}, "largest difference between two copies"),
      html("span", {}, "in w ", w),
      html("span", {}, "in b ", b),
    ),
  );
  function update(spread) {
    write(w, number(spread[0]));
    write(b, number(spread[1]));
  }
  return { element, update };
}

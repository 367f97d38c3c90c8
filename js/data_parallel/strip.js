// The batch: how much each sample counts in the result, its gradient, and whose it is.
import { html, write } from "../common/dom.js";
import { centredArrow, longest } from "./arrow.js";
import { MOST_WORKERS, SAMPLES, ownerOf, sampleGradient } from "./batch.js";
import { borders } from "./borders.js";
import { who } from "./words.js";

const TALLEST = 6 / SAMPLES; // two workers, one of them with a single sample
const FAIR = 1 / SAMPLES / TALLEST; // where 1/12 is, as a share of the height

/** samples: { x, y }.  move: called with the borders that the reader wants. */
export function strip(samples, move) {
  const numbers = Array.from({ length: SAMPLES }, (_, i) => i);
  const heading = html("div", { class: "bp-heading" });
  const hint = html("span", { class: "bp-hint", "aria-hidden": "true" });
  const bars = numbers.map(() => html("div", { class: "bp-bar" }));
  const fractions = workers(() => html("span", { class: "bp-fraction" }));
  const nothing = html("div", { class: "bp-nothing" });
  const chart = html(
    "div",
    { class: "bp-bars" },
    ...bars,
    html("div", { class: "bp-fair" }),
    ...fractions,
    nothing,
  );
  const arrows = numbers.map(() => centredArrow(36));
  const cells = arrows.map(({ element }) => html("div", { class: "bp-sample" }, element));
  const owners = workers((k) =>
    html(
      "div",
      { class: `bp-owner bp-worker-${k + 1}` },
      html("span", {}, html("i", {}, "worker "), String(k + 1)),
    ),
  );
  const lanes = html(
    "div",
    { class: "bp-lanes" },
    chart,
    html("div", { class: "bp-cells" }, ...cells),
    html("div", { class: "bp-owners" }, ...owners),
  );
  const cuts = borders(lanes, move);
  lanes.append(...cuts.elements);
  const laneNames = html(
    "div",
    { class: "bp-lane-names", "aria-hidden": "true" },
    html("span", { class: "bp-fair-name" }, `1/${SAMPLES}`),
    html("span", { class: "bp-cells-name" }, "gradient"),
    html("span", { class: "bp-owners-name" }, "is with"),
  );
  const element = html(
    "div",
    { class: "bp-strip", role: "group" },
    html("div", { class: "bp-strip-head" }, heading, hint),
    html("div", { class: "bp-strip-body" }, laneNames, lanes),
  );

  function update(state, now) {
    const { shards, copies } = now;
    const why = missing(state, now);
    write(heading, HEADINGS[state.sends]);
    write(hint, shards.length > 1 ? "drag the borders" : "");
    write(nothing, why);
    const fraction = (shard) => (state.sends === "sums" ? SAMPLES : shards.length * shard.count);
    const gradients = numbers.map((i) => sampleGradient(copies[ownerOf(shards, i)], samples, i));
    const rim = longest(gradients);
    numbers.forEach((i) => {
      const k = ownerOf(shards, i);
      const share = why ? 0 : 1 / fraction(shards[k]) / TALLEST;
      bars[i].className = `bp-bar bp-worker-${k + 1}`;
      bars[i].style.height = `${100 * share}%`;
      arrows[i].update(gradients[i], rim);
    });
    owners.forEach((owner, k) => {
      const shard = shards[k];
      const shown = shard !== undefined && shard.count > 0;
      owner.hidden = !shown;
      fractions[k].hidden = !shown || why !== "";
      if (!shown) return;
      owner.style.left = percent(shard.first);
      owner.style.width = percent(shard.count);
      owner.classList.toggle("bp-single", shard.count === 1);
      fractions[k].style.left = percent((shard.first + shard.last) / 2);
      fractions[k].style.bottom = `${100 * Math.max(1 / fraction(shard) / TALLEST, FAIR)}%`;
      write(fractions[k], `1/${fraction(shard)}`);
    });
    element.classList.toggle("bp-idle", why !== "");
    cuts.update(shards);
    element.setAttribute("aria-label", `the batch: ${inWords(shards, why, fraction)}`);
  }
  return { element, update };
}

const HEADINGS = {
  means: "How much each sample counts in the mean of the means",
  sums: "How much each sample counts in the sum of all sums ÷ 12",
};

// Why there is no result in which the samples could count; "" where there is one.
function missing({ together, sends }, { shards }) {
  if (!together) return shards.length > 1 ? "no all-reduce, so there is no common result" : "";
  const empty = shards.flatMap(({ count }, k) => (count === 0 ? [k + 1] : []));
  if (sends === "sums" || empty.length === 0) return "";
  return `no result: ${who(empty, "has", "have")} no mean`;
}

function inWords(shards, why, fraction) {
  const each = shards.map((shard, k) => {
    const counts = why || shard.count === 0 ? "" : `, each counts 1/${fraction(shard)}`;
    return `worker ${k + 1} has ${shard.count}${counts}`;
  });
  return [...each, ...(why ? [why] : [])].join("; ");
}

const workers = (make) => Array.from({ length: MOST_WORKERS }, (_, k) => make(k));
const percent = (samples) => `${(100 * samples) / SAMPLES}%`;

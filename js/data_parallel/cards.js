// One card a worker: its mean gradient, what it sends, and its copy of the parameters.
import { html, write } from "../common/dom.js";
import { pretty } from "../common/numbers.js";
import { shortGradient } from "../common/short.js";
import { arrowBox } from "./arrow.js";
import { MOST_WORKERS, SAMPLES } from "./batch.js";
import { framedMark } from "./marks.js";

export function cards() {
  const all = Array.from({ length: MOST_WORKERS }, (_, k) => card(k));
  const element = html("div", { class: "bp-cards" }, ...all.map((one) => one.element));

  /** rim: of `longest`, the scale of the arrows. */
  function update(state, now, rim) {
    element.style.setProperty("--bp-workers", now.shards.length);
    all.forEach((one, k) => {
      one.element.hidden = k >= now.shards.length;
      if (!one.element.hidden) one.update(state, now, rim);
    });
  }
  return { element, update };
}

function card(k) {
  const count = html("span");
  const arrow = arrowBox(56);
  const entries = numbers();
  const sent = html("div", { class: "bp-sent" });
  const [w, b] = [html("span"), html("span")];
  const element = html(
    "div",
    { class: "bp-card" },
    html(
      "div",
      { class: "bp-card-name" },
      framedMark(k),
      html("b", {}, `worker ${k + 1}`),
      html("span", { class: "bp-count" }, count, html("span", { class: "bp-of" }, ` of ${SAMPLES}`)),
    ),
    html("div", { class: "bp-card-body" }, arrow.element, entries.element),
    sent,
    html("div", { class: "bp-copy" }, w, b),
  );

  function update({ sends, together }, { shards, gradients, copies }, rim) {
    const [shard, gradient, copy] = [shards[k], gradients[k], copies[k]];
    write(count, String(shard.count));
    arrow.update(gradient, rim);
    entries.update(gradient, "no mean", "0 ÷ 0");
    write(sent, pretty(sending(together, sends, shard.count, k + 1)));
    write(w, `w ${fixed(copy[0])}`);
    write(b, `b ${fixed(copy[1])}`);
  }
  return { element, update };
}

function sending(together, sends, count, worker) {
  if (!together) return count === 0 ? "stays where it is" : `follows g${worker}`;
  if (sends === "sums") return count === 0 ? "sends 0" : `sends ${count === 1 ? "" : `${count}·`}g${worker}`;
  return count === 0 ? "sends nothing" : `sends g${worker}`;
}

/** The two entries of a gradient under each other; `update(null, …)` shows the two words instead. */
export function numbers() {
  const rows = ["dw", "db"].map((name) => ({ name: html("span"), number: html("b"), is: name }));
  const element = html(
    "div",
    { class: "bp-entries" },
    ...rows.map(({ name, number }) => html("div", {}, name, number)),
  );
  function update(gradient, ...instead) {
    element.classList.toggle("bp-missing", gradient === null);
    rows.forEach(({ name, number, is }, k) => {
      write(name, gradient === null ? instead[k] : is);
      write(number, gradient === null ? "" : shortGradient(gradient[k]));
    });
  }
  return { element, update };
}

const fixed = (x) =>
  x
    .toFixed(3)
    .replace("-", "−")
    .replace(/^−(0\.000)$/, "$1");

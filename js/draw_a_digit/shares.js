// What the network says: a bar for each class, the likeliest marked, and the class whose loss it is.
import { html, write } from "../common/dom.js";
import { number } from "../common/numbers.js";
import { set } from "./picture.js";
import { chance } from "./words.js";

const VISIBLE = 0.005; // of a bar: a mark at its beginning would say nothing

export function shares() {
  const lines = [...Array(10).keys()].map((digit) => {
    const [bar, tick] = [html("span", { class: "bp-bar" }), html("span", { class: "bp-tick" })];
    const [p, z] = [html("span", { class: "bp-p" }), html("span", { class: "bp-z" })];
    const track = html("span", { class: "bp-track" }, bar, tick);
    const row = html(
      "div",
      { class: "bp-share" },
      html("span", { class: "bp-digit" }, String(digit)),
      track,
      p,
      z,
    );
    return { row, bar, tick, p, z };
  });
  const loss = html("span", { class: "bp-loss-number" });
  const bars = html("div", { class: "bp-bars", role: "img" }, ...lines.map(({ row }) => row));
  const element = html("div", { class: "bp-shares" }, bars, html("div", { class: "bp-foot" }, loss));

  /** now: from `network.at`.  before: p as drawn, or null where nothing was nudged. */
  function update(now, read, target, before) {
    lines.forEach(({ row, bar, tick, p, z }, k) => {
      set(row, "class", `bp-share${k === read ? " bp-read" : ""}${k === target ? " bp-target" : ""}`);
      bar.style.width = `${100 * now.p[k]}%`;
      const marked = before !== null && before[k] >= VISIBLE;
      tick.toggleAttribute("hidden", !marked);
      if (marked) tick.style.left = `${100 * before[k]}%`;
      write(p, now.p[k] < 0.0005 ? "< 0.001" : chance(now.p[k]));
      write(z, number(Number(now.logits[k].toFixed(2))));
    });
    const told = Array.from(now.p, (share, k) => `${k}: ${chance(share)}`).join(", ");
    set(bars, "aria-label", `probabilities of the digits, ${told}; ${read} is read`);
    write(loss, `L = −ln p(${target}) = ${number(now.loss)}`);
  }
  return { element, update };
}

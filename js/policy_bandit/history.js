// All pulls so far: how probable each arm became, and what was earned beside what the best arm pays.
import { area, line } from "d3-shape";
import { html, svg } from "../common/dom.js";
import { number } from "../common/numbers.js";
import { plot } from "./plot.js";

const REACHES = [20, 50, 100, 200, 500, 1000]; // how many pulls the axis may show

/** count: of the arms. */
export function history(count) {
  const bands = Array.from({ length: count }, (_, k) => svg("path", { class: `bp-band bp-arm-${k + 1}` }));
  const chances = plot({ name: "probability p of each arm", across: "pulls", parts: bands, ends: count });
  const best = svg("path", { class: "bp-best" });
  const missed = svg("path", { class: "bp-missed" });
  const mean = svg("path", { class: "bp-mean" });
  const rewards = plot({
    name: "reward a pull, mean so far",
    across: "pulls",
    parts: [missed, best, mean],
    ends: 2,
  });
  const element = html("div", { class: "bp-history" }, chances.element, rewards.element);

  /** learnt: of `learn`. */
  function update({ arms }, { p, pulls }) {
    const reach = REACHES.find((most) => pulls.length <= most);
    const x = (n) => n / reach;
    const marks = [0, 0.5, 1].map((share) => [String(reach * share), share]);
    for (const one of [chances, rewards]) one.axis(marks);
    drawChances([...pulls.map((pull) => pull.p), p], x);
    drawRewards(pulls, Math.max(...arms), x);
  }

  // Stacked, the first arm on top, as in the lines above.
  function drawChances(all, x) {
    const above = (p, k) => p.slice(0, k).reduce((sum, share) => sum + share, 0);
    const now = all.at(-1);
    const end = x(all.length - 1);
    const points = [...all, now].map((p, n) => [n === all.length ? end + 0.012 : x(n), p]); // seen from the first
    bands.forEach((band, k) => {
      const shape = area(
        ([at]) => at,
        ([, p]) => above(p, k + 1),
        ([, p]) => above(p, k),
      ).digits(5);
      band.setAttribute("d", shape(points));
    });
    const named = now.map((share, k) => [`arm ${k + 1}: ${percent(share)}`, end, above(now, k) + share / 2]);
    chances.nameEnds(named);
    chances.tell(
      `probability of each arm after ${all.length - 1} pulls: ${now.map((share, k) => `arm ${k + 1} ${number(share)}`).join(", ")}`,
    );
  }

  function drawRewards(pulls, most, x) {
    const at = (_, k) => x(k + 1);
    const height = ({ mean: earned }) => 1 - earned;
    best.setAttribute("d", `M0 ${1 - most}H1`);
    mean.setAttribute("d", line(at, height).digits(5)(pulls) ?? "");
    const under = area(at, 1 - most, (pull) => Math.max(1 - most, height(pull))).digits(5);
    missed.setAttribute("d", under(pulls) ?? "");
    const last = pulls.at(-1);
    rewards.nameEnds([
      [`best ${number(most)}`, 1, 1 - most],
      ...(last ? [[`mean ${percent(last.mean)}`, x(pulls.length), height(last)]] : []),
    ]);
    rewards.tell(
      last
        ? `mean reward after ${pulls.length} pulls: ${number(last.mean)}; the best arm pays ${number(most)}`
        : `mean reward: no pull yet; the best arm pays ${number(most)}`,
    );
  }
  return { element, update };
}

const percent = (share) => share.toFixed(3);

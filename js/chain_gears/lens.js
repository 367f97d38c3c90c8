// A stage under a lens: its curve within 2 of the number that enters, both axes alike, so that 45° is a slope of 1.
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { svg } from "../common/dom.js";
import { run } from "./chain.js";

const SIDE = 56;
const REACH = 2;
const FAR = 1e4;
const POINTS = 49;

export function lens() {
  const across = scaleLinear([-REACH, REACH], [0, SIDE]);
  const up = scaleLinear([-REACH, REACH], [SIDE, 0]);
  const draw = line(
    ([dx]) => across(dx),
    ([, dy]) => up(Math.max(-FAR, Math.min(FAR, dy))),
  ).defined(([, dy]) => !Number.isNaN(dy));
  const curve = svg("path", { class: "bp-curve" });
  const tangent = svg("path", { class: "bp-tangent" });
  const element = svg(
    "svg",
    { class: "bp-lens", viewBox: `0 0 ${SIDE} ${SIDE}`, "aria-hidden": "true" },
    svg("path", { class: "bp-cross", d: `M0 ${SIDE / 2}H${SIDE}M${SIDE / 2} 0V${SIDE}` }),
    curve,
    tangent,
    svg("circle", { class: "bp-here", cx: SIDE / 2, cy: SIDE / 2, r: 3.5 }),
  );

  /** stages, weights: the chain.  k: which stage.  x, y, slope: what enters it, leaves it, and its slope. */
  function update({ stages, weights }, k, x, y, slope) {
    const alone = { stages: stages.slice(0, k + 1), weights };
    const points = Array.from({ length: POINTS }, (_, i) => {
      const dx = REACH * ((2 * i) / (POINTS - 1) - 1);
      return [dx, run(alone, x + dx, k).values[1] - y];
    });
    curve.setAttribute("d", draw(points) ?? "");
    const length = 1.15 / Math.hypot(1, slope); // as long at every slope
    const along = [-length, length].map((dx) => [dx, slope * dx]);
    tangent.setAttribute("d", draw(along) ?? "");
  }

  return { element, update };
}

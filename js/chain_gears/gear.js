// One gear of eight teeth: a rate of 1 turns it by one tooth, clockwise where the rate is positive.
import { arc } from "d3-shape";
import { svg, write } from "../common/dom.js";

const TEETH = 8;
const TOOTH = 360 / TEETH;
const wedge = arc().innerRadius(0).outerRadius(18).startAngle(0);

/** update({ rate, measured }): the turn that the slopes predict; the turn that was measured, or null. */
export function gear() {
  const told = svg("path", { class: "bp-told" });
  const hand = svg("path", { class: "bp-hand", d: "M0 0V-19" });
  const body = svg(
    "g",
    { class: "bp-turning" },
    svg("path", { class: "bp-wheel", d: outline() }),
    svg("path", { class: "bp-mark", d: "M0 0V-25.5" }),
  );
  const turns = svg("text", { class: "bp-turns", y: 14 });
  const element = svg(
    "svg",
    { class: "bp-gear", viewBox: "-30 -30 60 60", "aria-hidden": "true" },
    body,
    told,
    hand,
    svg("circle", { class: "bp-axle", r: 2.5 }),
    turns,
  );

  function update({ rate, measured }) {
    const angle = Number.isFinite(rate) ? rate * TOOTH : 0;
    const whole = Math.trunc(Math.abs(angle) / 360);
    const shown = whole > 0 ? 2 * Math.PI : (angle * Math.PI) / 180;
    told.setAttribute("d", wedge({ endAngle: shown }));
    hand.setAttribute("transform", `rotate(${angle % 360})`);
    body.style.transform = `rotate(${Number.isFinite(measured) ? (measured * TOOTH) % 360 : 0}deg)`;
    element.classList.toggle("bp-moved", measured !== null);
    write(turns, whole === 0 ? "" : whole === 1 ? "1 turn +" : whole < 100 ? `${whole} turns` : "many");
  }

  return { element, update };
}

function outline() {
  const at = (radius, degrees) => {
    const angle = (degrees * Math.PI) / 180;
    return `${(radius * Math.sin(angle)).toFixed(2)} ${(-radius * Math.cos(angle)).toFixed(2)}`;
  };
  const corners = Array.from({ length: TEETH }, (_, k) => k * TOOTH).flatMap((middle) => [
    at(23, middle - 14),
    at(28, middle - 8),
    at(28, middle + 8),
    at(23, middle + 14),
  ]);
  return `M${corners.join("L")}Z`;
}

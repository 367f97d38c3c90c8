// One knob's gradient: a bar to the right for +, to the left for −, and in words which way to turn.
import { scaleLinear } from "d3-scale";
import { html, svg, write } from "../common/dom.js";
import { signed } from "../common/numbers.js";

const MOST = 24; // a larger gradient leaves the picture; its number is always there
const x = scaleLinear().domain([-MOST, MOST]).range([30, 70]).clamp(true);

export function blame() {
  const bar = svg("rect", { class: "bp-bar", y: 9, height: 22, rx: 2 });
  const text = svg("text", { class: "bp-gradient", y: 25 });
  const zero = svg("line", { class: "bp-zero", x1: "50%", x2: "50%", y1: 3, y2: 37 });
  const words = html("div", { class: "bp-turn" });
  const drawing = svg("svg", { width: "100%", height: 38, "aria-hidden": "true" }, bar, text, zero);
  const number = html("span", { class: "bp-hidden" });
  const element = html("div", { class: "bp-blame" }, drawing, number, words);

  /** most: whether this knob is the one most to blame. */
  function update(gradient, most) {
    const end = x(gradient);
    bar.setAttribute("x", `${Math.min(50, end)}%`);
    bar.setAttribute("width", `${Math.abs(end - 50)}%`);
    text.setAttribute("x", `${end}%`);
    text.setAttribute("dx", gradient < 0 ? -7 : 7);
    text.setAttribute("text-anchor", gradient < 0 ? "end" : "start");
    const short = signed(Number(gradient.toPrecision(3)));
    const larger = Math.abs(gradient) > MOST;
    write(text, larger ? (gradient < 0 ? `«${short}` : `${short}»`) : short);
    write(number, signed(gradient));
    const way = gradient > 0 ? "↓ turn down" : gradient < 0 ? "↑ turn up" : "changes nothing";
    write(words, most ? `${way} · most to blame` : way);
    element.classList.toggle("bp-most", most);
  }
  return { element, update };
}

// Two curves over the logit z, for cross-entropy and for half the squared error, each with a dot at the present z.
import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { select } from "d3-selection";
import { line } from "d3-shape";
import { html, svg, write } from "../common/dom.js";
import { number } from "../common/numbers.js";
import { follow } from "../common/pointer.js";
import { yesOrNo } from "./losses.js";

const FARTHEST = 8;
const POINTS = Array.from({ length: 161 }, (_, k) => k / 10 - FARTHEST);
const SIZE = { height: 206, left: 40, right: 12, top: 8, bottom: 36 };
const KINDS = ["entropy", "squared"];
const NAMES = { entropy: "cross-entropy", squared: "½ squared error" };

/**
 * kind: "loss" or "gradient", its colour and what is drawn.  view: target → the lowest and the highest number.
 * formulas: target → { entropy, squared }.  show: number → text.  tell: called with the z that is pointed at.
 */
export function curves({ kind, label, view, formulas, show, tell }) {
  const x = scaleLinear([-FARTHEST, FARTHEST], [0, 1]);
  const y = scaleLinear();
  const bottom = SIZE.height - SIZE.bottom;
  const across = svg("g", { class: "bp-axis", transform: `translate(0 ${bottom})` });
  const up = svg("g", { class: "bp-axis", transform: `translate(${SIZE.left} 0)` });
  const zero = svg("line", { class: "bp-zero", x1: SIZE.left });
  const mark = svg("line", { class: "bp-mark", y1: SIZE.top, y2: bottom });
  const name = svg("text", { class: "bp-axis-name", y: SIZE.height - 4, "text-anchor": "middle" }, "logit z");
  const lines = pair((one) => svg("path", { class: `bp-curve bp-of-${one}` }));
  const dots = pair((one) => svg("circle", { class: `bp-dot bp-of-${one}`, r: 5.5 }));
  const ground = svg("rect", { class: "bp-reach", x: SIZE.left, y: SIZE.top, height: bottom - SIZE.top });
  const drawing = svg(
    "svg",
    { height: SIZE.height, role: "img" },
    across,
    up,
    zero,
    mark,
    lines.squared,
    lines.entropy,
    dots.squared,
    dots.entropy,
    name,
    ground,
  );
  const told = pair((one) => reading(one));
  const element = html(
    "div",
    { class: `bp-curves bp-of-${kind}` },
    html("div", { class: "bp-head" }, label),
    told.entropy.element,
    told.squared.element,
    drawing,
  );
  let drawn = "";
  follow(ground, ([at]) => tell(x.invert(at)));

  function update({ z, target }) {
    const width = element.clientWidth || 400; // not on the page yet, or in a closed tab
    if (drawn !== `${width} ${target}`) draw(width, target);
    drawn = `${width} ${target}`;
    const now = yesOrNo({ z, target });
    const formula = formulas(target);
    for (const end of ["x1", "x2"]) mark.setAttribute(end, x(z));
    for (const one of KINDS) {
      dots[one].setAttribute("cx", x(z));
      dots[one].setAttribute("cy", y(now[one][kind]));
      told[one].update(formula[one], show(now[one][kind]));
    }
    const said = KINDS.map((one) => `${NAMES[one]} ${show(now[one][kind])}`).join(", ");
    drawing.setAttribute("aria-label", `${label}, from z = −8 to 8; at z = ${number(z)}: ${said}`);
  }

  function draw(width, target) {
    const right = width - SIZE.right;
    x.range([SIZE.left, right]);
    y.domain(view(target)).range([bottom, SIZE.top]);
    drawing.setAttribute("width", width);
    drawing.setAttribute("viewBox", `0 0 ${width} ${SIZE.height}`);
    ground.setAttribute("width", right - SIZE.left);
    name.setAttribute("x", (SIZE.left + right) / 2);
    zero.setAttribute("x2", right);
    for (const end of ["y1", "y2"]) zero.setAttribute(end, y(0));
    select(across).call(axisBottom(x).tickValues([-8, -4, 0, 4, 8]).tickFormat(number).tickSizeOuter(0));
    select(up).call(
      axisLeft(y)
        .ticks(5)
        .tickFormat(number)
        .tickSize(SIZE.left - right)
        .tickSizeOuter(0)
        .tickPadding(7),
    );
    for (const one of KINDS) {
      const path = line(x, (z) => y(yesOrNo({ z, target })[one][kind]));
      lines[one].setAttribute("d", path(POINTS));
    }
  }
  return { element, update };
}

function reading(one) {
  const formula = html("span", { class: "bp-formula" });
  const result = html("span", { class: "bp-result-number" });
  const sample = svg("svg", { class: "bp-sample", width: 26, height: 12, "aria-hidden": "true" });
  sample.append(svg("path", { class: `bp-curve bp-of-${one}`, d: "M1 6H25" }));
  const element = html("div", { class: "bp-reading" }, sample, html("span", {}, NAMES[one]), formula, result);
  return {
    element,
    update(text, shown) {
      write(formula, text);
      write(result, shown);
    },
  };
}

const pair = (make) => Object.fromEntries(KINDS.map((one) => [one, make(one)]));

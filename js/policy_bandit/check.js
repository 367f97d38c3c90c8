// The policy held still: for each logit the exact gradient, and the mean of more and more samples, without a baseline
// and with it.
import { area, line } from "d3-shape";
import { html, svg, write } from "../common/dom.js";
import { number, pretty, signed } from "../common/numbers.js";
import { powerOfTen, shortGradient } from "../common/short.js";
import { BASELINES, settled } from "./words.js";

const DECADES = [3, 4]; // 10³ or 10⁴ pulls without learning
const REACHES = [0.02, 0.05, 0.1, 0.2, 0.5, 1]; // of the gradient, up and down

/** count: of the arms. */
export function check(count) {
  const lines = Array.from({ length: count }, (_, k) => logit(k));
  const heads = BASELINES.map((name) => div("head bp-funnel-name", `mean with ${name}`));
  const axes = BASELINES.map(() => div("funnel-axis"));
  const spreads = BASELINES.map(() => spread());
  const element = div(
    "check",
    div(
      "check-line bp-heads",
      div("head", "held policy"),
      div("head bp-gradient", "exact gradient"),
      div(""),
      ...heads,
    ),
    ...lines.map((one) => one.element),
    div("check-line bp-foot", div("across", "pulls without learning"), ...axes),
    div(
      "check-line bp-spreads",
      div("head", "variance of one pull (measured)"),
      ...spreads.map((one) => one.element),
    ),
  );
  element.style.setProperty("--arms", count);
  let decades = 0;

  /** found: the exact and the sampled means and variances, of index.js. */
  function update({ arms, p, count: pulls, expected, exact, variances, samples }) {
    const far = DECADES.find((most) => pulls <= 10 ** most);
    if (far !== decades) axes.forEach((axis) => axis.replaceChildren(...ticks(far)));
    decades = far;
    const high = Math.max(...exact.map(Math.abs), ...variances.flat().map((v) => Math.sqrt(v)));
    const reach = REACHES.find((most) => high <= most);
    write(heads[1], `mean with b = V = ${expected.toFixed(3)}`);
    lines.forEach((one, k) =>
      one.update({ payout: arms[k], p: p[k], exact: exact[k], variances, samples, far, reach }),
    );
    const totals = variances.map((all) => settled(all.reduce((sum, v) => sum + v, 0)));
    spreads.forEach((one, i) => one.update(totals[i], Math.max(...totals), pulls > 1 && samples[i].variance));
  }
  return { element, update };
}

function logit(k) {
  const [pays, chance, advice] = [div("about"), div("about"), div("about")];
  const exact = div("exact-number bp-gradient");
  const levels = ["high", "middle", "low"].map((place) => div(`level-${place}`));
  const funnels = BASELINES.map(funnel);
  const element = div(
    "check-line",
    div("arm", div("arm-name", `arm ${k + 1}`), pays, chance),
    div("exact", exact, advice),
    div("levels", ...levels),
    ...funnels.map((one) => one.element),
  );

  function update({ payout, p, exact: truth, variances, samples, far, reach }) {
    write(pays, `pays ${number(payout)}`);
    write(chance, `p = ${p.toFixed(3)}`);
    write(exact, signed(settled(truth)));
    write(advice, pretty(told(settled(truth), `θ${k + 1}`)));
    [reach, 0, -reach].forEach((level, i) => write(levels[i], signed(level)));
    funnels.forEach((one, i) => {
      const means = samples[i].means.map(([n, all]) => [n, all[k]]);
      one.update({ truth, deviation: Math.sqrt(variances[i][k]), means, far, reach });
    });
  }
  return { element, update };
}

const told = (slope, name) => (slope === 0 ? `leave ${name}` : `${slope < 0 ? "raise" : "lower"} ${name}`);

// The mean of n samples strays from the truth by σ/√n: the band.
function funnel() {
  const [zero, band, exact, mean] = ["zero", "stray", "truth", "sampled"].map((kind) =>
    svg("path", { class: `bp-${kind}` }),
  );
  const picture = svg("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none" }, zero, band, exact, mean);
  const now = div("mean-number bp-gradient");
  const element = div("funnel", picture, now);
  zero.setAttribute("d", "M0 0.5H1");

  function update({ truth, deviation, means, far, reach }) {
    const x = (n) => Math.log10(n) / far;
    const y = (slope) => 0.5 - slope / (2 * reach);
    const counts = Array.from({ length: 10 * far + 1 }, (_, k) => 10 ** (k / 10));
    const stray = area(
      x,
      (n) => y(truth - deviation / Math.sqrt(n)),
      (n) => y(truth + deviation / Math.sqrt(n)),
    ).digits(5);
    band.setAttribute("d", stray(counts));
    exact.setAttribute("d", `M0 ${y(truth)}H1`);
    const path = line(
      ([n]) => x(n),
      ([, slope]) => y(slope),
    ).digits(5);
    mean.setAttribute("d", path(means) ?? "");
    write(now, means.length > 0 ? short(means.at(-1)[1]) : "");
  }
  return { element, update };
}

function spread() {
  const bar = div("bar");
  const text = div("spread-text");
  return {
    element: div("spread", div("track", bar), text),
    update(exact, most, measured) {
      bar.style.setProperty("--share", most > 0 ? exact / most : 0);
      write(text, `${number(exact)}${measured === false ? "" : ` (${number(settled(measured))})`}`);
    },
  };
}

const ticks = (far) =>
  Array.from({ length: far + 1 }, (_, k) => html("span", { style: `--x: ${k / far}` }, powerOfTen(k)));
const div = (kind, ...children) => html("div", kind === "" ? {} : { class: `bp-${kind}` }, ...children);
const short = (x) => shortGradient(settled(x));

// The numbers under the picture, in one sentence: backprop_lib/explorables/optimiser_race/widget.py writes the same.
import { number } from "../common/numbers.js";
import { criticalRates, isOut, isOutside } from "./runners.js";
import { SURFACES } from "./surfaces.js";

/** paths: runner → its path, of those that are shown. Returns { head, runners: [[where, last step]], remark }. */
export function describe(state, paths) {
  const { surface, point, condition, rate, step } = state;
  const first = number(SURFACES[surface].loss(...point, condition));
  if (state.runners.length === 0)
    return {
      head: `nobody runs: switch a runner on; all would begin at L = ${first}`,
      runners: [],
      remark: "",
    };
  const remark = REMARKS[surface](state);
  if (step === 0) return { head: `before the first step L = ${first}`, runners: [], remark };
  const steps = step === 1 ? "1 step" : `${step} steps`;
  return {
    head: `after ${steps} with η = ${number(rate)}, from L = ${first}`,
    runners: state.runners.map((runner) => tell(runner, paths[runner])),
    remark,
  };
}

/** The same as one text. */
export function sentence({ head, runners, remark }) {
  const told = runners.map(([where, last]) => `${where} (${last})`).join(", ");
  return [told ? `${head}: ${told}` : head, remark].filter(Boolean).join("; ");
}

function tell(runner, path) {
  const [before, last] = path.slice(-2);
  if (isOut(last)) return [`${runner} left for good`, `at step ${path.length - 1}`];
  const where = isOutside(last) ? "outside, " : "";
  const length = Math.sqrt((last[0] - before[0]) ** 2 + (last[1] - before[1]) ** 2);
  return [`${runner} L = ${number(last[2])}`, `${where}step ${number(length)} long`];
}

const REMARKS = {
  valley: inValley,
  saddle: ({ point }) =>
    point[0] === 0
      ? "from w1 = 0 no gradient points left or right: the race ends at the saddle, L = 0.5"
      : "at the saddle, in the middle, L = 0.5; a minimum with L = 0 lies on either side",
  plateau: () => "far out L is nearly 1 and the gradient nearly 0; at the minimum L = 0",
  bend: () => "the floor is curved and falls slowly, to L = 0 at (2, 1)",
};

function inValley(state) {
  const { rate, condition, runners } = state;
  const critical = criticalRates(state);
  const told = [];
  if (runners.includes("SGD")) {
    const limit = `2/λmax = ${number(critical.SGD)}`;
    const [flat, steep] = [1, condition].map((curvature) => number(1 - rate * curvature));
    told.push(`each step of SGD multiplies w1 by ${flat} and w2 by ${steep}`);
    if (rate > critical.SGD) told.push(`it diverges, as η > ${limit}`);
    else if (rate === critical.SGD) told.push(`it jumps from side to side for ever, as η = ${limit}`);
    else told.push(`it converges, as η < ${limit}`);
  }
  if (runners.includes("momentum") && rate > critical.momentum)
    told.push(
      told.length > 0
        ? "so does momentum"
        : `momentum diverges, as η > 2(1 + μ)/λmax = ${number(critical.momentum)}`,
    );
  return told.join("; ") || "the valley's steepest curvature is λmax = κ";
}

// The loss at each step so far, thinned as it grows: never more than so many points, evenly apart.
const MOST = 300;

/** add: also where the loss changed without a step.  points: [step, loss] pairs, the last one always the latest. */
export function history() {
  let kept = [];
  let apart = 1;
  let latest = null;

  function add(step, loss) {
    if (latest === null || step < latest[0]) {
      kept = [];
      apart = 1;
    }
    latest = [step, loss];
    if (kept.at(-1)?.[0] === step) kept.pop();
    if (kept.length > 0 && step - kept.at(-1)[0] < apart) return;
    kept.push(latest);
    if (kept.length > MOST) {
      kept = kept.filter((_, k) => k % 2 === 0);
      apart *= 2;
    }
  }
  return { add, points: () => (kept.at(-1) === latest ? kept : [...kept, latest]) };
}

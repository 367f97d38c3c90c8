// What was reached at each step so far, thinned so that points are evenly apart on a logarithmic axis.
const APART = 1.02;

/** add: { step, loss, silent, dead, activation }, also where one changed without a step. `since`: the last activation to come in on the way, null for none. */
export function history() {
  let kept = [];
  let latest = null;
  let since = null;

  function add(point) {
    if (latest === null || point.step < latest.step) {
      kept = [];
      since = null;
    } else if (point.activation !== latest.activation) {
      since = point.step > kept[0].step ? { step: point.step, activation: point.activation } : null;
    }
    latest = point;
    if (kept.at(-1)?.step === point.step) kept.pop();
    if (kept.length === 0 || point.step + 1 >= APART * (kept.at(-1).step + 1)) kept.push(point);
  }
  return {
    add,
    points: () => (kept.at(-1) === latest ? kept : [...kept, latest]),
    since: () => since,
  };
}

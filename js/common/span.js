// How far a slider reaches around the number it starts from.

/** Limits that hold the number with room on both sides, and a step that is a round number. */
export function span(value) {
  const reach = Math.max(3, 2 * Math.abs(value));
  const unit = 10 ** Math.floor(Math.log10(reach / 30));
  const step = [1, 2, 5, 10].map((k) => k * unit).find((s) => reach / s <= 60);
  const limit = Number((Math.ceil(reach / step) * step).toPrecision(12));
  return { min: -limit, max: limit, step: Number(step.toPrecision(1)) };
}

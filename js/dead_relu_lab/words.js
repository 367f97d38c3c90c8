// What the picture shows, in two parts: backprop_lib/explorables/dead_relu_lab.py writes the same ones.
import { number, signed } from "../common/numbers.js";

export const NAMES = { relu: "ReLU", leaky_relu: "leaky ReLU", elu: "ELU", gelu: "GELU" };

/** state: the traits.  units: of `ringsNetwork`. Returns [about all units, about the one looked at]. */
export function describe({ steps, activation, unit }, units, loss) {
  const { low, high, active, z, db } = units[unit - 1];
  return [
    `step ${steps}: ${all(NAMES[activation], units)}; loss ${number(loss)}`,
    `unit ${unit}: z1 from ${number(low)} to ${number(high)}, above 0 at ${active} of ${z.length} samples, ∂L/∂b1 = ${signed(db)}`,
  ];
}

function all(name, units) {
  const silent = units.filter((unit) => unit.silent);
  const dead = units.filter((unit) => unit.dead).length;
  if (silent.length === 0)
    return `some sample gets through each of the ${units.length} units, and so some gradient does too`;
  const one = silent.length === 1;
  const which =
    silent.length === units.length
      ? `all ${units.length} units`
      : `${silent.length} of ${units.length} units`;
  if (dead === silent.length) {
    const [is, them] = one ? ["is", "it"] : ["are", "them"];
    return `${which} ${is} dead: no sample gets through ${them}, so no gradient does either`;
  }
  const told = `${which} ${one ? "has" : "have"} every z1 ≤ 0, `;
  if (dead > 0)
    return `${told}and ${dead} of these are dead: there the slope of ${name} is 0 to the last digit`;
  const reached = number(Math.min(...silent.map(({ steepest }) => steepest)));
  const still = one ? `${reached} there` : `${reached} or more at each`;
  return `${told}but ${name} still passes a gradient on: its slope reaches ${still}`;
}

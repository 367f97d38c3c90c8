// The lab in numbers, apart from how it is drawn: backprop_lib/explorables/order_lab.py has the same graph and
// says the same sentences.
import { signed } from "../common/numbers.js";

export const MOST = 12; // sends

// Every node that was computed, in topological order from the result; an edge is [parent, local derivative].
export const SENDERS = ["q", "m", "h"];
export const EDGES = {
  q: [
    ["m", 1],
    ["h", 1],
  ],
  m: [
    ["h", 6],
    ["h", 6],
  ],
  h: [["x", 2]],
};
export const VALUES = { x: 3, h: 6, m: 36, q: 42 };
export const TRUE = { x: 26, h: 13, m: 1, q: 1 };
export const USERS = { q: [], m: ["q"], h: ["q", "m"] };

// Without a topological order: each node, once called, sends to all its parents, then calls each of them.
export const ORDERS = { recursion: ["q", "m", "h", "h"], topological: ["q", "m", "h"] };

/**
 * The state after all sends. gradients: by name.  arrivals: by name, [{ from, amounts }].  sends: [{ name,
 * gradient, missing }], where missing are those that use the node and had not sent.
 */
export function replay(sent) {
  const gradients = { x: 0, h: 0, m: 0, q: 1 };
  const arrivals = { x: [], h: [], m: [], q: [] };
  const sends = sent.map((name, i) => {
    const gradient = gradients[name];
    for (const [parent, local] of EDGES[name]) {
      gradients[parent] += local * gradient;
      let row = arrivals[parent].find(({ from }) => from === name);
      if (!row) arrivals[parent].push((row = { from: name, amounts: [] }));
      row.amounts.push(local * gradient);
    }
    return { name, gradient, missing: USERS[name].filter((user) => !sent.slice(0, i).includes(user)) };
  });
  return { gradients, arrivals, sends };
}

/** How many of those that use a node have still to send. */
export const waitsFor = (name, sent) => USERS[name].filter((user) => !sent.includes(user)).length;

/** Whether all have sent: then dq/dx is what has arrived at x. */
export const finished = (sent) => SENDERS.every((name) => sent.includes(name));

/** How many sends of an order have been made, if nothing else has; else 0. */
export const progress = (order, sent) =>
  sent.length <= order.length && sent.every((name, i) => name === order[i]) ? sent.length : 0;

export function describe(sent) {
  const { gradients, sends } = replay(sent);
  const missing = SENDERS.filter((name) => !sent.includes(name));
  if (sent.length === 0)
    return "q has gradient +1, and nothing has been sent: choose the node that sends first";
  if (missing.length > 0) return `${last(sends)}; still to send: ${missing.join(", ")}`;
  return verdict(gradients, sends);
}

function last(sends) {
  const { name, gradient } = sends.at(-1);
  if (gradient === 0) return `${name} sent 0, for nothing had arrived there`;
  const again = sends.slice(0, -1).some((earlier) => earlier.name === name) ? " again" : "";
  const carried = signed(gradient);
  const arrived = signed(gradient * EDGES[name].at(-1)[1]);
  const to = {
    q: `${carried} to m and ${carried} to h`,
    m: `${carried} × 6 = ${arrived} to h, twice: once for each factor of h·h`,
    h: `${carried} × 2 = ${arrived} to x`,
  };
  return `${name} sent ${to[name]}${again}`;
}

const sum = (amounts) => amounts.reduce((total, amount) => total + amount, 0);

function verdict(gradients, sends) {
  const result = gradients.x;
  const byNode = (name) => sends.filter((entry) => entry.name === name);
  // Of several faults the first one is told, in topological order: those after it may only follow from it.
  const wrong = SENDERS.find((name) => sum(byNode(name).map(({ gradient }) => gradient)) !== TRUE[name]);
  if (!wrong) {
    const why = sends.some(({ gradient }) => gradient === 0)
      ? "a node that sends before anything has arrived sends 0, which does no harm"
      : "each node sent once, after all that use it had sent";
    return `dq/dx = ${signed(result)}, as it should be: ${why}`;
  }
  const but = result === TRUE.x ? "by chance" : `instead of ${signed(TRUE.x)}`;
  return `dq/dx = ${signed(result)} ${but}: ${fault(wrong, byNode(wrong), gradients[wrong])}`;
}

function fault(name, sends, arrived) {
  const amounts = sends.map(({ gradient }) => gradient);
  const { missing } = sends[0];
  const early = missing.length > 0 ? ` before ${missing.join(" and ")} had sent` : "";
  const [first, ...others] = amounts.map(signed);
  if (amounts.length > 3) return `${name} sent ${amounts.length} times, ${signed(sum(amounts))} in all`;
  const reasons = [];
  const repeated = sum(amounts.slice(0, -1));
  const late = arrived - amounts.at(-1);
  if (repeated) {
    reasons.push(`so ${signed(repeated)} ${amounts.length === 2 ? "went out twice" : "too much went out"}`);
  }
  if (late) reasons.push(`and the ${signed(late)} that came later never went on`);
  return `${name} sent ${first}${early}${others.map((amount) => ` and then ${amount}`).join("")}, ${reasons.join(", ")}`;
}

import { near } from "./layout.js";

/** The line between two partners; from a node without one, to the node that does its work or keeps its number. */
export function linkOf(boxes, lit, host) {
  const [own, other] = boxes.filter(({ entry }) => entry === lit);
  const end =
    other ?? boxes.find(({ entry, side }) => host && entry === host.entry && side === host.side) ?? null;
  if (end === null) return "";
  const low = (box) => box.y + (box.column === "leaf" ? 13 : 0);
  const [from, to] = own.side === "ours" ? [own, end] : [end, own];
  const [y0, y1] = [low(from), low(to)];
  if (y0 === y1) return `M${near(from)} ${y0}H${near(to)}`;
  const ours = Math.max(near(from), ...boxes.filter((b) => b.side === "ours").map(near));
  const theirs = Math.min(near(to), ...boxes.filter((b) => b.side === "theirs").map(near));
  const middle = (ours + theirs) / 2;
  return `M${near(from)} ${y0}H${ours}C${middle} ${y0} ${middle} ${y1} ${theirs} ${y1}H${near(to)}`;
}

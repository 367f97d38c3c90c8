const COLUMNS = ["ours leaf", "ours operation", "theirs operation", "theirs leaf"];
const columnOf = ({ side, column }) => COLUMNS.indexOf(`${side} ${column}`);

/** Where an arrow key leads: along a column, or to the nearest row of the next one; null for other keys. */
export function neighbour(boxes, here, key) {
  const from = boxes[here];
  const column = columnOf(from) + ({ ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0);
  const way = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: 0, ArrowRight: 0 }[key];
  if (way === undefined) return null;
  const far = ({ row }) => Math.abs(row - from.row);
  const open = boxes
    .map((box, i) => i)
    .filter((i) => columnOf(boxes[i]) === column && (way === 0 || (boxes[i].row - from.row) * way > 0))
    .sort((a, b) => far(boxes[a]) - far(boxes[b]));
  return open[0] ?? here;
}

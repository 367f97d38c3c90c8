// The part of a runner's way that the picture shows: browsers draw no dashes on lines that go very far beyond it.

const ROOM = 8; // pixels beyond the frame, so that a line's end is not seen

/** points: [x, y] in pixels.  frame: { left, right, top, bottom }.  Returns what goes into a path's `d`. */
export function wayWithin(points, frame) {
  let d = "";
  let end = null; // where the line was led so far; null where it must begin anew
  for (let k = 1; k < points.length; k++) {
    const part = seen(points[k - 1], points[k], frame);
    if (part === null) {
      end = null;
      continue;
    }
    if (end !== points[k - 1] || part.from > 0) d += `M${written(points[k - 1], points[k], part.from)}`;
    d += `L${written(points[k - 1], points[k], part.to)}`;
    end = part.to === 1 ? points[k] : null;
  }
  return d;
}

// From which share of the way between two points to which the frame shows it (Liang and Barsky, 1984).
function seen([x1, y1], [x2, y2], { left, right, top, bottom }) {
  let [from, to] = [0, 1];
  const limits = [
    [x1 - x2, x1 - (left - ROOM)],
    [x2 - x1, right + ROOM - x1],
    [y1 - y2, y1 - (top - ROOM)],
    [y2 - y1, bottom + ROOM - y1],
  ];
  for (const [out, room] of limits) {
    if (out === 0 && room < 0) return null;
    if (out < 0) from = Math.max(from, room / out);
    if (out > 0) to = Math.min(to, room / out);
  }
  return from <= to ? { from, to } : null;
}

const written = ([x1, y1], [x2, y2], share) =>
  `${(x1 + share * (x2 - x1)).toFixed(2)} ${(y1 + share * (y2 - y1)).toFixed(2)}`;

// Where each edge's local derivative stands: on its own edge, clear of boxes and of one another.
const SIZE = { width: 50, height: 13 }; // of a number with four decimals
const LIFT = 5; // its foot above the edge
const PLACES = 9; // tried on each piece of an edge
const CROSSING = 8; // what a point of another edge behind a label costs, in square pixels of overlap
const AWAY = 0.5; // what each pixel away from the middle of the last bend costs

/**
 * boxes: the centres of the nodes, all as large as `box`.  edges: the corners of each.  alone: only one label is seen
 * at a time.  Returns the foot of each label, {x, y}.
 */
export function placeLabels(edges, centres, box, alone) {
  const boxes = centres.map(({ x, y }) => around(x, y, box.width, box.height));
  const curves = edges.map(pointsOf);
  const taken = [];
  return curves.map((points, e) => {
    const others = alone ? [] : curves.filter((_, k) => k !== e).flat();
    const wanted = points.at(-Math.ceil(PLACES / 2));
    const cost = (point) => {
      const label = labelAt(point);
      const covered = [...boxes, ...taken].reduce((sum, one) => sum + overlap(label, one), 0);
      const crossed = others.filter((other) => holds(label, other)).length;
      return covered + CROSSING * crossed + AWAY * Math.hypot(point.x - wanted.x, point.y - wanted.y);
    };
    const costs = points.map(cost);
    const best = points[costs.indexOf(Math.min(...costs))];
    if (!alone) taken.push(labelAt(best));
    return { x: best.x, y: best.y - LIFT };
  });
}

// As d3's curveBumpX draws it: each piece leaves and arrives level.
function pointsOf(corners) {
  return corners.slice(1).flatMap((end, k) =>
    Array.from({ length: PLACES }, (_, i) => {
      const [start, t] = [corners[k], (i + 1) / (PLACES + 1)];
      const middle = (start.x + end.x) / 2;
      const [a, b, c, d] = [(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t ** 2, t ** 3];
      return { x: a * start.x + (b + c) * middle + d * end.x, y: (a + b) * start.y + (c + d) * end.y };
    }),
  );
}

const around = (x, y, width, height) => ({
  left: x - width / 2,
  right: x + width / 2,
  top: y - height / 2,
  bottom: y + height / 2,
});

const labelAt = ({ x, y }) => around(x, y - LIFT - 0.35 * SIZE.height, SIZE.width, SIZE.height);

const holds = ({ left, right, top, bottom }, { x, y }) => x > left && x < right && y > top && y < bottom;

function overlap(a, b) {
  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return Math.max(0, across) * Math.max(0, down);
}

// Strokes of a pen on a bitmap of 32×32, and its ink counted in blocks of 4×4: how the data were made.

export const SIDE = 32; // of the bitmap
const WIDEST = 20; // of a digit; the data leave the outer columns empty
const PEN = 2.8; // radius; it gives about as much ink as the data have
const ERASER = 3.5;
const NARROW = 10; // a digit below this width gets a broader pen: the data's ones have as much ink as the others
const BROADER = 0.8;
const SMALLEST = 10; // a lower drawing is a dot or a mark, and stays where it is

/** Blank paper, or a picture to draw on: 64 pixels, the strokes upon them, the pen's radius. */
export const sheet = (pixels) => ({ base: Array.from(pixels), strokes: [], radius: PEN });

/** The 64 pixels of a sheet: the share of black in each block, 0, 1/16, …, 1 where there was only paper. */
export function counted({ base, strokes, radius }) {
  const ink = new Float64Array(SIDE * SIDE);
  const touched = new Uint8Array(64);
  for (let k = 0; k < ink.length; k++) ink[k] = base[blockOf(k)];
  for (const { points, erases } of strokes) {
    cover(points, erases ? ERASER : radius, (k) => {
      ink[k] = erases ? 0 : 1;
      touched[blockOf(k)] = 1;
    });
  }
  const sums = new Float64Array(64);
  for (let k = 0; k < ink.length; k++) sums[blockOf(k)] += ink[k];
  return base.map((pixel, block) => (touched[block] ? Math.min(1, sums[block] / 16) : pixel));
}

/**
 * The same sheet with its drawing upright, as high as the frame, at most 20 wide, in the middle. A drawing on another
 * picture, one that was rubbed in, and a mere dot stay as they are.
 */
export function fitted(paper) {
  const { base, strokes } = paper;
  if (base.some((ink) => ink !== 0) || strokes.length === 0 || strokes.some(({ erases }) => erases))
    return paper;
  const paths = strokes.map(({ points }) => points);
  if (boxOf(paths).height < SMALLEST) return paper;
  const upright = sheared(stretched(paths, PEN), PEN);
  const thin = Math.max(0, 1 - boxOf(stretched(upright, PEN)).width / NARROW);
  const radius = PEN * (1 + BROADER * thin);
  return { base, radius, strokes: stretched(upright, radius).map((points) => ({ points, erases: false })) };
}

const blockOf = (k) => 8 * Math.floor(k / SIDE / 4) + Math.floor((k % SIDE) / 4);

function boxOf(paths) {
  const [xs, ys] = [0, 1].map((axis) => paths.flatMap((points) => points.map((point) => point[axis])));
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return { width: right - left, height: bottom - top, x: (left + right) / 2, y: (top + bottom) / 2 };
}

const each = (paths, change) => paths.map((points) => points.map(change));

function stretched(paths, radius) {
  const box = boxOf(paths);
  const down = (SIDE - 2 * radius) / box.height;
  const across = Math.min(down, (WIDEST - 2 * radius) / box.width);
  return each(paths, ([x, y]) => [SIDE / 2 + across * (x - box.x), SIDE / 2 + down * (y - box.y)]);
}

// So that the uppermost rows begin where the lowest do, as in the data.
function sheared(paths, radius) {
  const ink = new Uint8Array(SIDE * SIDE);
  for (const points of paths) cover(points, radius, (k) => (ink[k] = 1));
  const rows = [...Array(SIDE).keys()].filter((row) =>
    ink.subarray(SIDE * row, SIDE * (row + 1)).includes(1),
  );
  const begin = (some) => Math.min(...some.map((row) => startOf(ink.subarray(SIDE * row, SIDE * (row + 1)))));
  const [top, bottom] = [rows[0], rows.at(-1)];
  const lean = begin([0, 1, 2].map((k) => top + k)) - begin([0, 1, 2].map((k) => bottom - k));
  const slope = lean / (bottom - top);
  return each(paths, ([x, y]) => [x - slope * (SIDE / 2 - y), y]);
}

const startOf = (row) => (row.includes(1) ? row.indexOf(1) : SIDE);

/** Call `mark` with each place of the bitmap whose middle is within `radius` of the line through the points. */
function cover(points, radius, mark) {
  points.forEach((point, k) => segment(points[Math.max(0, k - 1)], point, radius, mark));
}

function segment([x1, y1], [x2, y2], radius, mark) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = dx * dx + dy * dy;
  const from = (a, b) => Math.max(0, Math.floor(Math.min(a, b) - radius));
  const to = (a, b) => Math.min(SIDE - 1, Math.ceil(Math.max(a, b) + radius));
  for (let row = from(y1, y2); row <= to(y1, y2); row++) {
    for (let column = from(x1, x2); column <= to(x1, x2); column++) {
      const [x, y] = [column + 0.5 - x1, row + 0.5 - y1];
      const along = length > 0 ? Math.min(1, Math.max(0, (x * dx + y * dy) / length)) : 0;
      if (Math.hypot(x - along * dx, y - along * dy) <= radius) mark(SIDE * row + column);
    }
  }
}

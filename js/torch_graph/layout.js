// Where everything stands: one row for each operation, the two engines' nodes for it face to face, leaves outside.
export const BOX = 38; // height
const ROW = 52;
const TOP = 26; // for the two headings
const MARGIN = 6;
const GUTTER = 52; // between the two graphs

const WIDTHS = {
  ours: { leaf: 118, gap: 64, operation: 138 },
  theirs: { leaf: 134, gap: 36, operation: 216 },
};
const CORNER = 6; // radius
const LANE = 9; // between an operation and the edges that come down beside it
const APART = 9; // between two edges of one node

/**
 * graphs: { ours, theirs }, nodes with `below`: by slot the node's index, or null.  entries: from Python.
 * Returns { width, height, sides, boxes: [{ entry, side, node, column, row, x, y, width }], edges: [{ side, node,
 * slot, d, label: { x, y, anchor } or null }] }; x, y is a box's centre.  `near(box)` is its edge towards the middle.
 */
export function layout(graphs, entries) {
  const rows = arrange(graphs, entries);
  const sides = {
    ours: side("ours", 1, MARGIN),
    theirs: side("theirs", -1, widthOf("ours") + GUTTER + MARGIN),
  };
  const boxes = rows.flatMap((row, r) =>
    ["operation", "leaf"].flatMap((column) => {
      if (row[column] === null) return [];
      return Object.entries(sides).flatMap(([name, { centre, width }]) => {
        const node = entries[row[column]][name];
        const place = { x: centre[column], y: TOP + BOX / 2 + r * ROW, width: width[column] };
        return node === null ? [] : [{ entry: row[column], side: name, node, column, row: r, ...place }];
      });
    }),
  );
  const edges = Object.keys(sides).flatMap((name) =>
    edgesOf(
      graphs[name],
      boxes.filter((box) => box.side === name),
      sides[name].sign,
    ).map((edge) => ({ side: name, ...edge })),
  );
  const width = widthOf("ours") + GUTTER + widthOf("theirs") + 2 * MARGIN;
  return { width, height: TOP + rows.length * ROW - (ROW - BOX) + MARGIN, sides, boxes, edges };
}

/** Where a box faces the other graph. */
export const near = ({ side, x, width }) => x + ((side === "ours" ? 1 : -1) * width) / 2;

const widthOf = (name) => WIDTHS[name].leaf + WIDTHS[name].gap + WIDTHS[name].operation;

function side(name, sign, left) {
  const width = WIDTHS[name];
  const outer = left + (sign === 1 ? 0 : widthOf(name));
  const centre = {
    leaf: outer + (sign * width.leaf) / 2,
    operation: outer + sign * (width.leaf + width.gap + width.operation / 2),
  };
  const inner = outer + sign * widthOf(name);
  return { sign, width, centre, heading: { x: inner, "text-anchor": sign === 1 ? "end" : "start" } };
}

// A row for each operation, with a leaf of its own beside it; its other leaves go above, where there is room.
function arrange(graphs, entries) {
  const uses = (user, entry) =>
    ["ours", "theirs"].some(
      (name) =>
        user[name] !== null && entry[name] !== null && graphs[name][user[name]].below.includes(entry[name]),
    );
  const isLeaf = ({ ours, theirs }) =>
    ours !== null ? graphs.ours[ours].leaf : theirs !== null && graphs.theirs[theirs].leaf;
  const rows = [];
  const placed = new Set();
  entries.forEach((user, e) => {
    if (isLeaf(user)) return;
    rows.push({ operation: e, leaf: null });
    const own = entries.flatMap((entry, l) =>
      isLeaf(entry) && !placed.has(l) && uses(user, entry) ? [l] : [],
    );
    own.sort((a, b) => (entries[a].theirs === null ? 0 : 1) - (entries[b].theirs === null ? 0 : 1));
    let free = rows.length - 1;
    for (const leaf of own.toReversed()) {
      placed.add(leaf);
      if (rows[free]?.leaf === null) rows[free--].leaf = leaf;
      else rows.splice(free + 1, 0, { operation: null, leaf });
    }
  });
  return rows;
}

function edgesOf(nodes, boxes, sign) {
  const boxOf = new Map(boxes.map((box) => [box.node, box]));
  const leaving = new Map(); // leaf -> how many of its edges are drawn
  const uses = nodes.flatMap(({ below }) => below);
  return boxes
    .filter(({ column }) => column === "operation")
    .flatMap((to) =>
      nodes[to.node].below.flatMap((below, slot) => {
        if (below === null) return [];
        const from = boxOf.get(below);
        const twins = nodes[to.node].below
          .map((other, k) => (other === below ? k : -1))
          .filter((k) => k >= 0);
        const apart = (twins.indexOf(slot) - (twins.length - 1) / 2) * 2 * APART;
        const count = leaving.get(below) ?? 0;
        leaving.set(below, count + 1);
        const drawn =
          from.column === "leaf"
            ? fromLeaf(from, to, count, uses.filter((one) => one === below).length, sign)
            : fromAbove(from, to, apart, boxes);
        return [{ node: to.node, slot, ...drawn }];
      }),
    );
}

// Level from the leaf, and down beside the operations to the one that uses it.
function fromLeaf(from, to, count, of, sign) {
  const start = from.x + (sign * from.width) / 2;
  const end = to.x - (sign * to.width) / 2;
  const y = from.y + Math.min(count, 2) * APART;
  const middle = (start + end - sign * 2 * LANE) / 2; // clear of the edges that come down
  // Under a second edge there is room for its label where there is no third.
  const label = count > 0 && of > 2 ? null : { x: middle, y: count === 0 ? y - 4 : y + 12, anchor: "middle" };
  if (from.row === to.row) return { d: `M${start} ${y}H${end}`, label };
  const lane = end - sign * LANE * (count > 0 ? 2 : 1);
  const turn = sign * CORNER;
  const down = Math.sign(to.row - from.row);
  const enter = to.y - down * (APART + 1);
  const d =
    `M${start} ${y}H${lane - turn}Q${lane} ${y} ${lane} ${y + down * CORNER}V${enter - down * CORNER}` +
    `Q${lane} ${enter} ${lane + turn} ${enter}H${end}`;
  return { d, label };
}

// Straight down; past other operations in a bow through the gutter.
function fromAbove(from, to, apart, boxes) {
  const passed = boxes.filter(
    ({ column, row }) => column === "operation" && row > from.row && row < to.row,
  ).length;
  if (passed === 0) {
    const [x, top, bottom] = [from.x + apart, from.y + BOX / 2, to.y - BOX / 2];
    const label = { x: x + (apart < 0 ? -6 : 6), y: top + 11, anchor: apart < 0 ? "end" : "start" };
    return { d: `M${x} ${top}V${bottom}`, label };
  }
  const x = near(from);
  const out = x + Math.sign(x - from.x) * Math.min(16 + 5 * passed, 34);
  const [y0, y1] = [from.y + 7 + apart / 4, to.y - 7 + apart / 4];
  return { d: `M${x} ${y0}C${out} ${y0} ${out} ${y1} ${x} ${y1}`, label: null };
}

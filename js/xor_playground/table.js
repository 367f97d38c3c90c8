// What each hidden unit answers at the four points, a row a unit: twins have rows alike, the dead have rows of 0.
import { svg, write } from "../common/dom.js";
import { glyph } from "../common/glyph.js";
import { shortWeight } from "../common/short.js";
import { CLASSES, POINTS } from "./xor.js";

const SIZE = { width: 222, height: 246, left: 44, top: 60, column: 44, row: 22.5 };

export function table() {
  const rows = svg("g");
  const heads = POINTS.map((point, r) => {
    const x = SIZE.left + (r + 0.5) * SIZE.column;
    return svg(
      "g",
      { transform: `translate(${x} 0)` },
      svg("g", { transform: "translate(0 35)" }, glyph(CLASSES[r], 5)),
      svg("text", { class: "bp-head-text", y: 54, "text-anchor": "middle" }, `${point[0]}, ${point[1]}`),
    );
  });
  const drawing = svg(
    "svg",
    { viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, role: "img" },
    svg("text", { class: "bp-axis-name", x: 2, y: 14 }, "hidden answers at each point"),
    ...heads,
    rows,
  );
  let cells = [];

  function rebuild(units) {
    cells = Array.from({ length: units }, (_, j) =>
      POINTS.map((_, r) => {
        const [x, y] = [SIZE.left + r * SIZE.column, SIZE.top + j * SIZE.row];
        return {
          shade: svg("rect", {
            class: "bp-answer-cell",
            x: x + 1,
            y: y + 1,
            width: SIZE.column - 2,
            height: SIZE.row - 2,
            rx: 2,
          }),
          text: svg("text", { x: x + SIZE.column / 2, y: y + 16, "text-anchor": "middle" }),
        };
      }),
    );
    rows.replaceChildren(
      ...cells.flatMap((row, j) => [
        svg("text", { class: "bp-head-text", x: 2, y: SIZE.top + j * SIZE.row + 16 }, `unit ${j + 1}`),
        ...row.flatMap(({ shade, text }) => [shade, text]),
      ]),
    );
  }

  /** a: the answers, a row a point. */
  function update(a, units) {
    if (cells.length !== units) rebuild(units);
    const most = Math.max(1, ...a.map(Math.abs));
    cells.forEach((row, j) =>
      row.forEach(({ shade, text }, r) => {
        const answer = a[r * units + j];
        shade.setAttribute("fill-opacity", ((0.6 * Math.abs(answer)) / most).toFixed(3));
        write(text, shortWeight(answer));
      }),
    );
    const said = cells.map(
      (_, j) => `unit ${j + 1}: ${POINTS.map((_, r) => shortWeight(a[r * units + j])).join(", ")}`,
    );
    drawing.setAttribute("aria-label", `the hidden units at the four points: ${said.join("; ")}`);
  }
  return { element: drawing, update };
}

// The picture: an equation's blocks of numbers, and what lights up for one entry of the result.
import { html } from "../common/dom.js";
import { block } from "./blocks.js";
import { HEIGHT, layout } from "./layout.js";
import { light } from "./light.js";

const LETTERS = [
  { from: 60, size: 12.5 },
  { from: 44, size: 11.5 },
  { from: 0, size: 10.5 },
];

const KEYS = {
  ArrowUp: ([i, j]) => [i - 1, j],
  ArrowDown: ([i, j]) => [i + 1, j],
  ArrowLeft: ([i, j]) => [i, j - 1],
  ArrowRight: ([i, j]) => [i, j + 1],
  Home: ([i]) => [i, 0],
  End: ([i]) => [i, Infinity],
};

/** point: called with row and column of the entry of the result (from 0) that a hand or a key points at. */
export function field(point) {
  const behind = light();
  const blocks = html("div", { class: "bp-blocks" });
  const element = html("div", { class: "bp-field", style: `height: ${HEIGHT}px` }, behind.element, blocks);
  let cells; // role → rows of elements
  let lit = [];

  // pointermove, not pointerover: a slider that moves cells under a resting pointer points at nothing.
  for (const event of ["pointermove", "pointerdown"]) {
    element.addEventListener(event, ({ target }) => {
      const cell = target.closest("[data-row]");
      if (cell && !cell.classList.contains("bp-lit")) point(...placeOf(cell));
    });
  }
  blocks.addEventListener("keydown", (event) => {
    if (!KEYS[event.key]) return;
    event.preventDefault();
    const most = [cells.result.length, cells.result[0].length];
    const place = KEYS[event.key](placeOf(event.target));
    point(...place.map((to, k) => Math.max(0, Math.min(most[k] - 1, to))));
  });

  /** Draw an equation; `show` then lights an entry. */
  function draw(name, seen, width) {
    const plan = layout(name, seen, width);
    const { size } = LETTERS.find(({ from }) => plan.w >= from);
    element.style.setProperty("--bp-size", `${size}px`);
    const made = Object.entries(plan.at).map(([role, place]) => [
      role,
      block({ role, ...place }, seen, { w: plan.w, h: plan.h, size }),
    ]);
    blocks.replaceChildren(...made.flatMap(([, { elements }]) => elements));
    cells = Object.fromEntries(made.map(([role, drawn]) => [role, drawn.cells]));
    lit = [];
    behind.draw(name, seen, plan);
  }

  /** Light what makes the entry at row i, column j. */
  function show(i, j) {
    behind.show(i, j);
    for (const cell of lit) cell.classList.remove("bp-lit");
    const along = ["left", "left-extra"].flatMap((role) => cells[role]?.[i] ?? []);
    const down = ["right", "right-extra"].flatMap((role) => cells[role]?.map((entries) => entries[j]) ?? []);
    const alone = ["product", "local", "result"].flatMap((role) => cells[role]?.[i][j] ?? []);
    lit = [...along, ...down, ...alone];
    for (const cell of lit) cell.classList.add("bp-lit");
    for (const cell of cells.result.flat()) {
      const chosen = cell === cells.result[i][j];
      if (chosen) cell.tabIndex = 0;
      else cell.removeAttribute("tabindex");
      cell.setAttribute("aria-selected", chosen);
    }
  }

  return {
    element,
    draw,
    show,
    focused: () => blocks.contains(document.activeElement),
    focus: () => lit.at(-1).focus({ preventScroll: true }), // the entry: where another was left by key
  };
}

const placeOf = ({ dataset }) => [Number(dataset.row), Number(dataset.column)];

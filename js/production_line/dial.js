// A knob that can be seen and turned with the pointer; its slider below does the same by keyboard.
import { arc } from "d3-shape";
import { svg } from "../common/dom.js";

const SWEEP = 135; // degrees to either side of the top
const TRAVEL = 180; // pixels of dragging from one end to the other
const CENTRE = 28;
const RIM = 17;
const HINT = { radius: 23.5, from: 16, to: 62 }; // the orange arrow that says which way to turn

/** reach: { min, max }.  tell: called with the number that a drag asks for; without it the knob stands fast. */
export function dial({ min, max }, tell) {
  const pointer = svg("line", { x1: CENTRE, y1: CENTRE - 5, x2: CENTRE, y2: CENTRE - RIM + 3 });
  const way = svg("g", { class: "bp-way" }, svg("path", { d: bow() }), svg("path", { d: head() }));
  const element = svg(
    "svg",
    { class: `bp-dial${tell ? "" : " bp-fixed"}`, viewBox: "0 0 56 56", "aria-hidden": "true" },
    way,
    svg("circle", { cx: CENTRE, cy: CENTRE, r: RIM }),
    pointer,
  );
  let shown = min;
  let held = null; // where the drag began

  if (tell) {
    element.addEventListener("pointerdown", (event) => {
      element.setPointerCapture(event.pointerId);
      held = { x: event.clientX, y: event.clientY, value: shown };
      event.preventDefault();
    });
    element.addEventListener("pointermove", (event) => {
      if (!held) return;
      const pixels = event.clientX - held.x - (event.clientY - held.y); // right and up are more
      tell(Math.min(max, Math.max(min, held.value + (pixels / TRAVEL) * (max - min))));
    });
    for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, () => (held = null));
  }

  return {
    element,
    /** value: where the knob stands.  turn: −1, 0 or 1, the way that makes the loss fall. */
    set(value, turn) {
      shown = value;
      const share = Math.min(1, Math.max(0, (value - min) / (max - min)));
      const angle = (2 * share - 1) * SWEEP;
      pointer.setAttribute("transform", `rotate(${angle} ${CENTRE} ${CENTRE})`);
      way.setAttribute("visibility", turn === 0 ? "hidden" : "visible");
      const mirror = turn < 0 ? " scale(-1 1)" : "";
      way.setAttribute("transform", `translate(${CENTRE} ${CENTRE}) rotate(${angle})${mirror}`);
    },
  };
}

const radians = (degrees) => (degrees * Math.PI) / 180;

// Beside the pointer, clockwise; mirrored for the other way.
function bow() {
  const { radius, from, to } = HINT;
  const [startAngle, endAngle] = [radians(from), radians(to)];
  return arc()({ innerRadius: radius - 1.25, outerRadius: radius + 1.25, startAngle, endAngle });
}

function head() {
  const { radius, to } = HINT;
  const at = (degrees, r) => `${r * Math.sin(radians(degrees))} ${-r * Math.cos(radians(degrees))}`;
  return `M${at(to + 16, radius)}L${at(to - 4, radius - 5.5)}L${at(to - 4, radius + 5.5)}Z`;
}

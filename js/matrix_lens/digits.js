// Numbers short enough for a cell: all of a block alike, and only their signs where no digit has room.

// Widths in ems, on the safe side: of the widest letters that readers have.
const EMS = { "+": 0.84, "−": 0.84, ".": 0.33 };
const emsOf = (text) => [...text].reduce((sum, letter) => sum + (EMS[letter] ?? 0.64), 0);

const MARGIN = 5; // the chosen entry has a border, and is bold

/** How many decimals are worth a cell: all that was drawn has two, gradients are small. */
function decimals(name) {
  if (name === "1" || name === "1ᵀ") return { most: 0, least: 0 };
  if (name.startsWith("d")) return { most: 4, least: 3 };
  return /^[XWb]/.test(name) ? { most: 2, least: 2 } : { most: 3, least: 2 };
}

/** The texts of a block's cells. name: of the array.  room: { w, size }, a cell's width and its letters' size. */
export function cellTexts(matrix, name, { w, size }) {
  const { most, least } = decimals(name);
  const sign = name.startsWith("d");
  for (let places = most; places >= least; places--) {
    for (const zero of [true, false]) {
      const texts = matrix.map((row) => row.map((entry) => short(entry, places, { sign, zero })));
      if (texts.flat().every((text) => emsOf(text) * size <= w - MARGIN)) return texts;
    }
  }
  return matrix.map((row) => row.map((entry) => (entry > 0 ? "+" : entry < 0 ? "−" : "0")));
}

/** 0.0345 with four places: "+0.0345", or "+.0345" without its zero. */
function short(x, places, { sign, zero }) {
  const digits = Math.abs(x).toFixed(places);
  const text = zero ? digits : digits.replace(/^0\./, ".");
  if (x === 0) return "0";
  return (x < 0 ? "−" : sign ? "+" : "") + text;
}

// How much of a node's name and of its operation's symbol a box has room for.
const SIZES = [13, 11]; // pixels; the second is that of the class bp-long
const GAP = 4; // between name and symbol

/** Returns { text, small, symbol }: the symbol goes first where both do not fit, then the name's end. */
export function fit(name, symbol, room) {
  for (const shown of [symbol, ""]) {
    const left = room - (shown && GAP + widthOf(shown, SIZES[0]));
    const size = SIZES.find((pixels) => widthOf(name, pixels) <= left);
    if (size) return { text: name, small: size !== SIZES[0], symbol: shown };
  }
  let text = name;
  while (widthOf(`${text}…`, SIZES[1]) > room) text = text.slice(0, -1);
  return { text: `${text}…`, small: true, symbol: "" };
}

// Nearly, in a wide font: a text cannot be measured before it is on the page.
function widthOf(text, pixels) {
  return [...text].reduce((sum, character) => sum + shareOf(character) * pixels, 0);
}

// The width of a character for a height of 1, in DejaVu Sans Bold; few fonts are wider.
function shareOf(character) {
  if (/[ ·.,ijl]/.test(character)) return 0.36;
  if (/[()/rtf⁻⁰¹²³⁴-⁹₀-₉]/.test(character)) return 0.46;
  if (/[+−=×÷]/.test(character)) return 0.84;
  return /[mwMWΣ…]/.test(character) ? 1 : 0.7;
}

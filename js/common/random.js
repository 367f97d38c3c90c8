// Random numbers that come again: the same seed gives the same numbers in every browser. Not those of NumPy.

/**
 * seed: a whole number; its last 32 bits count.
 * Returns { uniform() in [0, 1), normal() from N(0, 1) }, which draw from one stream.
 */
export function generator(seed) {
  let state = seed >>> 0;
  let spare = null;

  // mulberry32, by Tommy Ettinger: 32 bits of state, 32 bits a number.
  function uniform() {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  // Box and Muller, 1958: two at a time, of which one waits.
  function normal() {
    if (spare !== null) {
      const waited = spare;
      spare = null;
      return waited;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform())); // 1 − u is never 0
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
  return { uniform, normal };
}

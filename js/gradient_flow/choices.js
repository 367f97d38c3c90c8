// What can be chosen, and the settings with a name.

export const SETTINGS = [
  "depth",
  "width",
  "activation",
  "gain",
  "normalisation",
  "residual",
  "clipping",
  "seed",
];
export const TRAITS = [...SETTINGS, "layer"];

export const WIDTHS = [4, 8, 16, 32, 64, 128];
export const DEEPEST = 50;
export const SEEDS = 10000;

// In steps of a twentieth from 0.2 to 4; √2, where ReLU's critical gain is, stands in the place of 1.4.
export const GAINS = Array.from({ length: 77 }, (_, k) => (k === 24 ? Math.SQRT2 : (k + 4) / 20));

/** The place in a list of numbers in order that is nearest to a number. */
export const nearest = (list, number) =>
  list.reduce((best, one, k) => (Math.abs(one - number) < Math.abs(list[best] - number) ? k : best), 0);

export const NAMES = {
  sigmoid: "sigmoid",
  tanh: "tanh",
  relu: "ReLU",
  leaky_relu: "leaky ReLU",
  elu: "ELU",
  gelu: "GELU",
  identity: "identity",
};
export const NORMALISATIONS = ["none", "BatchNorm", "LayerNorm"];

const plain = { gain: 1, normalisation: "none", residual: false, clipping: false };

/** name → what it sets. Depth, width and seed stay, so that two of them can be compared. */
export const PRESETS = {
  "sigmoid, 1986": { ...plain, activation: "sigmoid" },
  "tanh + Xavier": { ...plain, activation: "tanh" },
  "ReLU + He": { ...plain, activation: "relu", gain: Math.SQRT2 },
  "sigmoid + BatchNorm": { ...plain, activation: "sigmoid", normalisation: "BatchNorm" },
  "tanh ½ + residual": { ...plain, activation: "tanh", gain: 0.5, residual: true },
  "ReLU × 2": { ...plain, activation: "relu", gain: 2 },
};

/** The name of the preset that has these settings, or null. */
export function presetOf(settings) {
  const matches = ([, preset]) => Object.entries(preset).every(([name, value]) => settings[name] === value);
  return Object.entries(PRESETS).find(matches)?.[0] ?? null;
}

// Names that no other explorable in the page has: each of them runs a copy of this code of its own.
export const unique = (name) => `bp-${name}-${Math.random().toString(36).slice(2)}`;

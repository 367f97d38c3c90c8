// Every weight and bias of the network: its name, where Python keeps it, its number and its gradient.

/** In the order W1, b1, W2, b2. `from` and `to` say which rows of the picture it joins; "1" is a bias's input. */
export function listed({ units, layers, through }) {
  const units_ = Array.from({ length: units }, (_, j) => j);
  const entry = (layer, kind, k, rest) => ({
    ...rest,
    layer,
    get number() {
      return layers[layer][kind][k];
    },
    get gradient() {
      return through.layers[layer][`d${kind}`][k];
    },
    put: (number) => (layers[layer][kind][k] = number),
  });
  return [
    ...[0, 1].flatMap((i) =>
      units_.map((j) =>
        entry(0, "W", i * units + j, {
          name: `x${i + 1} → unit ${j + 1}`,
          code: `W1[${i}][${j}]`,
          from: i,
          to: j,
        }),
      ),
    ),
    ...units_.map((j) =>
      entry(0, "b", j, { name: `the bias of unit ${j + 1}`, code: `b1[${j}]`, from: 2, to: j }),
    ),
    ...units_.map((j) =>
      entry(1, "W", j, { name: `unit ${j + 1} → output`, code: `W2[${j}][0]`, from: j, to: 0 }),
    ),
    entry(1, "b", 0, { name: "the bias of the output", code: "b2[0]", from: units, to: 0 }),
  ];
}

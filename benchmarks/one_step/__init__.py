"""One training step of a multi-layer perceptron, written for each library from the same weights and data."""

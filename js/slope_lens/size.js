// Where things are in the picture, in its own units. The curve: x from −3 to 3 and a little more, which the points need; the lens: a circle.
export const SIZE = {
  width: 652,
  height: 320,
  reach: 3.15,
  left: 34,
  right: 394,
  top: 26,
  bottom: 284,
  lens: { x: 530, y: 146, radius: 118 },
};

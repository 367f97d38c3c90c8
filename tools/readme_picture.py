"""The README's picture: the graph explorer in the middle of a backward pass, as the real browser draws it.

python -m tools.readme_picture
"""

from pathlib import Path

from backprop_lib import Value
from backprop_lib.explorables import explore
from tools.pictures import same_picture
from tools.stills import drawing

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "graph-explorer.png"
STEP = 15  # w2 has just received its gradient


def main():
    x, y = Value(2.0), Value(1.0)
    w1, w2, b = Value(0.5), Value(-1.0), Value(0.0)
    z1 = w1 * x
    a1 = z1.sigmoid()
    z2 = w2 * a1 + b
    a2 = z2.sigmoid()
    L = (a2 - y) ** 2
    explorer = explore(L, step=STEP)
    with drawing() as draw:
        png = draw(explorer.get_state())
    if not (PICTURE.exists() and same_picture(PICTURE.read_bytes(), png)):
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_bytes(png)


if __name__ == "__main__":
    main()

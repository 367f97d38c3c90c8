"""A policy on a grid: how likely each move is in each cell, and how much its walks bring while it learns."""

import numpy as np

from backprop_lib.pictures.colours import FAINT, INK, LINE, PANEL, QUIET, TEXT, VALUE
from backprop_lib.pictures.layout import BODY, PAD, WIDTH, points, text_width
from backprop_lib.pictures.words import listed, short
from backprop_lib.training.norms import as_array

MOVES = {"up": (-1, 0), "right": (0, 1), "down": (1, 0), "left": (0, -1)}
NAMES = {"S": "start", "G": "goal", "H": "hole"}
CELL = 88
REACH = 0.4  # the length of an arrow of probability 1, in cells
RARE = 0.04  # a move less likely than that has no arrow
HEIGHT = 260


def policy_map(world, probabilities, title="Policy"):
    """Draw each cell of a grid world with an arrow for each move, as long as the move is likely.

    world: a text for each row: "S" start, "G" goal, "H" hole, "." ice. Walks end at goals and in holes.
    probabilities: (cells, 4), row by row, of the moves up, right, down, left.
    Returns: a matplotlib Figure.
    Raises: ValueError for other shapes, and for rows that do not add up to 1.

    >>> policy_map(["S.G"], [[0.1, 0.8, 0.1, 0.0]] * 3)
    Policy: always by the likeliest move, from the start: right, right, to the goal.
    """
    probabilities = _checked(world, probabilities)
    from backprop_lib.pictures.canvas import Picture, house_style

    rows, columns = len(world), len(world[0])
    width = max(columns * CELL, 300)
    with house_style():
        picture = Picture(
            rows * CELL + PAD, title, f"{title}: {_route(world, probabilities)}", width=width + 2 * PAD
        )
        axes = picture.panel(PAD, 0, columns * CELL, rows * CELL)
        axes.set_xlim(0, columns)
        axes.set_ylim(rows, 0)
        axes.set_axis_off()
        axes.set(xticks=[], yticks=[])
        for cell, p in enumerate(probabilities):
            _draw_cell(axes, *divmod(cell, columns), world[cell // columns][cell % columns], p)
    return picture


def _draw_cell(axes, row, column, kind, p):
    from matplotlib.patches import Rectangle

    fill = {"H": QUIET, "G": FAINT}.get(kind, PANEL)
    frame = {"facecolor": fill, "edgecolor": LINE, "linewidth": points(1)}
    axes.add_patch(Rectangle((column + 0.03, row + 0.03), 0.94, 0.94, **frame))
    x, y = column + 0.5, row + 0.5
    if kind in "GH":
        colour = PANEL if kind == "H" else INK
        axes.text(x, y, NAMES[kind], ha="center", va="center", color=colour, fontweight="bold")
        return
    if kind == "S":
        axes.text(column + 0.09, row + 0.1, NAMES[kind], va="top", color=QUIET, fontsize=points(BODY - 1))
    for move, (down, right) in enumerate(MOVES.values()):
        if p[move] < RARE:
            continue
        first = move == p.argmax()
        tip = x + REACH * p[move] * right, y + REACH * p[move] * down
        look = {"color": VALUE, "alpha": 1.0 if first else 0.4, "linewidth": 2.4 if first else 1.6}
        arrow = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "mutation_scale": 4 + 10 * p[move]}
        axes.annotate("", tip, (x, y), arrowprops=arrow | look, zorder=3 + first)


def _route(world, probabilities):
    """Say where the likeliest moves lead from the start."""
    kinds, columns = "".join(world), len(world[0])
    cell, seen, moves = kinds.index("S"), set(), []
    while kinds[cell] not in "GH":
        if cell in seen:
            way = listed(moves, most=20)
            return f"always by the likeliest move, from the start: {way}, and round for ever."
        seen.add(cell)
        move = list(MOVES)[probabilities[cell].argmax()]
        row, column = (at + by for at, by in zip(divmod(cell, columns), MOVES[move], strict=True))
        cell = columns * min(max(row, 0), len(world) - 1) + min(max(column, 0), columns - 1)
        moves.append(move)
    end = {"G": "to the goal", "H": "into a hole"}[kinds[cell]]
    return f"always by the likeliest move, from the start: {listed(moves, most=20)}, {end}."


def _checked(world, probabilities):
    if not world or len({len(row) for row in world}) != 1 or set("".join(world)) - set("SGH."):
        raise ValueError(f"Expected rows of the same length, of the letters S, G, H and dots; got {world!r}.")
    if "".join(world).count("S") != 1:
        raise ValueError("Expected one start, S.")
    probabilities = as_array(probabilities)
    cells = len(world) * len(world[0])
    if probabilities.shape != (cells, len(MOVES)):
        raise ValueError(
            f"Expected probabilities of shape {cells, len(MOVES)}, a row for each cell; "
            f"got {probabilities.shape}."
        )
    if not (np.allclose(probabilities.sum(axis=1), 1.0) and (probabilities >= 0.0).all()):
        raise ValueError("Expected probabilities: rows of numbers from 0 on that add up to 1.")
    return probabilities


def reward_curve(returns, best, title="Return", x="step"):
    """Draw the mean return of each step of learning, beside the best that there is.

    returns: (n,), at least one.  best: the highest return that any policy can have, drawn as a dashed line.
    x: what is counted.
    Returns: a matplotlib Figure.
    Raises: ValueError for another shape, and for numbers that are not finite.

    >>> reward_curve([0.1, 0.4, 0.5], best=0.6)
    Return: 0.1 at step 1, 0.5 at step 3; the best there is: 0.6.
    """
    returns = as_array(returns)
    if returns.ndim != 1 or not returns.size or not np.isfinite([*returns, best]).all():
        raise ValueError(f"Expected finite returns of shape (n,), and a finite best; got {returns.shape}.")
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    from backprop_lib.pictures.canvas import Picture, house_style

    last = len(returns)
    sentence = (
        f"{title}: {short(returns[0])} at {x} 1, {short(returns[-1])} at {x} {last}; "
        f"the best there is: {short(best)}."
    )
    label, left = f"best {short(best)}", PAD + 62
    width = WIDTH - left - 24 - int(text_width(label, weight="bold")) - PAD
    with house_style():
        picture = Picture(HEIGHT + 62, title, sentence)
        axes = picture.panel(left, 8, width, HEIGHT)
        low, high = min(*returns, best, 0.0), max(*returns, best, 0.0)
        low, high = low - 0.08 * (high - low or 1.0), high + 0.08 * (high - low or 1.0)
        axes.set_ylim(low, high)
        axes.set_xlim(1 if last > 1 else 0, max(last, 2))
        axes.grid(axis="y", color=FAINT, linewidth=points(1))
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(x)
        axes.set_ylabel("mean return")
        axes.yaxis.set_label_coords(-52 / width, 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10], integer=True))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda place, _: short(place)))
        axes.axhline(best, color=QUIET, linewidth=1.5, linestyle=(0, (5, 3)), zorder=2)
        axes.plot(np.arange(1, last + 1), returns, color=VALUE, linewidth=2, zorder=3, marker="o"[last > 1 :])
        at = 8 + HEIGHT * (high - best) / (high - low)
        picture.write(left + width + 14, at, label, va="center", color=TEXT[VALUE], fontweight="bold")
    return picture

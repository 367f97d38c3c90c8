"""The frozen pond of lesson 12: a small world that pays at its goal, and a walk through it."""

import numpy as np

# S start, G goal, H hole. The map is that of "FrozenLake" in Gymnasium; here the ice is not slippery.
POND = ("S...", ".H.H", "...H", "H..G")
KINDS = "".join(POND)
MOVES = ((-1, 0), (0, 1), (1, 0), (0, -1))  # up, right, down, left: rows, columns
LONGEST = 30


def step(cell, move, hole):
    """Make one move: the cell it leads to, and what the world pays. At the edge one stays.

    >>> step(0, 1, hole=0.0), step(0, 0, hole=0.0), step(14, 1, hole=0.0)
    ((1, 0.0), (0, 0.0), (15, 1.0))
    """
    size = len(POND)
    row, column = (
        min(max(at + by, 0), size - 1) for at, by in zip(divmod(cell, size), MOVES[move], strict=True)
    )
    cell = size * row + column
    return cell, {"G": 1.0, "H": hole}.get(KINDS[cell], 0.0)


def walk(p, rng, hole=0.0):
    """Walk from the start, each move drawn from p, to the goal, into a hole, or until 30 steps are made.

    p: (16, 4), the probabilities of up, right, down, left in each cell.  rng: a NumPy Generator.
    hole: what it pays to fall into one.
    Returns: a list of cells (where each move began), an array of moves, and one of rewards.

    >>> p = np.eye(4)[[1, 1, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0]]
    >>> cells, moves, rewards = walk(p, np.random.default_rng(0))
    >>> cells, rewards
    ([0, 1, 2, 6, 10, 14], array([0., 0., 0., 0., 0., 1.]))
    """
    cell, cells, moves, rewards = KINDS.index("S"), [], [], []
    while KINDS[cell] not in "GH" and len(cells) < LONGEST:
        cells.append(cell)
        moves.append(int(rng.choice(len(MOVES), p=p[cell])))
        cell, reward = step(cell, moves[-1], hole)
        rewards.append(reward)
    return cells, np.array(moves), np.array(rewards)

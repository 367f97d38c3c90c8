"""Tables and short numbers for reports that are printed, the same on every machine."""


def table(rows):
    """Align the columns of rows of text; the first row is the head.

    >>> table([("name", "shape"), ("W1", "(2, 4)")])
    ['name  shape', 'W1    (2, 4)']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]


def short(number, digits=5):
    """Write a number with few digits, so that the last ones, which differ between machines, are left out.

    >>> short(0.123456789), short(3.0), short(-1.5e-9)
    ('0.12346', '3', '-1.5e-09')
    """
    return f"{number:.{digits}g}"


def place_name(name, place):
    """Name an entry of a parameter.

    >>> place_name("W1", (0, 2)), place_name("w", ())
    ('W1[0, 2]', 'w')
    """
    inside = ", ".join(map(str, place))
    return f"{name}[{inside}]" if place else name


def listed(names, most=6):
    """Join names with commas and an "and".

    >>> listed(["W1", "b1", "W2"])
    'W1, b1 and W2'
    """
    names = list(names)
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)

"""What the matrix lens says: an entry as its sum, in letters and in numbers. js/matrix_lens says the same."""

from backprop_lib.explorables import words
from backprop_lib.explorables.matrix_lens.equations import EQUATIONS

ONE = {"samples": "sample", "inputs": "input", "hidden": "hidden unit", "outputs": "output"}
INDEX = {"samples": "n", "inputs": "i", "hidden": "j", "outputs": "k"}
SUM = {"samples": "Σₙ", "inputs": "Σᵢ", "hidden": "Σⱼ", "outputs": "Σₖ"}


def sentence(name, seen, row, column):
    """Say how an entry of the result `name` came about, and which row met which column.

    seen: the `Pass`.  row, column: of the entry, from 0 as in code.
    """
    equation = EQUATIONS[name]
    letters, numbers = _sum(equation, seen, row, column)
    if equation.activation:
        a = _cell(equation.activation, seen, row, column)
        letters = f"{_grouped(letters)}·{a}·(1 − {a})"
        numbers = f"{_grouped(numbers)}·{words.number(seen.local_derivative(equation, row, column))}"
    entry = float(seen[name][row, column])
    result = words.signed(entry) if name[0] == "d" else words.number(entry)
    met = _meeting(equation, seen, row, column) if equation.left else _start(seen, row, column)
    return f"{_cell(name, seen, row, column)} = {letters} = {numbers} = {result}; {met}"


def times(size):
    """Write a shape.

    >>> times((5, 2))
    '5×2'
    """
    return "×".join(map(str, size))


def _sum(equation, seen, row, column):
    """The sum, in letters and in numbers."""
    if not equation.left:
        return _cell("da2", seen, row, column), _factor(seen.terms(equation, row, column)[0])
    left, right = seen.factors(equation)
    index = INDEX[equation.over]
    cells = (_cell(left, seen, row, index), _cell(right, seen, index, column))
    letters = f"{SUM[equation.over]} {'·'.join(filter(None, cells))}"
    pairs = zip(*seen.met(equation, row, column), strict=True)
    if "1ᵀ" in (left, right):
        return letters, " + ".join(_factor(a * b) for a, b in pairs)
    numbers = " + ".join(f"{_factor(a)}·{_factor(b)}" for a, b in pairs)
    if not equation.bias:
        return letters, numbers
    bias = _factor(seen.terms(equation, row, column)[-1])
    return f"{letters} + {_cell(equation.bias, seen, row, column)}", f"{numbers} + {bias}"


def _cell(name, seen, row, column):
    """Name an entry as it stands in the array itself: row j, column n of a1ᵀ is a1[n,j]."""
    bare = name.removesuffix("ᵀ")
    places = [row, column] if name == bare else [column, row]
    if bare == "1":
        return ""
    if "b" in bare:
        places = places[1:] if seen.convention == "rows" else places[:1]
    return f"{bare}[{','.join(map(str, places))}]"


def _meeting(equation, seen, row, column):
    left, right = seen.factors(equation)
    along = f"row {row} of {left} ({times(seen.shape(left))})"
    down = f"column {column} of {right} ({times(seen.shape(right))})"
    met = f"{along} meets {down}"
    if "1ᵀ" in (left, right):
        met = f"{down if left == '1ᵀ' else along} is added up"
    count, one = seen.sizes[equation.over], ONE[equation.over]
    terms = f"{count} terms, one for each {one}" if count > 1 else f"one term, for the only {one}"
    bias = ", and the bias" if equation.bias else ""
    a = equation.activation
    local = f"; then times the local derivative {a}·(1 − {a})" if a else ""
    return f"{met}: {terms}{bias}{local}{_warning(equation, seen)}"


def _warning(equation, seen):
    """Say where a transpose, forgotten or too many, would not show in the shapes."""
    for name in (equation.left, equation.right):
        bare = name.removesuffix("ᵀ")
        height, width = seen.shape(bare)
        if (bare != name or bare[0] == "W") and height == width > 1:
            return f"; {bare} is square here, so its transpose fits as well: the shapes would hide a mistake"
    return ""


def _start(seen, row, column):
    """Where the backward pass begins: the gradient of the loss."""
    a, y = (words.number(seen[name][row, column]) for name in ("a2", "y"))
    size = seen.shape("a2")
    count = size[0] * size[1]
    entries = "entry" if count == 1 else "entries"
    return (
        f"no sum, entry meets entry; {_cell('da2', seen, row, column)} = 2·({a} − {y})/{count}, "
        f"for the loss is the mean over {times(size)} = {count} {entries}"
    )


def _grouped(text):
    return f"({text})" if " " in text else text


def _factor(x):
    """Write a number that is multiplied or added.

    >>> _factor(0.5), _factor(-0.5), _factor(0.00001)
    ('0.5', '(−0.5)', '(1.00×10⁻⁵)')
    """
    text = words.number(x)
    return f"({text})" if x < 0 or "×" in text else text

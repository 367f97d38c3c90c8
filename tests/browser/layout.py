"""Whether a drawing can be read: nothing sticks out, is cut, or meets something else."""

CUT = "all => all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)"
STICKING_OUT = """root => {
    const { left, right } = root.getBoundingClientRect();
    const boxes = "button, input, select, output, text, svg, .bp-caption, .bp-told, .bp-formula, .bp-marks *";
    return [...root.querySelectorAll(boxes)]
        .filter((element) => {
            const box = element.getBoundingClientRect();
            return box.right > right + 0.5 || box.left < left - 0.5;
        })
        .map((element) => element.outerHTML.slice(0, 80));
}"""
MEETING = """(root, texts) => {
    const boxes = [...root.querySelectorAll(texts)]
        .filter((text) => text.textContent && text.style.display !== "none")
        .map((text) => [text.textContent, text.getBoundingClientRect()]);
    const apart = (a, b) => a.left >= b.right - 0.5 || a.top >= b.bottom - 4;
    return boxes.flatMap(([name, a], i) => boxes.slice(i + 1)
        .filter(([, b]) => !apart(a, b) && !apart(b, a)).map(([other]) => [name, other]));
}"""

# By chance, "NaN" may stand in the letters that an image is written in.
WITHOUT_IMAGES = "root => root.innerHTML.replace(/data:image[^\"]*/g, '')"


def height_where_all_can_be_read(page, at, texts=".bp-board text"):
    """Nothing sticks out, is cut, or is no number; no two of `texts` meet. `at` says where, if they do."""
    assert page.root.evaluate(STICKING_OUT) == [], at
    assert page.root.evaluate(MEETING, texts) == [], at
    assert page.root.locator("output").evaluate_all(CUT) == [], at
    assert page.root.locator(".bp-caption").evaluate("box => box.scrollHeight <= box.clientHeight"), at
    drawn = page.root.evaluate(WITHOUT_IMAGES)
    assert "NaN" not in drawn and "Infinity" not in drawn and "undefined" not in drawn, at
    return page.root.bounding_box()["height"]

"""Write notebooks/glossary.md, the learners' page of terms: `python -m tools.glossary_page`."""

from itertools import groupby
from pathlib import Path

from backprop_lib.glossary import GLOSSARY, Term

PAGE = Path(__file__).resolve().parents[1] / "notebooks" / "glossary.md"
HEAD = """# Glossary

The terms of the course, each in a sentence. The link leads to the lesson that introduces it.
"""


def page() -> str:
    """The whole page: the terms in alphabetical order, under their letters."""
    terms = sorted(GLOSSARY, key=lambda term: term.name.lower())
    letters = [
        (letter, list(group)) for letter, group in groupby(terms, key=lambda term: term.name[0].upper())
    ]
    index = " · ".join(f"[{letter}](#{group[0].anchor})" for letter, group in letters)
    parts = [HEAD, f"{index}\n"]
    for letter, group in letters:
        parts += [f"## {letter}\n", *map(_entry, group)]
    return "\n".join(parts)


def _entry(term: Term) -> str:
    lesson = f"[{term.lesson.number} · {term.lesson.title}]({term.lesson.notebook})"
    lines = [f'<a id="{term.anchor}"></a>**{term.name}** ({lesson})', term.meaning]
    if term.formula:
        lines[-1] += f" ${term.formula}$"
    if term.see:
        places = {other.name: other.anchor for other in GLOSSARY}
        lines.append(f"→ {', '.join(f'[{name}](#{places[name]})' for name in term.see)}")
    return "<br>\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(PAGE.parents[1])}: {len(GLOSSARY)} terms")

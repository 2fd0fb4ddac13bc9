"""Forms in which people write matrices: what each means, as a matrix and as an answer, or why it is refused.

``pytest --rewrite-docs`` writes their table into docs/reading.md.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tmat.errors import InputError
from tmat.marking.answers import Answers
from tmat.reading.pasted import read_pasted
from tmat.reading.sources import read_matrix
from tmat.sheet.names import canonical

FORMS = Path(__file__).resolve().parents[2] / "fixtures" / "forms"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FORMS / "expected.json").read_text("utf-8"))
READ = sorted(form for form in EXPECTED if "read" in EXPECTED[form])
PAGE = FORMS.parents[1] / "docs" / "reading.md"
REFUSED = sorted(EXPECTED.keys() - READ)


def same(found: np.ndarray, due: list[list[float | str]]) -> bool:
    right = np.array([[float(cell) for cell in row] for row in due])
    return found.shape == right.shape and np.allclose(found, right, rtol=1e-12, atol=0, equal_nan=True)


@pytest.mark.parametrize("form", READ)
def test_a_form_is_read(form: str) -> None:
    due = EXPECTED[form]
    pasted = read_pasted((FORMS / f"{form}.txt").read_text("utf-8"), "a.txt")
    assert not pasted.lost
    assert [canonical(one.name) for one in pasted.found] == [canonical(name) for name in due["read"]]
    for one, rows in zip(pasted.found, due["read"].values(), strict=True):
        assert same(one.matrix.values, rows)
    first = pasted.found[0]
    assert list(first.matrix.rows) == due.get("labels", list(first.matrix.rows))
    assert due.get("note", "") in "; ".join(first.notes)


@pytest.mark.parametrize("form", READ)
def test_a_form_is_a_matrix_and_an_answer(form: str) -> None:
    path = FORMS / f"{form}.txt"
    answers = Answers.read(path)
    for answer, (name, rows) in zip(answers, EXPECTED[form]["read"].items(), strict=True):
        assert same(answer.values, rows)
        if "nan" not in str(rows):
            source = f"{path}:{answer.name}" if len(answers) > 1 else str(path)
            assert same(read_matrix(name or "X", source).values, rows)


@pytest.mark.parametrize("form", [form for form in READ if len(EXPECTED[form]["read"]) == 1])
def test_a_form_is_a_matrix_inline(form: str) -> None:
    text = (FORMS / f"{form}.txt").read_text("utf-8").rstrip("\n")
    [rows] = EXPECTED[form]["read"].values()
    if "nan" not in str(rows):
        assert same(read_matrix("X", text).values, rows)


@pytest.mark.parametrize("form", REFUSED)
def test_a_form_is_refused_and_said_why(form: str) -> None:
    due = EXPECTED[form]
    pasted = read_pasted((FORMS / f"{form}.txt").read_text("utf-8"), "a.txt")
    assert not pasted.found
    assert due["refused"] in pasted.lost[0].error.what
    assert due["where"] in pasted.lost[0].error.details[0]
    for read in (lambda path: read_matrix("X", str(path)), Answers.read):
        with pytest.raises(InputError):
            read(FORMS / f"{form}.txt")


def example(form: str) -> str:
    """A text as one cell of a table in Markdown."""
    shown = []
    for line in (FORMS / f"{form}.txt").read_text("utf-8").strip("\n").split("\n"):
        tick = "``" if "`" in line else "`"
        pad = " " if tick == "``" else ""
        text = line.replace("\t", "⇥").replace("\u200b", "").replace("|", "\\|")
        shown.append(f"{tick}{pad}{text}{pad}{tick}" if text.strip() else "")
    return "<br>".join(shown)


def meaning(due: dict[str, Any]) -> str:
    if "read" not in due:
        return "refused"
    sizes = [f"{name} {len(rows)}×{len(rows[0])}".strip() for name, rows in due["read"].items()]
    return ", ".join(sizes) + (f"; {due['note']}" if "note" in due else "")


def table() -> str:
    lines: list[str] = []
    for group in dict.fromkeys(due["group"] for due in EXPECTED.values()):
        own = [(form, due) for form, due in EXPECTED.items() if due["group"] == group]
        cells = [f"{due['form']} → {meaning(due)} | {example(form)}" for form, due in own]
        pairs = [cells[n : n + 2] for n in range(0, len(cells), 2)]  # two a line: there are hundreds
        rows = [f"| {' | '.join(pair)}{' | | ' * (2 - len(pair))} |" for pair in pairs]
        rows = ["| form → what is read | an example " * 2 + "|", "|---|---|---|---|", *rows]
        if len(own) > 50:  # a long table is folded away
            rows = ["<details>", f"<summary>{len(own)} forms</summary>", "", *rows, "", "</details>"]
        lines += [f"## {group}", "", *rows, ""]
    return "\n".join(lines)


def test_the_page_has_every_form(request: pytest.FixtureRequest) -> None:
    page = PAGE.read_text("utf-8")
    before, _, rest = page.partition("<!-- forms -->\n")
    _, end, after = rest.partition("<!-- end -->")
    due = f"{before}<!-- forms -->\n{table()}{end}{after}"
    if request.config.getoption("--rewrite-docs"):
        PAGE.write_text(due, "utf-8")
    assert PAGE.read_text("utf-8") == due

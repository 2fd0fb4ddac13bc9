"""Words in the workbook: those of a prediction are looked up, texts stay texts."""

from __future__ import annotations

import re

import numpy as np
import pytest
from tests.rendering.xlsx.cells import (
    attention,
    cells,
    dumped,
    formulas,
    names,
    part,
)

import tmat
from tmat.operations import REGISTRY
from tmat.reading.xlsx import read_xlsx
from tmat.rendering.formats.xlsx.plan import sheet_name
from tmat.rendering.layout import Look
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet

pytest.importorskip("xlsxwriter")

# -- the words of a prediction


def test_words_are_looked_up_and_what_is_predicted_is_fed_back() -> None:
    sheet = tmat.decode([[0.5, 0.25]], vocabulary=["you", "win"], max_tokens=3, seed=1)
    data = dumped(sheet)
    second, third = (names(data).index(f"decode-{n}.embed") + 1 for n in (2, 3))
    ids = [text for text in formulas(data, third) if "MATCH" in text]
    assert len(ids) == 3 and all("EXACT(LOWER(" in text for text in ids)
    assert formulas(data, second, of="words")[:2] == ["'decode-1.embed'!$A$8", "'decode-1'!$G$35"]
    assert cells(data, names(data).index("decode-1") + 1)["G35"][1] == sheet["decode-1"].params["word"]
    assert formulas(data, third, of="words")[:3] == [
        "'decode-2.embed'!$A$8",
        "'decode-2.embed'!$A$9",
        "'decode-2'!$G$36",
    ]


def test_a_word_of_another_spelling_and_one_that_is_unknown() -> None:
    kept = tmat.embed(tmat.vocab("You you win", case="keep"), text="you win", d_model=2)
    assert any("EXACT($A$" in text for text in formulas(dumped(kept), 2))
    unknown = tmat.embed(text="win lose", vocabulary=["<unk>", "win"], first_id=0, d_model=2)
    said = [text for text in formulas(dumped(unknown)) if "EXACT" in text]
    assert len(said) == 2 and all(re.fullmatch(r"IFERROR\(SUMPRODUCT\(MATCH\(.*\)\)-1,0\)", text) for text in said)
    folded = tmat.embed(text="STRASSE", vocabulary=["straße"], d_model=2)  # the same word, which LOWER does not know
    assert not any("EXACT" in text for text in formulas(dumped(folded)))


# -- texts


NASTY = [
    '=cmd|"/c calc"!A1',
    "+1",
    "-2",
    "@SUM(A1)",
    "<b>&amp;</b>",
    "a\nb",
    "\u202eright",
    "'quoted",
    "🙂",
    "x" * 40_000,
    "",
]


def test_texts_stay_texts() -> None:
    values = np.arange(float(len(NASTY)) ** 2).reshape(len(NASTY), -1)
    given = {"X": Matrix("X", values, tuple(NASTY), tuple(NASTY), "=1+1")}
    softmax = Step(Matrix.of("weights", REGISTRY["softmax"](values), NASTY, NASTY), "softmax", ("X",))
    words = tmat.Vocabulary(tuple(NASTY), 1)
    stage = Stage("=2*3", "attention", notes=("=4+4", "+5"), given=given, steps=[softmax])
    data = dumped(Worksheet([stage, Stage("vocab", "vocab")], words, tuple(NASTY)))
    own = set(formulas(data))
    own |= set(formulas(data, of="words"))
    assert all(re.match(r"EXP\(|\$[A-Z]+\$\d+$", text) for text in own)
    assert formulas(data, 2) == []
    stored = cells(data)
    (x, weights) = read_xlsx(data, "it")
    first = int(x.where.rpartition(" ")[2])
    for n, text in enumerate(NASTY[:5]):
        assert stored[f"A{first + n}"] == (None, text)
    assert "<f>" not in part(data, "xl/worksheets/sheet2.xml")
    assert 'quotePrefix="1"' in part(data, "xl/styles.xml")
    assert x.matrix.rows[:5] == tuple(NASTY[:5])
    np.testing.assert_allclose(weights.matrix.values, softmax.values)


def test_the_likeliest_words_follow_the_probabilities() -> None:
    sheet = tmat.decode([[0.5, 0.25]], vocabulary=["=cmd", "win"], max_tokens=1, seed=1)
    data = dumped(sheet)
    last = len(names(data))
    said = formulas(data, last)
    assert any(re.fullmatch(r"LARGE\(F\d+:I\d+,1\)", text) for text in said)
    said = formulas(data, last, of="words")
    assert any(re.fullmatch(r"INDEX\(\$F\$\d+:\$I\$\d+,1,MATCH\(LARGE\(.*,1\),F\d+:I\d+,0\)\)", text) for text in said)
    assert any(re.fullmatch(r"INDEX\(\$F\$\d+:\$I\$\d+,1,F\d+\)", text) for text in said)
    word = sheet.stages[-1].params["word"]
    assert any(
        formula and formula.startswith("INDEX(") and value == word for formula, value in cells(data, last).values()
    )


def test_words_and_ids_of_a_vocabulary() -> None:
    data = dumped(tmat.vocab("you win or you die"))
    stored = cells(data)
    words = {place: value for place, (_, value) in stored.items() if place[0] == "A"}
    start = next(int(place[1:]) for place, value in words.items() if value == "you")
    assert [words[f"A{start + n}"] for n in range(4)] == ["you", "win", "or", "die"]
    assert [stored[f"B{start + n}"] for n in range(4)] == [(None, str(n)) for n in (1, 2, 3, 4)]


def test_sheet_names() -> None:
    taken: set[str] = set()
    wanted = ["attention", "Attention", "a[b]:*?/\\c", "'x'", "history", "", "l" * 50, "l" * 50, "🙂" * 20]
    found = [sheet_name(text, taken) for text in wanted]
    assert found == [
        "attention", "Attention 2", "a-b------c", "x", "history-", "stage", "l" * 31, "l" * 29 + " 2", "-" * 20,
    ]  # fmt: skip
    assert len({name.casefold() for name in found}) == len(wanted)


def test_several_worksheets_are_one_workbook() -> None:
    data = dumped(attention(), attention())
    assert names(data) == ["1 attention", "2 attention"]
    assert [one.stage for one in read_xlsx(data, "it")] == ["attention"] * 26


def test_the_same_every_time() -> None:
    assert dumped(attention()) == dumped(attention())


def test_heat_is_a_colour_scale() -> None:
    text = part(dumped(attention(), look=Look(heat=frozenset({"weights"}))), "xl/worksheets/sheet1.xml")
    assert text.count("<colorScale>") == 1
    assert part(dumped(attention(), look=Look(heat=True)), "xl/worksheets/sheet1.xml").count("<colorScale>") == 8

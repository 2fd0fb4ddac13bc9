"""What a prompt prints of worksheets and their parts."""

from __future__ import annotations

import numpy as np
from tests.rendering.nasty import nasty

import tmat
from tmat.sheet.worksheet import Matrix
from tmat.visible import width


def test_each_prints_what_it_holds() -> None:
    x = Matrix.of("X", [[1.0, -0.25], [10, 2]], rows=["When", "当"])
    sheet = tmat.attention(x, weights=False, d_k=4)
    assert repr(x) == "X 2×2\n          1      2\nWhen   1.00  -0.25\n当    10.00   2.00"
    assert repr(sheet["attention"].step("scaled")).splitlines()[0] == "scaled = scores / √4 2×2"
    assert repr(sheet["attention"]) == "attention: X → scores scaled weights Z"
    assert repr(sheet) == "Worksheet\n  attention: X → scores scaled weights Z"


def test_a_vocabulary_prints_its_words() -> None:
    sheet = tmat.vocab("I drink and I know things")
    assert repr(sheet.vocabulary) == "Vocabulary of 5 words, ids from 1: I drink and know things"
    assert repr(sheet).splitlines()[1] == "  Vocabulary of 5 words, ids from 1: I drink and know things"
    many = tmat.vocab(" ".join(f"w{chr(97 + n)}" for n in range(20))).vocabulary
    assert repr(many).endswith("wk wl …")


def test_a_large_matrix_prints_its_edges_within_a_terminal() -> None:
    told = repr(Matrix.of("W", np.random.default_rng(0).uniform(-1e4, 1e4, (300, 200)), rows=["word" * 9] * 300))
    assert len(told.splitlines()) == 15
    assert max(map(width, told.splitlines())) <= 100


def test_a_batch_prints_its_shape() -> None:
    assert repr(Matrix.of("X", np.ones((3, 2, 2)))) == "X: a batch of 3×2×2"


def test_a_working_a_trace_and_a_report_print_what_they_say() -> None:
    x = Matrix.of("X", [[1.0, 2.0]], rows=["When"])
    sheet = tmat.attention(x, weights=False, d_k=4)
    own = tmat.working(sheet["attention"], "scores", 0, 0)
    assert repr(own) == str(own) and repr(own).splitlines()[-1] == "  = 5"
    lines = repr(tmat.trace(sheet, "attention", "scaled", 0, 0)).splitlines()
    assert lines[0] == "scaled[When] = scores[When] / √4 = 2.5"
    assert [len(line) - len(line.lstrip()) for line in lines] == [0, 2, 4, 4]
    assert lines[2:] == ["    X[1] = 1", "    X[2] = 2"]
    assert repr(tmat.mark({"scores": [[5.0]], "Z": [[1, 3]]}, sheet)) == (
        "answers\n  scores: right\n  scaled: missing\n  weights: missing\n  Z: wrong"
    )


def test_no_word_moves_the_terminal() -> None:
    sheet = nasty()
    for own in (sheet, *sheet.stages, *(step for stage in sheet for step in stage.steps)):
        assert repr(own).replace("\n", "").isprintable()

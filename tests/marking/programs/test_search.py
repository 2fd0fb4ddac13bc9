"""The search at some rows and at all: what goes by rows is found out, and who watches is told."""

from __future__ import annotations

import numpy as np
import pytest

import tmat
from tmat.marking.key import Key
from tmat.marking.programs.bugs import Bugs
from tmat.marking.programs.chain import Chain, Held
from tmat.numbers.floats import FLOAT64
from tmat.numbers.steady import quick, quickly
from tmat.operations.products import matmul
from tmat.progress import watched_by

TOKENS, WIDTH = 24, 8


@pytest.fixture(scope="module")
def sheet() -> tmat.Worksheet:
    rng = np.random.default_rng(3)
    given = {name: rng.standard_normal((WIDTH, WIDTH)) for name in ("W_Q", "W_K", "W_V", "W_O")}
    return tmat.attention(rng.standard_normal((TOKENS, WIDTH)), heads=2, mask="causal", **given)  # type: ignore[arg-type]


def test_every_bug_makes_the_same_rows_from_some_rows_as_from_all(sheet: tmat.Worksheet) -> None:
    key = Key(sheet)
    chain = Chain(key, FLOAT64, {m.index: Held(m.values, np.zeros(m.values.shape)) for m in key.matrices if m.given})
    target = key.matrices[-1].index
    rows = np.array([0, 5, 17, 23])
    some, all_of_them = Bugs(chain, target, rows), Bugs(chain, target, None)
    compared = 0
    with quickly():
        bugs = list(some.wide())
        for bug in bugs:
            if len(bug.starts) > 2 or bug.source is None:
                continue  # bugs one after another are tried in all rows where they have to be
            few, whole = (
                chain.redone(bug.starts, target, bugs.held, lambda matrix, now, at=bugs: bug.made(at, matrix, now))  # noqa: B023
                for bugs in (some, all_of_them)
            )
            assert (few is None) == (whole is None)
            if few is not None and whole is not None:
                np.testing.assert_allclose(few.values, whole.values[rows], rtol=1e-9, atol=1e-9)
                compared += 1
    assert compared > 200
    assert 0 < sum(some.slipped.by_rows.values()) < len(some.slipped.by_rows)  # some slips look down the columns


def test_who_watches_is_told_of_every_kind_of_bug(sheet: tmat.Worksheet) -> None:
    heard: list[tuple[str, int | None]] = []

    class Heard:
        def begin(self, what: str, of: int | None) -> None:
            heard.append((what, of))

        def step(self, done: int) -> None:
            heard[-1] = heard[-1][0], done

        def end(self) -> None:
            pass

    output = sheet["attention"]["output"].values
    with watched_by(Heard()):
        tmat.explain(output + np.random.default_rng(0).standard_normal(output.shape), sheet)
    assert [what for what, _ in heard] == [
        "listing bugs", "trying each bug", "listing bugs of one head or layer", "trying each bug in one head or layer",
        "trying two bugs together",
    ]  # fmt: skip
    assert all(done for _, done in heard)


def test_what_is_computed_quickly_agrees_with_what_is_computed_steadily() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.standard_normal((5, 7)), rng.standard_normal((7, 3))
    slow = matmul(a, b)
    with quickly():
        assert quick()
        np.testing.assert_allclose(matmul(a, b), slow, rtol=1e-12, atol=1e-14)
    assert not quick()

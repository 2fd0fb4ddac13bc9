"""Evidence is counted in the numbers that were free to be otherwise, not in cells."""

from __future__ import annotations

import numpy as np
import pytest

import tmat
from tmat.marking.key import Key
from tmat.marking.programs.chain import Chain, Held
from tmat.marking.programs.evidence import FreeNumbers
from tmat.marking.programs.search import Search
from tmat.numbers.floats import FLOAT64


def sheet(tokens: int, heads: int, **options: object) -> tmat.Worksheet:
    rng = np.random.default_rng(2)
    given = {name: rng.standard_normal((8, 8)) for name in ("W_Q", "W_K", "W_V", "W_O")}
    return tmat.attention(rng.standard_normal((tokens, 8)), heads=heads, **given, **options)  # type: ignore[arg-type]


def free(right: tmat.Worksheet, wrong: tmat.Worksheet, name: str) -> int:
    """The free numbers of the output where a bug lies in the steps of a name, one in each head."""
    key, other = Key(right), Key(wrong)
    held = {m.index: Held(m.values, np.full(m.values.shape, 1e-12)) for m in key.matrices}
    found = FreeNumbers(held, 1.0)
    starts = [m for m in key.steps if m.name.rstrip("0123456789") == name]
    changed = {m.index for m in starts}
    for matrix in key.steps:
        if matrix in starts or changed & {*(matrix.of or ())}:
            changed.add(matrix.index)
            values = next(m.values for m in other.matrices if m.name == matrix.name)
            found.see(matrix, Held(values, held[matrix.index].errors), first=matrix in starts)
    return found.at(key.steps[-1].index)


@pytest.mark.parametrize(("tokens", "heads"), [(2, 1), (2, 2), (3, 1), (4, 2)])
def test_weights_under_a_causal_mask_have_a_free_number_less_than_each_row_sees(tokens: int, heads: int) -> None:
    right, wrong = (sheet(tokens, heads, mask="causal", **own) for own in ({}, {"scale_by": 5.0}))
    assert free(right, wrong, "scaled") == heads * tokens * (tokens - 1) // 2


def test_what_is_wrong_in_the_last_step_is_free_in_every_cell() -> None:
    right, wrong = sheet(3, 2), sheet(3, 2, scale_by=5.0)
    assert free(right, wrong, "output") == 3 * 8


def test_another_weight_leaves_no_more_free_than_it_has_cells() -> None:
    rng = np.random.default_rng(4)
    x, weight = rng.standard_normal((9, 2)), rng.standard_normal((2, 3))
    right = tmat.ffn(x, layers=1, bias=False, W_1=weight, activation="none")
    wrong = tmat.ffn(x, layers=1, bias=False, W_1=weight[::-1], activation="none")
    assert free(right, wrong, "hidden") == 2 * 3


def test_a_bug_that_moves_one_number_is_not_sure_in_half_precision() -> None:
    """The same numbers in float64 are: there one number alone says enough."""
    key = Key(sheet(2, 1, mask="causal"))
    unscaled = np.asarray(sheet(2, 1, mask="causal", scale=False).stages[0].steps[-1].values)
    for kind, sure in ((np.float16, False), (np.float64, True)):
        report = tmat.explain(unscaled.astype(kind), sheet(2, 1, mask="causal"))
        assert all(finding.sure == sure for finding in report.steps[0].findings), kind
    chain = Chain(key, FLOAT64, {m.index: Held(m.values, np.zeros(m.values.shape)) for m in key.matrices if m.given})
    target = key.matrices[-1].index
    search = Search(chain, target, unscaled, np.zeros(unscaled.shape), unscaled != key.matrices[-1].values)
    bug = next(bug for bug in search.sampled.wide() if bug.label == "scale-left-out")
    assert search._free((bug,), 1.0) == 1

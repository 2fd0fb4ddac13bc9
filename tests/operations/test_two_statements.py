"""An operation's two statements, and what its axes say of shapes and labels, must agree."""

from __future__ import annotations

import doctest
import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from tests.operations.samples import PARAMETERS, SIZES, THIN, Sample, sample

from tmat.operations import REGISTRY
from tmat.operations.expression import Operand
from tmat.operations.printing.latex import LATEX_LINE
from tmat.operations.printing.mathml import MATHML
from tmat.operations.printing.printer import Matrices
from tmat.operations.printing.text import CAPTION
from tmat.operations.printing.typst import TYPST

NAMES = sorted(REGISTRY)
UNMOVED = {("largest", 0)}  # the place of the largest moves only when the largest does: tested by itself


def samples(name: str) -> Iterator[Sample]:
    rng = np.random.default_rng(sum(map(ord, name)))
    for case, sizes in itertools.product(range(len(PARAMETERS.get(name, [{}]))), THIN):
        yield sample(name, rng, case, **sizes)


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_is_the_arrays_cell(name: str) -> None:
    for it in samples(name):
        result = it.op(*it.arrays, **it.params)
        told = [[it.op.at(i, j, *it.operands, **it.params).value for j in range(result.shape[1])]
                for i in range(result.shape[0])]  # fmt: skip
        np.testing.assert_allclose(np.array(told).reshape(result.shape), result, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", NAMES)
def test_the_axes_say_the_shape(name: str) -> None:
    for it in samples(name):
        shapes = [array.shape for array in it.arrays]
        assert it.op.mismatch(shapes) is None
        assert it.op.result_shape(shapes, it.params) == it.op(*it.arrays, **it.params).shape


@pytest.mark.parametrize("name", NAMES)
def test_labels_are_as_many_as_rows_and_columns(name: str) -> None:
    for it in samples(name):
        shape = it.op(*it.arrays, **it.params).shape
        own = it.op._labels(*it.operands, **it.params) if it.op._labels else (None, None)
        for side, labels in enumerate(own):
            if labels is not None:
                assert len(labels) == shape[side]
                continue
            source = it.op.source_of(side, len(it.arrays))
            if source is None:
                continue
            operand, from_side = source
            assert it.arrays[operand].shape[from_side] == shape[side]


@pytest.mark.parametrize("name", [n for n in NAMES if REGISTRY[n].axes])
def test_each_operand_moves_the_result(name: str) -> None:
    it = sample(name, np.random.default_rng(7))
    before = it.op(*it.arrays, **it.params)
    for n, array in enumerate(it.arrays):
        if (name, n) in UNMOVED:
            continue
        moved = 0
        for place in np.ndindex(*array.shape):
            changed = array.copy()
            changed[place] = 1 - array[place] if set(np.unique(array)) <= {0.0, 1.0} else array[place] + 1.0
            if changed[place] == SIZES["*"]:  # no row has this number
                continue
            others = [changed if at == n else other for at, other in enumerate(it.arrays)]
            moved += not np.array_equal(it.op(*others, **it.params), before)
        assert moved > 0, f"operand {n} of {name} does nothing"


def test_the_place_of_the_largest_moves_with_it() -> None:
    op = REGISTRY["largest"]
    assert op(np.array([[1.0, 3.0, 2.0]]), first=1).tolist() == [[2.0]]
    assert op(np.array([[1.0, 3.0, 4.0]]), first=1).tolist() == [[3.0]]
    assert op(np.array([[3.0, 3.0, 3.0]]), first=0).tolist() == [[0.0]]


@pytest.mark.parametrize("name", [n for n in NAMES if len(REGISTRY[n].axes) > 1])
def test_sizes_that_do_not_fit_are_found(name: str) -> None:
    it = sample(name, np.random.default_rng(1))
    shapes = [array.shape for array in it.arrays]
    found = 0
    for n, side in itertools.product(range(len(shapes)), (0, 1)):
        wrong = list(shapes)
        wrong[n] = tuple(size + (at == side) for at, size in enumerate(shapes[n]))
        axis = it.op.axes[n][side]
        free = axis == "*" or (sum(axis in pair for pair in it.op.axes) == 1 and axis != "1")
        assert (it.op.mismatch(wrong) is None) == free
        found += not free
    assert found


@pytest.mark.parametrize("name", [n for n in NAMES if REGISTRY[n].by_rows and REGISTRY[n].axes])
def test_rows_alone_give_the_rows_of_the_whole(name: str) -> None:
    it = sample(name, np.random.default_rng(3))
    whole = it.op(*it.arrays, **it.params)
    axes = it.op.axes_of(len(it.arrays))
    last = [a[1:] if pair[0] == it.op.result[0] else a for a, pair in zip(it.arrays, axes, strict=True)]
    np.testing.assert_allclose(it.op(*last, **it.op.from_row(1, it.params)), whole[1:], rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("name", NAMES)
def test_its_example_runs(name: str) -> None:
    names = {**REGISTRY, "np": np}
    example = doctest.DocTestParser().get_doctest(REGISTRY[name].__doc__ or "", names, name, None, 0)
    outcome = doctest.DocTestRunner(verbose=False).run(example)
    assert outcome.attempted > 0 and outcome.failed == 0


@pytest.mark.parametrize("name", NAMES)
def test_its_formula_names_every_operand(name: str) -> None:
    it = sample(name, np.random.default_rng(0))
    letters = ["Apple", "Berry", "Cherry", "Damson"][: len(it.arrays)]
    formula = it.op.over(letters, it.params)
    for notation in (CAPTION, LATEX_LINE, MATHML, TYPST):
        said = Matrices(notation).text(formula)
        spoken = (
            letters[:1] if name in ("row_deviation", "row_variance") else letters
        )  # whose deviation, not from which mean
        assert all(letter in said for letter in spoken), said


def test_a_cell_can_be_written_before_its_numbers_are_known() -> None:
    a, b = Operand("Q", shape=(2, 3)), Operand("K", shape=(4, 3))
    assert len(REGISTRY["matmul_transposed"].at(1, 3, a, b).parts) == 3

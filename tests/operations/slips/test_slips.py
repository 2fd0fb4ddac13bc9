"""Every slip: it differs from the right result, and says what happened."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from tests.operations.samples import PARAMETERS, THIN, Sample, sample

from tmat.errors import InputError
from tmat.marking.candidates import of_slip
from tmat.marking.reports.words import mend_of, said_of
from tmat.operations import REGISTRY
from tmat.operations.slips import EVERYWHERE, Redo, Slip
from tmat.operations.slips.cells import cell_slips

LEFT_ALONE = {"identity", "lookup_known", "put_columns", "put_row", "in_rows", "transpose", "additive_v_gradient"}
SLIPS = [(op.name, slip) for op in REGISTRY.values() for slip in op.slips]


def redo(name: str, size: int = 6, seed: int = 0) -> Redo:
    """The step over square random operands, so that every mix-up of sides can be made."""
    op, r = REGISTRY[name], np.random.RandomState(seed)
    params = dict(PARAMETERS.get(name, [{}])[0])
    if name == "one_row":
        params = {"row": size}
    axes = op.axes_of(2 if op.variadic else len(op.axes))
    operands = []
    for n, (row, col) in enumerate(axes):
        shape = (1 if row == "1" else size, 1 if col == "1" else size)
        operands.append((r.rand(*shape) + (0.1 if n == 0 else -0.3)).round(2))
    if name in ("mask_fill", "multiply"):
        operands[1] = np.tril(np.ones((size, size)))
    if name == "dropout":
        operands[1] = (r.rand(size, size) < 0.5).astype(float)
        params = {"p": 0.25}
    if name in ("relu", "leaky_relu"):
        operands[0] -= 0.5
    if name == "repetition_penalty":
        operands[0] -= 0.5
        operands[1] = np.tril(np.ones((size, size)))
    if name == "range_of_draw":
        operands[0] = np.cumsum(operands[0] / operands[0].sum(axis=1, keepdims=True), axis=1)
        operands[1] = np.full((size, 1), 0.5)
    if name == "cross_entropy_gradient":
        operands[1] = np.eye(size)
    if name == "relu_gate":
        operands[1] = np.tril(operands[1])
    if name == "gather_rows":
        operands[0], params = np.array([[1.0], [2.0], [1.0], [3.0], [3.0], [6.0]]), {"first": 1, "height": 6}
    if name == "lookup":
        operands[0] = np.arange(2, size + 2, dtype=float).reshape(-1, 1)[::-1] % size + 1
        params = {"first": 1}
    if name == "row_deviation":
        operands[1] = operands[0].mean(axis=1, keepdims=True)
    return Redo(
        op, tuple(operands), params, tuple("ABCD"[: len(operands)]), "result", widths={3: "d_k", 5: "d_model", 8: "d_v"}
    )


def test_every_operation_has_slips_of_its_own() -> None:
    assert {op.name for op in REGISTRY.values() if not op.slips} == LEFT_ALONE


@pytest.mark.parametrize(("name", "slip"), SLIPS, ids=lambda value: value if isinstance(value, str) else value.name)
def test_a_slip_differs_from_what_is_right_and_has_words(name: str, slip: Slip) -> None:
    step = redo(name)
    right = step()
    for found in of_slip(slip, step):
        same = found.values.shape == right.shape and np.array_equal(found.values, right, equal_nan=True)
        assert not same, found.mistake.name
        made = found.mistake
        assert made.label == made.label.lower() and " " not in made.label
        for text in (said_of(made), mend_of(made)):
            assert text and "{" not in text and "}" not in text and not text.endswith("."), text


@pytest.mark.parametrize("slip", EVERYWHERE, ids=lambda slip: slip.name)
def test_slips_that_can_happen_anywhere(slip: Slip) -> None:
    step = redo("matmul")
    found = list(of_slip(slip, step))
    assert found
    assert all(not np.array_equal(one.values, step(), equal_nan=True) for one in found)


def test_a_cell_that_went_wrong() -> None:
    step = redo("matmul", 3)
    right = step()
    a, b = step.operands
    found = {slip.name: slip for slip in cell_slips(step, right, 0, 1, 2)}
    numbers = [slip.value for slip in cell_slips(step, right, 0, 1, 2)]
    assert found["sign"].value == -right[0, 1]
    products = [a[0, k] * b[k, 1] for k in range(3)]
    for product in products:
        for wrong in (-product, product, -2 * product):
            assert any(np.isclose(number, right[0, 1] + wrong) for number in numbers)
    assert found["one-product-left-out"].details["terms"] == 3
    assert any(np.isclose(number, right[0, 0]) for number in numbers)
    assert any(np.isclose(number, right[0, 1] * 10) for number in numbers)


def test_two_digits_swapped_keep_their_place() -> None:
    step = redo("add", 3)
    right = np.array([[0.05, 12.34], [-3.88, 7.0]])
    swapped = {
        (i, j): {round(s.value, 6) for s in cell_slips(step, right, i, j, 2) if s.name == "digits-swapped"}
        for i in range(2)
        for j in range(2)
    }
    assert swapped[0, 1] == {21.34, 13.24, 12.43}
    assert swapped[1, 0] == {-8.38}
    assert swapped[0, 0] == {0.5}
    assert swapped[1, 1] == {0.7}


def shaped(name: str) -> Iterator[Sample]:
    """Operands of every kind of size that makes a difference to the operation, with each of its parameters."""
    for case in range(len(PARAMETERS.get(name, [{}]))):
        by_shape = {}
        for sizes in (*THIN, {"n": 3, "m": 3, "k": 3, "d": 3, "h": 3}, {"n": 0}, {"d": 0}):
            made = sample(name, np.random.default_rng(1), case, **sizes)
            by_shape[tuple(a.shape for a in made.arrays)] = made
        yield from by_shape.values()


@pytest.mark.parametrize("name", REGISTRY)
def test_a_slip_says_itself_where_it_does_not_apply(name: str) -> None:
    for made in shaped(name):
        for odd in (None, 0.0, np.nan, np.inf, -np.inf, 1e308):
            arrays = tuple(a if odd is None else every_second(a, odd) for a in made.arrays)
            step = Redo(
                made.op, arrays, made.params, tuple("ABC"[: len(arrays)]), widths={3: "d_k", 1: "d_v", 8: "d_model"}
            )
            try:
                step()
            except (InputError, ValueError):
                continue  # no step, so no slip: an id that names no row, the largest of nothing
            for slip in (*made.op.slips, *EVERYWHERE):
                assert all(variant.values.ndim == 2 for variant in slip.variants(step))


ODD_PARAMETERS: list[tuple[str, dict[str, object]]] = [
    ("divide_by_root", {"d": -4}),
    ("divide_by_root", {"d": 0}),
    ("divide", {"by": 0.0}),
    ("columns", {"start": 3, "stop": 2}),
    ("columns", {"start": 1, "stop": 9}),
    ("one_row", {"row": 9}),
    ("dropout", {"p": 1.0}),
    ("softmax_tempered", {"temperature": 0.0}),
    ("mask_fill", {"value": np.nan}),
    ("sinusoid", {"positions": 3, "d_model": 1, "base": 0.0, "start": -1, "exponent": "paired"}),
    ("token_ids", {"ids": [], "words": []}),
]


@pytest.mark.parametrize(("name", "params"), ODD_PARAMETERS, ids=str)
def test_a_slip_says_itself_where_a_parameter_is_odd(name: str, params: dict[str, object]) -> None:
    made = sample(name, np.random.default_rng(1))
    step = Redo(
        made.op, tuple(made.arrays), params, tuple("AB"[: len(made.arrays)]), widths={3: "d_k", 1: "d_v", 8: "d_model"}
    )
    for slip in made.op.slips:
        assert all(variant.values.ndim == 2 for variant in slip.variants(step))


def every_second(a: np.ndarray, odd: float) -> np.ndarray:
    """The matrix with another number in every second cell."""
    return np.where(np.arange(a.size).reshape(a.shape) % 2, a, odd)


def test_an_error_in_a_slip_is_heard() -> None:
    step = redo("add", 3)
    broken = Slip("broken", "it is broken", "mend it", how=lambda step, a, b: a @ np.ones((5, 5)))
    with pytest.raises(ValueError, match="mismatch"):
        broken.variants(step)

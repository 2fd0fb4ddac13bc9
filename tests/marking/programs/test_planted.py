"""Bugs planted in a torch layer are named from one output alone, and correct outputs are right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.marking.programs.layers import BUGS, TYPES, Layer, named, of, says, stage_of

import tmat
from tmat.marking.findings import Remark
from tmat.marking.verdicts import Verdict
from tmat.numbers.floats import BFLOAT16, FLOAT32, FLOAT64, FloatType

OUTPUTS = np.load(Path(__file__).parents[3] / "fixtures" / "programs" / "planted.npz")
"""Written by planted.py, with torch."""

UNMOVED = {("GELU by tanh", BFLOAT16), ("n - 1", BFLOAT16)}
"""Bugs that move the output by less than the type errs."""

BY_TURNS = [(bug, TYPES[n % 3]) for n, bug in enumerate(BUGS)]
"""Each bug in one of the types by turns; table.py tries all."""


@pytest.mark.parametrize(("bug", "kind"), BY_TURNS, ids=lambda own: own if isinstance(own, str) else own.name)
def test_a_bug_is_named_from_the_output_alone(bug: str, kind: FloatType) -> None:
    report = named(of(bug), stage_of(bug), OUTPUTS[f"{bug}|{kind.name}|planted"], kind)
    if (bug, kind) in UNMOVED:
        assert report.verdict is Verdict.RIGHT
    else:
        assert says(report, bug), (report.verdict, [finding.names for finding in report.findings])


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.name)
def test_a_correct_output_is_right(kind: FloatType) -> None:
    for bug in BUGS:
        report = named(of(bug), stage_of(bug), OUTPUTS[f"{bug}|{kind.name}|right"], kind)
        assert report.verdict is Verdict.RIGHT, bug


@pytest.mark.parametrize(("kind", "size"), [(FLOAT64, 1e-9), (FLOAT64, 0.1), (FLOAT32, 0.05), (BFLOAT16, 1.0)])
def test_noise_beyond_the_type_is_wrong_and_has_no_name(kind: FloatType, size: float) -> None:
    layer, rng = of("no scale"), np.random.default_rng(7)
    right = OUTPUTS[f"no scale|{kind.name}|right"]
    report = named(layer, "attention.output", right + size * rng.standard_normal(right.shape), kind)
    assert report.verdict is Verdict.WRONG
    assert report.findings == []


def test_products_shortened_to_tf32_are_right_and_said() -> None:
    layer, rng = of("no scale"), np.random.default_rng(7)
    right = OUTPUTS["no scale|float32|right"]
    report = named(layer, "attention.output", right + 1e-4 * rng.standard_normal(right.shape), FLOAT32)
    assert report.verdict is Verdict.RIGHT
    assert [note.remark for note in report.notes] == [Remark.SHORT_PRODUCTS]


def test_two_bugs_together_are_both_named() -> None:
    layer = of("no mask")
    given = {name: layer.given[name] for name in layer.given if name.startswith(("W_Q", "W_K", "W_V", "W_O", "b_"))}
    given = {name: values for name, values in given.items() if name not in ("b_1", "b_2")}
    both = tmat.attention(layer.given["X"], heads=layer.heads, scale=False, **given)["attention"]["output"].values  # type: ignore[arg-type]
    report = named(layer, "attention.output", both, FLOAT64)
    assert {*report.findings[0].names[0].split("+")} == {"scale-left-out", "mask-not-applied"}


def stack(order: tuple[int, ...]) -> tmat.Worksheet:
    rng = np.random.default_rng(11)
    shapes = {
        "W_Q": (8, 8),
        "W_K": (8, 8),
        "W_V": (8, 8),
        "W_O": (8, 8),
        "W_1": (8, 16),
        "b_1": (1, 16),
        "W_2": (16, 8),
        "b_2": (1, 8),
    }
    x = rng.standard_normal((4, 8))
    weights = [{name: rng.standard_normal(shape) / np.sqrt(8) for name, shape in shapes.items()} for _ in range(3)]
    matrices = {f"layer{n}.{name}": a for n, layer in enumerate(order, 1) for name, a in weights[layer - 1].items()}
    return tmat.encode(x, layers=len(order), matrices=matrices)


@pytest.mark.parametrize(
    ("order", "count", "name", "said"),
    [
        ((1,), 2, "layer-left-out", "layer 2 was left out"),
        ((1, 2, 2), 2, "layer-run-twice", "layer 2 was run twice"),
        ((2, 1, 3), 3, "layers-exchanged", "layers 1 and 2 are exchanged"),
        ((3, 2, 1), 3, "layers-reversed", "the layers run in reverse order"),
        ((1, 1), 2, "layers-shared", "every layer has the weights of layer 1"),
    ],
)
def test_a_stack_is_followed_through_its_layers(order: tuple[int, ...], count: int, name: str, said: str) -> None:
    output = stack(order).stages[-1].steps[-1].values
    report = tmat.explain(np.asarray(output, dtype=np.float32), stack((1, 2, 3)[:count]), "normalized")
    finding = report.steps[0].findings[0]
    assert name in finding.names
    assert said in {mistake.said for mistake in finding.mistakes}


def test_a_layer_is_drawn_the_same_each_time() -> None:
    first, second = of("no mask"), of("no mask")
    assert isinstance(first, Layer)
    np.testing.assert_array_equal(first.given["X"], second.given["X"])

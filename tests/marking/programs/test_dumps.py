"""A program's dump on the command line: what it holds is asked for, or what --only names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tmat
from tmat.errors import InputError
from tmat.marking.reports.words import sentences
from tmat.marking.verdicts import Verdict
from tmat.sheet.worksheet import Worksheet


@pytest.fixture
def key() -> Worksheet:
    rng = np.random.default_rng(5)
    weights = {name: rng.standard_normal((6, 6)) for name in ("W_Q", "W_K", "W_V", "W_O")}
    return tmat.attention(rng.standard_normal((4, 6)), heads=2, mask="causal", **weights)  # type: ignore[arg-type]


def dumped(folder: Path, **arrays: np.ndarray) -> Path:
    np.savez(folder / "dump.npz", **arrays)  # type: ignore[arg-type]
    return folder / "dump.npz"


def test_only_what_was_handed_in_is_asked_for(key: Worksheet, tmp_path: Path) -> None:
    report = tmat.mark(dumped(tmp_path, output=key["attention"]["output"].values), key)
    assert [step.label for step in report.steps] == ["output"]
    assert report.all_right


def test_other_arrays_of_the_dump_are_no_matter_under_only(key: Worksheet, tmp_path: Path) -> None:
    path = dumped(tmp_path, output=key["attention"]["output"].values, loss=np.array([0.123456789]))
    assert not tmat.mark(path, key).all_right
    assert tmat.mark(path, key, only=("output",)).all_right
    with pytest.raises(InputError, match="no step 'outptu'"):
        tmat.mark(path, key, only=("outptu",))


def test_what_is_named_by_only_is_missing_where_it_was_not_handed_in(key: Worksheet, tmp_path: Path) -> None:
    report = tmat.mark(dumped(tmp_path, output=key["attention"]["output"].values), key, only=("output", "weights1"))
    assert report["weights1"].verdict is Verdict.MISSING
    assert not report.all_right


def test_what_follows_from_ones_own_wrong_numbers_follows(key: Worksheet, tmp_path: Path) -> None:
    stage = key["attention"]
    unscaled = stage["scores1"].values
    masked = np.where(np.tril(np.ones((4, 4))) > 0, unscaled, -np.inf)
    weights = np.exp(masked - masked.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    report = tmat.mark(dumped(tmp_path, weights1=weights, Z1=weights @ stage["V1"].values), key)
    assert report["weights1"].findings[0].names == ("scale-left-out",)
    assert report["Z1"].verdict is Verdict.FOLLOWS


def test_given_matrices_that_are_not_the_keys_do_not_make_a_dump_right(key: Worksheet, tmp_path: Path) -> None:
    stage, rng = key["attention"], np.random.default_rng(6)
    own = {name: rng.standard_normal((6, 6)) for name in ("W_Q", "W_K", "W_V", "W_O")}
    other = tmat.attention(stage["X"].values, heads=2, mask="causal", **own)["attention"]  # type: ignore[arg-type]
    report = tmat.mark(dumped(tmp_path, **own, Q=other["Q"].values, output=other["output"].values), key)
    assert report.earned == 0.0


def test_where_nothing_explains_it_the_step_to_hand_in_next_is_said(key: Worksheet, tmp_path: Path) -> None:
    wrong = key["attention"]["output"].values + np.random.default_rng(3).standard_normal((4, 6))
    said = sentences(tmat.mark(dumped(tmp_path, output=wrong), key)["output"])
    assert said[-2:] == [
        "wrong, by no slip that is known here",
        "hand in weights1 too, to hear whether it goes wrong before or after",
    ]


def test_a_matrix_alone_is_for_the_last_step_of_its_name(tmp_path: Path) -> None:
    stack = tmat.encode(np.random.default_rng(2).standard_normal((4, 6)), heads=2, layers=2, d_ff=8)
    ends = stack.stages[-1].steps[-1]
    assert (stack.stages[-1].id, ends.name) == ("addnorm-4", "normalized")
    for report in (tmat.mark(dumped(tmp_path, output=ends.values), stack), tmat.explain(ends.values, stack)):
        assert [step.label for step in report.steps] == ["addnorm-4.normalized"]
        assert report.all_right
    report = tmat.mark(dumped(tmp_path, Q=stack["attention-2"]["Q"].values), stack)
    assert [step.label for step in report.steps] == ["attention-2.Q"]
    assert report.all_right

"""Large steps side by side: the same bits however many go at a time, nothing held longer, errors as they come."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from tmat.engine import compute, parallel
from tmat.operations.operation import REGISTRY
from tmat.sheet.worksheet import Stage
from tmat.stages.attention import attention

X = np.random.default_rng(2).normal(size=(37, 12))
HOW: dict[str, Any] = {"heads": 3, "seed": 1, "mask": "causal", "dropout": 0.2}


@pytest.fixture(autouse=True)
def all_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "LARGE", 200)
    monkeypatch.setattr(compute, "BLOCK", 100)


def run(count: int, monkeypatch: pytest.MonkeyPatch, **how: Any) -> Stage:
    monkeypatch.setattr(parallel, "workers", lambda: count)
    return attention(X, **{**HOW, **how})["attention"]


@pytest.mark.parametrize("keep", [None, ["output"], ["weights2", "output"], ["Z"]])
def test_as_many_as_there_are_the_bits_are_the_same(keep: list[str] | None, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = run(1, monkeypatch, keep=keep)
    for count in (2, 7):
        many = run(count, monkeypatch, keep=keep)
        assert many.names() == alone.names()
        for name in alone.names():
            assert many[name].values.tobytes() == alone[name].values.tobytes(), name


def test_two_go_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2, timeout=20)  # broken, and so an error, unless two softmaxes meet here
    softmax = REGISTRY["softmax"].evaluate
    met = 0

    def meeting(a: Any) -> Any:
        nonlocal met
        if met < 2:
            met += 1
            both.wait()
        return softmax(a)

    monkeypatch.setattr(REGISTRY["softmax"], "evaluate", meeting)
    run(2, monkeypatch, keep=["output"])
    assert met == 2


@pytest.mark.parametrize("count", [1, 3])
def test_what_goes_wrong_in_one_is_said(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_large(a: Any) -> Any:
        raise MemoryError("no room for weights")

    monkeypatch.setattr(REGISTRY["softmax"], "evaluate", too_large)
    with pytest.raises(MemoryError, match="no room for weights"):
        run(count, monkeypatch)


@pytest.mark.parametrize(
    ("variables", "count"),
    [
        ({"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "3"}, 3),
        ({"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}, 1),
        ({"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "0"}, 1),
        ({"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "900"}, parallel.MOST_WORKERS),
        ({"OPENBLAS_NUM_THREADS": "4", "OMP_NUM_THREADS": "3"}, 1),
        ({"OMP_NUM_THREADS": "3"}, 1),
    ],
)
def test_processors_are_shared_with_the_blas(
    variables: dict[str, str], count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert parallel.workers() == count


def test_where_nobody_says_how_many_it_is_the_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    for said in (None, "", "two", "4,2", "²"):
        monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
        if said is not None:
            monkeypatch.setenv("OMP_NUM_THREADS", said)
        assert 1 <= parallel.workers() <= parallel.MOST_WORKERS

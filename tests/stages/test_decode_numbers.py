"""decode from <start> to the predicted words, against the whole decoder written down once more in a few lines of NumPy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tmat.errors import InputError
from tmat.stages.decode import decode
from tmat.stages.posenc import posenc

Array = np.ndarray[Any, Any]


def shares(scores: Array) -> Array:
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights: Array = e / e.sum(axis=1, keepdims=True)
    return weights


def normed(x: Array) -> Array:
    result: Array = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
    return result


def attended(x: Array, y: Array, w: dict[str, Array], heads: int, causal: bool) -> Array:
    q, k, v = x @ w["W_Q"], y @ w["W_K"], y @ w["W_V"]
    results = []
    for own in np.split(np.arange(q.shape[1]), heads):
        scores = q[:, own] @ k[:, own].T / math.sqrt(len(own))
        if causal:
            scores = np.where(np.tri(len(x), dtype=bool), scores, -np.inf)
        results.append(shares(scores) @ v[:, own])
    return np.hstack(results) @ w["W_O"]


def probabilities(ids: list[int], memory: Array, w: dict[str, Array], layers: int, heads: int) -> Array:
    """A row of them for each word so far."""
    d = memory.shape[1]
    angles = np.arange(len(ids))[:, None] / 10000 ** (2 * (np.arange(d) // 2) / d)
    x = w["W_E"][ids] + np.where(np.arange(d) % 2, np.cos(angles), np.sin(angles))
    for n in range(1, layers + 1):
        own = {side: {k: w[f"layer{n}.{side}.{k}"] for k in ("W_Q", "W_K", "W_V", "W_O")} for side in ("self", "cross")}
        x = normed(x + attended(x, x, own["self"], heads, True))
        x = normed(x + attended(x, memory, own["cross"], heads, False))
        hidden = np.maximum(x @ w[f"layer{n}.W_1"] + w[f"layer{n}.b_1"], 0)
        x = normed(x + hidden @ w[f"layer{n}.W_2"])
    return shares(x @ w["W_vocab"] + w["b_vocab"])


@st.composite
def models(draw: st.DrawFn) -> tuple[Array, dict[str, Array], int, int, list[str]]:
    heads, layers, count = draw(st.sampled_from([1, 2])), draw(st.integers(1, 2)), draw(st.integers(1, 4))
    d, length, d_ff = heads * draw(st.integers(1, 3)), draw(st.integers(1, 4)), draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    shapes = {"W_E": (count + 2, d), "W_vocab": (d, count + 2), "b_vocab": (1, count + 2)}
    for n in range(1, layers + 1):
        shapes |= {f"layer{n}.{side}.{k}": (d, d) for side in ("self", "cross") for k in ("W_Q", "W_K", "W_V", "W_O")}
        shapes |= {f"layer{n}.W_1": (d, d_ff), f"layer{n}.b_1": (1, d_ff), f"layer{n}.W_2": (d_ff, d)}
    weights = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    return rng.normal(size=(length, d)), weights, layers, heads, [f"w{n}" for n in range(count)]


@given(models())
@settings(max_examples=25)
def test_word_by_word(model: tuple[Array, dict[str, Array], int, int, list[str]]) -> None:
    memory, weights, layers, heads, words = model
    sheet = decode(
        memory, vocabulary=words, layers=layers, max_tokens=3, attention_options={"heads": heads}, matrices=weights
    )
    every = [*words, "<start>", "<end>"]
    ids = [every.index("<start>")]
    passes = [stage for stage in sheet.stages if stage.stage == "decode"]
    for stage in passes:
        due = probabilities(ids, memory, weights, layers, heads)[-1:]
        np.testing.assert_allclose(stage["probabilities"].values, due, rtol=1e-9, atol=1e-12)
        ids.append(int(due.argmax()))
        assert stage.params["word"] == every[ids[-1]]
        assert stage["predicted"].values.tolist() == [[ids[-1] + 1.0]]
    assert len(passes) == 3 or every[ids[-1]] == "<end>"


@given(models(), st.data())
@settings(max_examples=25)
def test_with_a_target(model: tuple[Array, dict[str, Array], int, int, list[str]], data: st.DataObject) -> None:
    memory, weights, layers, heads, words = model
    target = data.draw(st.lists(st.sampled_from(words), min_size=1, max_size=4))
    sheet = decode(
        memory, vocabulary=words, layers=layers, target=target, attention_options={"heads": heads}, matrices=weights
    )
    every = [*words, "<start>", "<end>"]
    due = probabilities([every.index(word) for word in ["<start>", *target]], memory, weights, layers, heads)
    np.testing.assert_allclose(sheet.stages[-1]["probabilities"].values, due, rtol=1e-9, atol=1e-12)
    assert sheet.stages[-1].params["words"] == [every[n] for n in due.argmax(axis=1)]


def test_among_numbers_of_which_one_is_none_there_is_no_likeliest_word() -> None:
    with pytest.raises(InputError) as error:
        decode(vocabulary=["a", "b"], last=[[3.0, 3.0]], W_vocab=[[1.0, 1e308, 1, 1], [1.0, -1e308, 1, 1]])
    assert str(error.value) == (
        "no word is the likeliest\n"
        "  probabilities has a cell that is not a number (NaN): row 1, column 1 (a)\n"
        "  the matrices have numbers so large that ∞ − ∞ or 0·∞ came of them: give smaller ones"
    )


@pytest.mark.parametrize(("start", "positions"), [(2**60, 3), (2**53, 2), (-(2**53) - 1, 1)])
def test_positions_that_would_run_together(start: int, positions: int) -> None:
    with pytest.raises(InputError) as error:
        posenc(start=start, positions=positions, d_model=2)
    assert str(error.value) == (
        f"start={start} does not fit\n  positions go to 9007199254740992: a float64 cannot tell larger ones apart"
    )


def test_waves_without_an_angle() -> None:
    how: dict[str, Any] = {"d_model": 4, "base": 5e-324, "exponent": "column"}
    assert posenc(positions=1, **how)["posenc"]["PE"].values.tolist() == [[0.0, 1.0, 0.0, 1.0]]
    with pytest.raises(InputError) as error:
        posenc(positions=3, **how)
    assert str(error.value) == (
        "base=4.94066e-324 does not fit\n"
        "  position 2 over 4.94066e-324^(e/4) is beyond the largest float64\n"
        "  try a larger base; the paper's is 10000"
    )

"""The stages over random shapes and numbers, ordinary and extreme, against plain NumPy and against what must hold."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tmat.reading.worksheet_json import loads
from tmat.rendering.formats.json import dumps
from tmat.sheet.worksheet import Worksheet
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention
from tmat.stages.encode import encode
from tmat.stages.ffn import ffn
from tmat.stages.posenc import posenc

Array = np.ndarray[Any, Any]

FEW = settings(max_examples=40)
SIDE = st.integers(1, 5)
PLAIN = st.floats(-4, 4, width=32)
EXTREME = st.one_of(
    st.sampled_from(
        [0.0, -0.0, 1e308, -1e308, 1.7e308, 5e-324, -5e-324, 2.2e-308, math.inf, -math.inf, 3000.0, -3000.0]
    ),
    st.floats(-5000, 5000),
)


def matrix(height: int, width: int, cells: st.SearchStrategy[float] = PLAIN) -> st.SearchStrategy[Array]:
    return arrays(np.float64, (height, width), elements=cells)


@st.composite
def heads(draw: st.DrawFn, cells: st.SearchStrategy[float] = PLAIN) -> dict[str, Array]:
    n, m, d, v = (draw(SIDE) for _ in range(4))
    return {"Q": draw(matrix(n, d, cells)), "K": draw(matrix(m, d, cells)), "V": draw(matrix(m, v, cells))}


def right_softmax(row: list[float]) -> list[float]:
    """With the largest taken off first; several infinities share, and a row of nothing has no weights."""
    top = max(row)
    if top == -math.inf:
        return [0.0] * len(row)
    if top == math.inf:
        return [float(x == top) / row.count(top) for x in row]
    e = [math.exp(x - top) for x in row]
    return [x / math.fsum(e) for x in e]


@st.composite
def scores_and_mask(draw: st.DrawFn) -> tuple[Array, Array]:
    n, m = draw(SIDE), draw(SIDE)
    mask = draw(arrays(np.float64, (n, m), elements=st.sampled_from([0.0, 1.0])))
    return draw(matrix(n, m, EXTREME)), mask


@given(scores_and_mask())
def test_weights_of_extreme_scores_behind_any_mask(drawn: tuple[Array, Array]) -> None:
    scores, mask = drawn
    stage = attention(scale=False, scores=scores, mask=mask, mask_means="visible")["attention"]
    for i, row in enumerate(scores.tolist()):
        expected = right_softmax([x if mask[i, j] else -math.inf for j, x in enumerate(row)])
        np.testing.assert_allclose(stage["weights"].values[i], expected, rtol=1e-12, atol=1e-300)


@given(scores_and_mask())
def test_renormalised_weights_are_masked_ones_or_none(drawn: tuple[Array, Array]) -> None:
    scores, mask = drawn
    finite = np.clip(scores, -30, 30)
    stage = attention(scale=False, scores=finite, mask=mask, mask_means="visible", renormalize=True)["attention"]
    masked = attention(scale=False, scores=finite, mask=mask, mask_means="visible")["attention"]
    np.testing.assert_allclose(stage["renormalized"].values, masked["weights"].values, rtol=1e-9, atol=1e-12)


@given(heads(EXTREME))
def test_extremes_go_through_the_whole_of_attention_in_silence(qkv: dict[str, Array]) -> None:
    stage = attention(matrices=qkv, mask="causal")["attention"]
    weights = stage["weights"].values
    defined = ~np.isnan(weights).any(axis=1)
    sums = weights[defined].sum(axis=1)
    assert np.all(np.isclose(sums, 1, rtol=1e-12) | (sums == 0))
    again = loads(dumps(attention(matrices=qkv, mask="causal")))["attention"]
    np.testing.assert_array_equal(again["Z"].values, stage["Z"].values)  # NaN where ∞ − ∞ or 0·∞ is asked for


@given(heads(), st.randoms(use_true_random=False))
@FEW
def test_keys_in_another_order_give_their_weights_in_that_order(qkv: dict[str, Array], random: Any) -> None:
    order = list(range(len(qkv["K"])))
    random.shuffle(order)
    one = attention(matrices=qkv)["attention"]
    other = attention(Q=qkv["Q"], K=qkv["K"][order], V=qkv["V"][order])["attention"]
    np.testing.assert_allclose(other["weights"].values, one["weights"].values[:, order], rtol=1e-12)
    np.testing.assert_allclose(other["Z"].values, one["Z"].values, rtol=1e-10, atol=1e-12)


@given(heads())
@FEW
def test_attention_is_a_mean_of_the_values(qkv: dict[str, Array]) -> None:
    z = attention(matrices=qkv)["attention"]["Z"].values
    assert np.all(z <= qkv["V"].max(axis=0) + 1e-12)
    assert np.all(z >= qkv["V"].min(axis=0) - 1e-12)
    e = np.exp(qkv["Q"] @ qkv["K"].T / math.sqrt(qkv["Q"].shape[1]))
    np.testing.assert_allclose(z, e / e.sum(axis=1, keepdims=True) @ qkv["V"], rtol=1e-10, atol=1e-12)


@given(st.data(), SIDE, st.integers(1, 3))
@FEW
def test_causal_output_does_not_look_ahead(data: st.DataObject, n: int, half: int) -> None:
    x = data.draw(matrix(n, 2 * half))
    i = data.draw(st.integers(0, n - 1))
    changed = x.copy()
    changed[i + 1 :] = data.draw(matrix(n - i - 1, 2 * half)) if i + 1 < n else changed[i + 1 :]
    how: dict[str, Any] = {"attention_options": {"mask": "causal", "heads": 2}, "layers": 2, "init": "normal"}
    one, other = (encode(each, **how).stages[-1].result.values for each in (x, changed))
    np.testing.assert_allclose(other[: i + 1], one[: i + 1], rtol=1e-9, atol=1e-9)


@st.composite
def rows(draw: st.DrawFn) -> Array:
    return draw(matrix(draw(SIDE), draw(SIDE)))


@given(rows(), st.sampled_from(["population", "sample"]), st.sampled_from(["root", "deviation"]), st.floats(1e-6, 1))
@FEW
def test_normalised_rows(x: Array, deviation: str, place: str, epsilon: float) -> None:
    stage = addnorm(x, add_residual=False, deviation=deviation, epsilon_in=place, epsilon=epsilon)["addnorm"]
    off = x - x.mean(axis=1, keepdims=True)
    count = max(x.shape[1] - (deviation == "sample"), 1)
    std = np.sqrt((off**2).sum(axis=1, keepdims=True) / count)
    expected = off / (np.sqrt(std**2 + epsilon) if place == "root" else std + epsilon)
    np.testing.assert_allclose(stage["normalized"].values, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(stage["normalized"].values.mean(axis=1), 0, atol=1e-9)


@given(rows(), st.floats(-3, 3), st.floats(0.25, 8))
@FEW
def test_norms_do_not_see_a_shift_nor_without_epsilon_a_factor(x: Array, shift: float, factor: float) -> None:
    if (x.max(axis=1) - x.min(axis=1)).min() < 0.1:
        return
    plain = addnorm(x, add_residual=False, epsilon=0.0)["addnorm"]["normalized"].values
    moved = addnorm(x * factor + shift, add_residual=False, epsilon=0.0)["addnorm"]["normalized"].values
    np.testing.assert_allclose(moved, plain, rtol=1e-6, atol=1e-9)


@given(rows(), st.integers(1, 4), st.sampled_from(["relu", "gelu", "tanh", "silu"]))
@FEW
def test_the_network_takes_each_row_by_itself(x: Array, d_ff: int, activation: str) -> None:
    whole = ffn(x, d_ff=d_ff, activation=activation, init="normal")["ffn"]
    for i in range(len(x)):
        alone = ffn(x[i : i + 1], d_ff=d_ff, activation=activation, init="normal")["ffn"]
        np.testing.assert_allclose(alone["output"].values[0], whole["output"].values[i], rtol=1e-11, atol=1e-12)


@given(st.integers(1, 4), st.integers(1, 4), st.integers(-5, 9), st.integers(1, 5))
@FEW
def test_positions_turn_by_the_same_angle(pairs: int, n: int, start: int, step: int) -> None:
    """PE(pos + k) is PE(pos) turned, pair by pair, by an angle that depends on k alone."""
    d = 2 * pairs
    one, later = (posenc(positions=n, d_model=d, start=s)["posenc"]["PE"].values for s in (start, start + step))
    for pair in range(pairs):
        angle = step / 10000 ** (2 * pair / d)
        sine, cosine = one[:, 2 * pair], one[:, 2 * pair + 1]
        np.testing.assert_allclose(later[:, 2 * pair], sine * math.cos(angle) + cosine * math.sin(angle), atol=1e-12)
        np.testing.assert_allclose(
            later[:, 2 * pair + 1], cosine * math.cos(angle) - sine * math.sin(angle), atol=1e-12
        )


def by_hand(values: Array, decimals: int) -> Array:
    """Half away from zero on the decimal that each float prints as."""
    unit = Decimal(1).scaleb(-decimals)
    return np.array(
        [[float(Decimal(repr(x)).quantize(unit, ROUND_HALF_UP)) + 0.0 for x in row] for row in values.tolist()]
    )


@given(heads(), st.integers(0, 4))
def test_every_step_is_rounded_before_the_next(qkv: dict[str, Array], decimals: int) -> None:
    stage = attention(matrices=qkv, round=decimals)["attention"]
    q, k, v = qkv["Q"], qkv["K"], qkv["V"]
    scores = by_hand(q @ k.T, decimals)
    assert stage["scores"].values.tolist() == scores.tolist()
    scaled = by_hand(scores / math.sqrt(k.shape[1]), decimals)
    np.testing.assert_allclose(stage["scaled"].values, scaled, rtol=1e-15, atol=1.01 * 10.0**-decimals)
    weights = by_hand(np.array([right_softmax(row) for row in stage["scaled"].values.tolist()]), decimals)
    np.testing.assert_allclose(stage["weights"].values, weights, rtol=1e-15, atol=1.01 * 10.0**-decimals)
    assert stage["Z"].values.tolist() == by_hand(stage["weights"].values @ v, decimals).tolist()


@st.composite
def stacks(draw: st.DrawFn) -> tuple[Array, dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any], int]:
    count = draw(st.integers(1, 2))
    x = draw(matrix(draw(SIDE), count * draw(st.integers(1, 3)), st.floats(-1e6, 1e6)))
    attend = {
        "heads": count,
        "mask": draw(st.sampled_from(["none", "causal"])),
        "bias": draw(st.sampled_from([None, "all"])),
    }
    norm = {"deviation": draw(st.sampled_from(["population", "sample"])), "epsilon": draw(st.sampled_from([1e-5, 0.1]))}
    network = {"d_ff": draw(SIDE), "activation": draw(st.sampled_from(["relu", "gelu"]))}
    common = {
        "seed": draw(st.integers(0, 3)), "init": draw(st.sampled_from(["uniform", "xavier", "torch-linear"])),
        "round": draw(st.sampled_from([None, 3])),
    }  # fmt: skip
    return x, attend, norm, network, common, draw(st.integers(1, 2))


@given(stacks())
@settings(max_examples=40)
def test_a_stack_in_one_call_through_json_or_stage_by_stage_is_the_same_bits(drawn: Any) -> None:
    x, attend, norm, network, common, layers = drawn
    whole = encode(x, layers=layers, attention_options=attend, norm_options=norm, ffn_options=network, **common)
    sheet: Worksheet | Array = x
    for _ in range(layers):
        for stage, how in ((attention, attend), (addnorm, norm), (ffn, network), (addnorm, norm)):
            sheet = loads(dumps(stage(sheet, **how, **common)))  # type: ignore[operator]
    assert isinstance(sheet, Worksheet)
    assert dumps(sheet) == dumps(whole)


@given(heads(), st.integers(0, 3), st.integers(0, 3), st.booleans())
@FEW
def test_masks_by_rule_are_masks_by_cell(qkv: dict[str, Array], valid: int, window: int, causal: bool) -> None:
    n, m = len(qkv["Q"]), len(qkv["K"])
    valid = min(valid, m)
    stage = attention(matrices=qkv, mask="causal" if causal else "none", valid=valid, window=window)["attention"]
    seen = [[float(j < valid and abs(i - j) <= window and (j <= i or not causal)) for j in range(m)] for i in range(n)]
    assert stage["mask"].values.tolist() == seen
    nothing = ~np.array(seen, dtype=bool).any(axis=1)
    assert (stage["weights"].values[nothing] == 0).all()
    assert (stage["Z"].values[nothing] == 0).all()

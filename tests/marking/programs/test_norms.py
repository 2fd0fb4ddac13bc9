"""A stack that norms in the other place is named from its last output alone, by an encoder written out in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tmat

TOKENS, WIDTH, INNER, HEADS, LAYERS = 12, 8, 12, 2, 3
SHAPES = {"W_Q": (WIDTH, WIDTH), "W_K": (WIDTH, WIDTH), "W_V": (WIDTH, WIDTH), "W_O": (WIDTH, WIDTH)}
SHAPES |= {"W_1": (WIDTH, INNER), "b_1": (1, INNER), "W_2": (INNER, WIDTH), "b_2": (1, WIDTH)}
SHAPES |= {"gamma1": (1, WIDTH), "beta1": (1, WIDTH), "gamma2": (1, WIDTH), "beta2": (1, WIDTH)}


def normed(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, epsilon: float = 1e-5) -> np.ndarray:
    off = x - x.mean(axis=-1, keepdims=True)
    return np.asarray(off / np.sqrt((off**2).mean(axis=-1, keepdims=True) + epsilon) * gamma + beta)


def attended(x: np.ndarray, w: dict[str, np.ndarray]) -> np.ndarray:
    q, k, v = (np.split(x @ w[name], HEADS, axis=1) for name in ("W_Q", "W_K", "W_V"))
    heads = []
    for own in range(HEADS):
        scores = q[own] @ k[own].T / np.sqrt(WIDTH // HEADS)
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        heads.append(shares / shares.sum(axis=1, keepdims=True) @ v[own])
    return np.asarray(np.concatenate(heads, axis=1) @ w["W_O"])


def network(x: np.ndarray, w: dict[str, np.ndarray]) -> np.ndarray:
    return np.asarray(np.maximum(x @ w["W_1"] + w["b_1"], 0.0) @ w["W_2"] + w["b_2"])


def stack(x: np.ndarray, layers: list[dict[str, np.ndarray]], order: str) -> np.ndarray:
    for w in layers:
        first, second = (w["gamma1"], w["beta1"]), (w["gamma2"], w["beta2"])
        if order == "post":
            x = normed(x + attended(x, w), *first)
            x = normed(x + network(x, w), *second)
        elif order == "no residual":
            x = normed(attended(x, w), *first)
            x = normed(x + network(x, w), *second)
        elif order == "epsilon":
            x = normed(x + attended(x, w), *first, 1e-3)
            x = normed(x + network(x, w), *second, 1e-3)
        else:
            x = x + attended(normed(x, *first), w)
            x = x + network(normed(x, *second), w)
    return x


@pytest.fixture(scope="module")
def drawn() -> tuple[np.ndarray, list[dict[str, np.ndarray]]]:
    rng = np.random.default_rng(4)
    layers = [{name: rng.standard_normal(shape) / 3 for name, shape in SHAPES.items()} for _ in range(LAYERS)]
    return rng.standard_normal((TOKENS, WIDTH)), layers


def reference(x: np.ndarray, layers: list[dict[str, np.ndarray]], order: str = "post") -> tmat.Worksheet:
    matrices = {f"layer{n}.{key}": a for n, w in enumerate(layers, 1) for key, a in w.items()}
    return tmat.encode(x, heads=HEADS, layers=LAYERS, d_ff=INNER, norm_order=order, epsilon=1e-5, matrices=matrices)


@pytest.mark.parametrize(
    ("order", "other", "name", "dtype"),
    [("post", "pre", "norm-before-sublayer", "float64"), ("pre", "post", "norm-after-residual", "float32")],
)
def test_norms_in_the_other_place_are_named(drawn: Any, order: str, other: str, name: str, dtype: str) -> None:
    x, layers = drawn
    sheet = reference(x, layers, order)
    last = sheet.stages[-1].steps[-1].name
    assert tmat.explain(stack(x, layers, order).astype(dtype), sheet, last).all_right
    finding = tmat.explain(stack(x, layers, other).astype(dtype), sheet, last).steps[0].findings[0]
    assert finding.names == (name,)
    assert finding.sure


@pytest.mark.parametrize(
    ("order", "count", "name"),
    [
        ("no residual", LAYERS, "residual-left-out"),
        ("epsilon", LAYERS, "another-epsilon"),
        ("post", LAYERS - 1, "layer-left-out"),
    ],
)
def test_what_errs_in_one_place_of_every_layer_or_in_the_last_is_named(
    drawn: Any, order: str, count: int, name: str
) -> None:
    x, layers = drawn
    sheet = reference(x, layers)
    output = stack(x, layers[:count], order).astype(np.float32)
    finding = tmat.explain(output, sheet, sheet.stages[-1].steps[-1].name).steps[0].findings[0]
    assert finding.sure
    assert name in finding.names

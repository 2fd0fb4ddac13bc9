"""The oracle data itself: identities that must hold, and layouts read as their names say."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.oracles.load import FOLDER, cases, document

Case = dict[str, Any]
CLOSE = {"rtol": 0.0, "atol": 1e-12}
COUNTS = {
    "attention": 200,
    "layernorm": 100,
    "encoder_layer": 100,
    "decoder_layer": 100,
    "activations": 32,
    "network": 60,
    "gpt2": 14,
    "processors": 300,
}


def softmax(x: np.ndarray) -> np.ndarray:
    raised = np.exp(x - x.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


def attend(case: Case, x: np.ndarray, context: np.ndarray, mask: np.ndarray, prefix: str = "") -> list[np.ndarray]:
    """[the weights of each head, the output], from weights taken as d_in × d_out."""
    q, k, v = (
        side @ case[f"{prefix}W_{letter}"] + case.get(f"{prefix}b_{letter}", 0.0)
        for side, letter in ((x, "Q"), (context, "K"), (context, "V"))
    )
    heads = case["heads"]
    width = q.shape[1] // heads
    columns = [slice(head * width, (head + 1) * width) for head in range(heads)]
    hidden = np.where(mask == 1, 0.0, -np.inf)
    weights = [softmax(q[:, own] @ k[:, own].T / math.sqrt(width) + hidden) for own in columns]
    joined = np.hstack([share @ v[:, own] for share, own in zip(weights, columns, strict=True)])
    return [np.array(weights), joined @ case[f"{prefix}W_O"] + case.get(f"{prefix}b_O", 0.0)]


def normalize(case: Case, x: np.ndarray, number: int) -> np.ndarray:
    centred = x - x.mean(axis=1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + case["eps"])
    return scaled * case[f"gamma{number}"] + case.get(f"beta{number}", 0.0)


def feed_forward(case: Case, x: np.ndarray) -> np.ndarray:
    hidden = x @ case["W_1"] + case.get("b_1", 0.0)
    bent = np.maximum(hidden, 0.0) if case["activation"] == "relu" else gelu(hidden)
    return bent @ case["W_2"] + case.get("b_2", 0.0)


def gelu(x: np.ndarray) -> np.ndarray:
    return np.vectorize(lambda value: value * 0.5 * (1.0 + math.erf(value / math.sqrt(2.0))))(x)


def run_sublayers(case: Case, sublayers: list[Callable[[np.ndarray], np.ndarray]]) -> np.ndarray:
    x = case["X"]
    for number, sublayer in enumerate(sublayers, start=1):
        if case["norm_first"]:
            x = x + sublayer(normalize(case, x, number))
        else:
            x = normalize(case, x + sublayer(x), number)
    return x


@pytest.mark.parametrize("name", COUNTS)
def test_an_oracle_file_is_small_and_has_all_its_cases(name: str) -> None:
    assert len(list(cases(name))) == COUNTS[name]
    assert (FOLDER / f"{name}.npz").stat().st_size < 1_000_000


@pytest.mark.parametrize("name", ["attention", "layernorm", "encoder_layer", "decoder_layer"])
def test_what_is_given_has_three_decimals(name: str) -> None:
    results = {"output", "weights"}
    for case in cases(name):
        for key, value in case.items():
            if isinstance(value, np.ndarray) and key not in results:
                np.testing.assert_array_equal(value, np.round(value, 3))


def test_a_case_is_a_copy() -> None:
    first = next(cases("attention"))
    first["X"][:] = 99.0
    assert next(cases("attention"))["X"].max() < 99.0


def test_attention_weights_are_shares_and_nothing_hidden_is_seen() -> None:
    for case in cases("attention"):
        weights, mask = case["weights"], case["mask"]
        assert weights.shape == (case["heads"], *mask.shape)
        np.testing.assert_allclose(weights.sum(axis=-1), 1.0, **CLOSE)
        assert np.all(weights[:, mask == 0] == 0.0)
        assert np.all(weights[:, mask == 1] > 0.0)


def test_attention_masks_are_what_their_name_says() -> None:
    seen = {(case["kind"], case["masking"]) for case in cases("attention")}
    assert seen == {
        ("self", "none"), ("self", "causal"), ("self", "padding"), ("self", "causal+padding"),
        ("cross", "none"), ("cross", "padding"),
    }  # fmt: skip
    for case in cases("attention"):
        expected = np.ones_like(case["mask"]) * case["valid"]
        if "causal" in case["masking"]:
            expected = np.tril(expected)
        np.testing.assert_array_equal(case["mask"], expected)
        assert case["mask"].sum(axis=1).min() >= 1
        assert ("padding" in case["masking"]) or case["valid"].all()


def test_attention_recomputed_in_numpy() -> None:
    for case in cases("attention"):
        weights, output = attend(case, case["X"], case.get("context", case["X"]), case["mask"])
        np.testing.assert_allclose(case["weights"], weights, **CLOSE)
        np.testing.assert_allclose(case["output"], output, **CLOSE)


def test_norms_recomputed_and_their_rows_have_mean_0_and_size_1() -> None:
    for case in cases("layernorm"):
        x, output = case["X"], case["output"]
        assert np.isfinite(output).all()
        centre = x.mean(axis=1, keepdims=True) if case["kind"] == "layer" else 0.0
        size = np.sqrt(((x - centre) ** 2).mean(axis=1, keepdims=True) + case["eps"])
        expected = (x - centre) / size * case.get("gamma", 1.0) + case.get("beta", 0.0)
        np.testing.assert_allclose(output, expected, **CLOSE)
        if "gamma" not in case:
            if case["kind"] == "layer":
                np.testing.assert_allclose(output.mean(axis=1), 0.0, **CLOSE)
            if case["eps"] == 0.0:
                np.testing.assert_allclose((output**2).mean(axis=1), 1.0, **CLOSE)


def test_norms_cover_every_convention() -> None:
    found = {(case["kind"], case["eps"], "gamma" in case) for case in cases("layernorm")}
    assert len(found) == 12
    assert any(case["constant_row"] for case in cases("layernorm"))
    assert {case["X"].shape[1] for case in cases("layernorm")} == set(range(1, 10))


def test_encoder_layers_recomputed_in_numpy() -> None:
    for case in cases("encoder_layer"):
        expected = run_sublayers(
            case, [lambda x, c=case: attend(c, x, x, c["mask"])[1], lambda x, c=case: feed_forward(c, x)]
        )
        np.testing.assert_allclose(case["output"], expected, **CLOSE)


def test_decoder_layers_recomputed_in_numpy() -> None:
    for case in cases("decoder_layer"):
        everything = np.ones((len(case["X"]), len(case["memory"])))
        assert len(case["X"]) != len(case["memory"])
        expected = run_sublayers(
            case,
            [
                lambda x, c=case: attend(c, x, x, c["mask"], "self_")[1],
                lambda x, c=case, m=everything: attend(c, x, c["memory"], m, "cross_")[1],
                lambda x, c=case: feed_forward(c, x),
            ],
        )
        np.testing.assert_allclose(case["output"], expected, **CLOSE)


@pytest.mark.parametrize("name", ["encoder_layer", "decoder_layer"])
def test_layers_cover_every_convention(name: str) -> None:
    found = {(case["norm_first"], case["activation"], case["causal"]) for case in cases(name)}
    assert len(found) >= 6
    assert {case["bias"] for case in cases(name)} == {True, False}
    assert all(("beta1" in case) == case["bias"] for case in cases(name))


def test_activations_hold_their_identities() -> None:
    found = {case["kind"]: case for case in cases("activations") if case["kind"] != "softmax"}
    x = found["relu"]["X"]
    np.testing.assert_array_equal(found["relu"]["output"], np.maximum(x, 0.0))
    np.testing.assert_allclose(found["tanh"]["output"], np.tanh(x), **CLOSE)
    np.testing.assert_allclose(found["gelu"]["output"], gelu(x), rtol=1e-15, atol=1e-14)
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(found["silu"]["output"], x / (1.0 + np.exp(-x)), rtol=1e-15, atol=1e-14)
    far = np.abs(x) >= 40
    middling = (np.abs(x) > 1e-2) & (np.abs(x) < 7)
    for kind in ("gelu", "gelu_tanh", "silu"):
        output = found[kind]["output"]
        assert np.isfinite(output).all()
        # Far from 0 all three are relu, as far as a double can tell.
        np.testing.assert_allclose(output[far], np.maximum(x[far], 0.0), **CLOSE)
    root = np.sqrt(2.0 / np.pi)
    near = x[middling]
    formula = 0.5 * near * (1.0 + np.tanh(root * (near + 0.044715 * near**3)))
    np.testing.assert_allclose(found["gelu_tanh"]["output"][middling], formula, **CLOSE)
    assert np.abs(x).max() == 1e308
    assert 0 < np.abs(x[x != 0]).min() < 1e-323


def test_softmax_of_extremes_is_finite_and_shares_out_1() -> None:
    for case in cases("activations"):
        if case["kind"] == "softmax":
            np.testing.assert_allclose(case["output"].sum(axis=1), 1.0, **CLOSE)
            assert np.all(case["output"][case["X"] == -np.inf] == 0.0)
            assert np.all(np.argmax(case["X"], axis=1) == np.argmax(case["output"], axis=1))


def entries() -> list[tuple[str, Case]]:
    return [
        (f"{section}.{name}", entry)
        for section, group in document("journey").items()
        if isinstance(group, dict) and section != "inputs"
        for name, entry in group.items()
        if isinstance(entry, dict)
    ]


def test_the_book_prints_what_torch_computes() -> None:
    published = [(name, entry) for name, entry in entries() if "book" in entry]
    assert len(published) == 26
    for name, entry in published:
        for precision in ("float32", "float64"):
            np.testing.assert_array_equal(np.round(entry[precision], 4), np.array(entry["book"]), err_msg=name)


def test_printed_tensors_are_their_numbers() -> None:
    for name, entry in entries():
        shown = [float(number) for number in re.findall(r"-?inf|-?\d+\.\d*(?:e[-+]\d+)?", entry["printed"])]
        np.testing.assert_allclose(shown, np.ravel(entry["float32"]), rtol=0.0, atol=5.01e-5, err_msg=name)
        np.testing.assert_allclose(entry["float32"], entry["float64"], rtol=0.0, atol=1e-6, err_msg=name)


def test_journey_agrees_with_itself() -> None:
    journey = document("journey")
    both = journey["masking_789"]
    np.testing.assert_allclose(both["renormalized"]["float64"], both["weights"]["float64"], **CLOSE)
    for section, whole in (("causal_123", "Z"), ("stacked_123", "concat"), ("split_123", "output")):
        for one in journey[section]["batch"]["float64"]:
            np.testing.assert_allclose(one, journey[section][whole]["float64"], **CLOSE)
    # The generator starts anew: the first head of two is the single head, and so is the split projection.
    for letter in "QKV":
        weight = journey["causal_123"][f"W_{letter}"]["float64"]
        assert journey["stacked_123"][f"W_{letter}1"]["float64"] == weight
        assert journey["split_123"][f"W_{letter}"]["float64"] == weight
    split = {name: np.array(entry["float64"]) for name, entry in journey["split_123"].items()}
    causal = np.tril(np.ones((6, 6)))
    inputs = np.array(journey["inputs"]["float64"])
    np.testing.assert_allclose(attend({"heads": 2, **split}, inputs, inputs, causal)[1], split["output"], **CLOSE)


def test_positions_go_round_the_circle() -> None:
    for case in document("positional")["cases"]:
        values = np.array(case["values"])
        assert values.shape == (case["positions"], case["d_model"])
        for (row, column), value in np.ndenumerate(values):
            doubled = 2 * column if case["exponent"] == "column" else 2 * (column // 2)
            angle = (case["start"] + row) / case["base"] ** (doubled / case["d_model"])
            assert value == pytest.approx(math.cos(angle) if column % 2 else math.sin(angle), rel=0, abs=1e-12)
        pairs = case["d_model"] // 2 * 2
        if case["exponent"] == "paired":
            circle = values[:, 0:pairs:2] ** 2 + values[:, 1:pairs:2] ** 2
            np.testing.assert_allclose(circle, 1.0, **CLOSE)

"""Worked examples that others have published, put into the options as a reader would."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.cli.running import tmat

CLOSE = {"rtol": 0, "atol": 6e-5}


def test_raimi_karim_illustrated_self_attention() -> None:
    """Three inputs, integer weights, no scaling; the output as torch prints it there."""
    weights = (
        "-m W_key='0 0 1; 1 1 0; 0 1 0; 1 1 0' -m W_query='1 0 1; 1 0 0; 0 0 1; 0 1 1' "
        "-m W_value='0 2 0; 0 3 0; 1 0 3; 1 1 0'"
    )
    done = tmat(f"attention -m X='1 0 1 0; 0 2 0 2; 1 1 1 1' {weights} --no-scale --no-project")
    assert done["Q"].tolist() == [[1, 0, 2], [2, 2, 2], [2, 1, 3]]
    assert done["K"].tolist() == [[0, 1, 1], [4, 4, 0], [2, 3, 1]]
    assert done["V"].tolist() == [[1, 2, 3], [2, 8, 0], [2, 6, 3]]
    assert done["scores"].tolist() == [[2, 4, 4], [4, 16, 12], [4, 12, 10]]
    np.testing.assert_allclose(
        done["Z"], [[1.9366, 6.6831, 1.5951], [2.0, 7.964, 0.054], [1.9997, 7.7599, 0.3584]], **CLOSE
    )
    by_hand = tmat("attention -m weights='0 .5 .5; 0 1 0; 0 .9 .1' -m V='1 2 3; 2 8 0; 2 6 3'")
    np.testing.assert_allclose(by_hand["Z"], [[2.0, 7.0, 1.5], [2.0, 8.0, 0.0], [2.0, 7.8, 0.3]], atol=1e-15)


def test_machine_learning_mastery_attention_from_scratch() -> None:
    done = tmat(
        "attention -m X='1 0 0; 0 1 0; 1 1 0; 0 0 1' -m W_Q='2 0 2; 2 0 0; 2 1 2' "
        "-m W_K='2 2 2; 0 2 1; 0 1 1' -m W_V='1 1 0; 0 1 1; 0 0 0' --no-project"
    )
    printed = [
        [0.98522025, 1.74174051, 0.75652026],
        [0.90965265, 1.40965265, 0.5],
        [0.99851226, 1.75849334, 0.75998108],
        [0.99560386, 1.90407309, 0.90846923],
    ]
    np.testing.assert_allclose(done["Z"], printed, rtol=0, atol=6e-9)
    assert "d_k = 3" in done.notes


def test_machine_learning_mastery_positions_in_base_100() -> None:
    done = tmat("posenc --positions 4 --d-model 4 --base 100")
    printed = [
        [0.0, 1.0, 0.0, 1.0],
        [0.84147098, 0.54030231, 0.09983342, 0.99500417],
        [0.90929743, -0.41614684, 0.19866933, 0.98006658],
        [0.14112001, -0.9899925, 0.29552021, 0.95533649],
    ]
    np.testing.assert_allclose(done["PE"], printed, rtol=0, atol=6e-9)


def test_the_illustrated_transformer_from_its_scores() -> None:
    """Jay Alammar: 112 and 96, over 8, give 14 and 12, and 0.88 and 0.12."""
    done = tmat("attention -m scores='112 96' --d-k 64 --round weights=2")
    assert done["scaled"].tolist() == [[14, 12]]
    assert done["weights"].tolist() == [[0.88, 0.12]]


def test_karpathy_averages_of_the_past() -> None:
    """Zeros, −∞ above the diagonal, softmax: each row the mean of the rows so far."""
    done = tmat("attention -m scores='0 0 0; 0 0 0; 0 0 0' -m V='2 7; 6 4; 6 5' --no-scale --mask causal")
    np.testing.assert_allclose(done["weights"], [[1, 0, 0], [0.5, 0.5, 0], [1 / 3] * 3], rtol=1e-15)
    np.testing.assert_allclose(done["Z"], [[2, 7], [4, 5.5], [14 / 3, 16 / 3]], rtol=1e-15)


def test_a_torch_linear_weight_and_tokens_in_columns_go_in_transposed() -> None:
    """W·x with a token a column, as drawn by hand, is Xᵀ and Wᵀ here."""
    rows = tmat("attention -m X='1 2; 3 4; 5 6' -m W_Q='1 0; 1 1' -m W_K='0 1; 1 0' -m W_V='2 0; 0 3' --no-project")
    columns = tmat(
        "attention -m X.T='1 3 5; 2 4 6' -m W_Q.T='1 1; 0 1' -m W_K.T='0 1; 1 0' -m W_V.T='2 0; 0 3' --no-project"
    )
    for name in ("Q", "K", "V", "scores", "weights", "Z"):
        assert columns[name].tolist() == rows[name].tolist()


def test_the_annotated_transformers_layer_norm() -> None:
    """a·(x − mean)/(std + ε) + b with torch's std, which is the sample's, ε = 1e-6 added to it."""
    done = tmat(
        "addnorm -m X='1 2 4' --no-residual --deviation sample --epsilon 1e-6 --epsilon-in deviation "
        "-m gamma='1 1 2' -m beta='0 1 0'"
    )
    x = np.array([1.0, 2.0, 4.0])
    expected = (x - x.mean()) / (x.std(ddof=1) + 1e-6) * [1, 1, 2] + [0, 1, 0]
    np.testing.assert_allclose(done["output"][0], expected, rtol=1e-14)


@pytest.mark.parametrize(("value", "shown"), [("-1e9", -1e9), ("-1e10", -1e10), ("-10000", -1e4), ("0", 0.0)])
def test_finite_numbers_behind_the_mask(value: str, shown: float) -> None:
    """−1e9, as many codes have it, leaves nothing; 0, as some articles have it, leaves e⁰."""
    done = tmat(f"attention -m scores='1 2; 3 4' --no-scale --mask causal --mask-value {value}")
    assert done["masked"].tolist() == [[1, shown], [3, 4]]
    leak = np.exp(shown) / (np.e + np.exp(shown))
    np.testing.assert_allclose(done["weights"][0], [1 - leak, leak], rtol=1e-15)


def test_two_separate_heads_from_their_own_matrices() -> None:
    own = " ".join(f"-m W_{name}{h}='{value}'" for h in (1, 2) for name, value in
                   (("Q", "1 0; 0 1; 1 1"), ("K", f"{h} 0; 0 1; 1 0"), ("V", f"0 {h}; 1 0; 0 1")))  # fmt: skip
    done = tmat(f"attention -m X='1 0 1; 0 2 1' {own} -m W_O='1 0 0; 0 1 0; 1 1 0; 0 0 1'")
    x, w_q = np.array([[1.0, 0, 1], [0, 2, 1]]), np.array([[1.0, 0], [0, 1], [1, 1]])
    heads = []
    for h in (1.0, 2.0):
        k, v = x @ np.array([[h, 0], [0, 1], [1, 0]]), x @ np.array([[0, h], [1, 0], [0, 1]])
        e = np.exp(x @ w_q @ k.T / np.sqrt(2))
        heads.append(e / e.sum(axis=1, keepdims=True) @ v)
    np.testing.assert_allclose(done["Z1"], heads[0], rtol=1e-13)
    np.testing.assert_allclose(done["Z2"], heads[1], rtol=1e-13)
    output = np.hstack(heads) @ np.array([[1.0, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1]])
    np.testing.assert_allclose(done["output"], output, rtol=1e-13)
    assert "2 heads, separate" in done.notes
    assert "W_O" in done.stage["given"]


def test_softmax_in_another_base_is_a_temperature() -> None:
    """3^x in place of e^x, quicker by hand: softmax(x·ln 3), a temperature of 1/ln 3."""
    done = tmat(f"attention -m scores='0 1 2' --no-scale --temperature {1 / math.log(3)}")
    np.testing.assert_allclose(done["weights"], [[1 / 13, 3 / 13, 9 / 13]], rtol=1e-14)


def test_dot_product_attention_of_one_query_over_encoder_states() -> None:
    """Luong et al.: scores of a decoder state against four encoder states, softmax, their weighted sum."""
    done = tmat("attention -m X='10 5 10' -m context='0 1 1; 5 0 1; 1 1 0; 0 5 1' --no-weights --no-scale")
    assert done["scores"].tolist() == [[15, 60, 15, 35]]
    np.testing.assert_allclose(done["Z"], [[5, 0, 1]], atol=1e-9)


def test_additive_scores_of_bahdanau() -> None:
    done = tmat(
        "attention -m Q='1 2' -m K='1 0; 0 1; 1 1' -m V='1; 2; 3' --score additive "
        "-m W_A='1 0; 0 1' -m U_A='0.5 0; 0 0.5' -m v_A='1; -1'"
    )
    q, k = np.array([1.0, 2.0]), np.array([[1.0, 0], [0, 1], [1, 1]])
    np.testing.assert_allclose(done["scores"][0], np.tanh(q + 0.5 * k) @ [1, -1], rtol=1e-14)


def test_scores_rounded_on_the_way_as_on_paper() -> None:
    done = tmat("attention -m Q='1 1.5; 2 0.5' -m K='1 2; 0.3 1' -m V='1 2; 3 4' --round 2")
    assert done["scores"].tolist() == [[4, 1.8], [3, 1.1]]
    assert done["scaled"].tolist() == [[2.83, 1.27], [2.12, 0.78]]
    assert done["weights"].tolist() == [[0.83, 0.17], [0.79, 0.21]]
    assert done["Z"].tolist() == [[1.34, 2.34], [1.42, 2.42]]


def test_logits_to_a_word() -> None:
    done = tmat("decode -m logits='2.0 1.0 0.1' --words 'cat dog bird'")
    np.testing.assert_allclose(done["probabilities"], [[0.659, 0.2424, 0.0986]], **CLOSE)
    assert done.stage["params"]["word"] == "cat"
    projected = tmat("decode -m last='1 2' -m W_vocab.T='1 0; 0 1; 1 1' -m b_vocab='0 0 1' --words 'cat dog bird'")
    assert projected["logits"].tolist() == [[1, 2, 4]]
    assert projected.entry("logits")["cols"] == ["cat", "dog", "bird"]
    assert projected.stage["params"]["word"] == "bird"

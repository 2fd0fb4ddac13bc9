"""Worked examples of today's layers that others have published, put into the options as a reader would.

Facts and figures only. Where a page misprints, what it prints stands beside what follows from its own numbers.
"""

from __future__ import annotations

import numpy as np
import pytest
from tests.cli.running import tmat

THREE = {"rtol": 0, "atol": 6e-4}
FOUR = {"rtol": 0, "atol": 6e-5}


def test_slopes_of_the_alibi_paper() -> None:
    """Press et al. 2022, §3: 1/2, 1/4, … 1/256 for 8 heads; for 16 heads 1/2^0.5, 1/2, 1/2^1.5, … 1/2^8."""
    eight = tmat("attention --alibi --heads 8 --positions 2 --d-model 8 --seed 1")["slopes"]
    assert eight.tolist() == [[1 / 2**n for n in range(1, 9)]]
    sixteen = tmat("attention --alibi --heads 16 --positions 2 --d-model 16 --seed 1")["slopes"]
    np.testing.assert_allclose(sixteen, [[2 ** (-n / 2) for n in range(1, 17)]], rtol=1e-15)


def test_slopes_and_distances_of_crackedaicode() -> None:
    """crackedaicode.com, "ALiBi Bias Matrix": 1/16 and 1/256 for two heads; 0 on the diagonal, less by a slope a place."""
    done = tmat("attention --alibi --heads 2 -m scores1='0 0 0; 0 0 0; 0 0 0' -m scores2='0 0 0; 0 0 0; 0 0 0' "
                "-m V1='1; 1; 1' -m V2='1; 1; 1' --no-scale --causal")  # fmt: skip
    assert done["slopes"].tolist() == [[1 / 16, 1 / 256]]
    assert done["masked1"].tolist()[2] == [-2 / 16, -1 / 16, 0]
    assert done["masked2"][0, 1] == -np.inf


def test_a_signed_distance_of_leetgpu_is_a_mask_that_is_added() -> None:
    """leetgpu.com, "Attention with Linear Biases", example 1: α·(i − j), not −α·|i − j|.

    Its first row is printed as 3.05 4.05 6.05 7.05; from its numbers the third and the fourth are 5.05 and 6.05.
    """
    q, k = "'1 0 0 0; 0 1 0 0'", "'1 0 0 0; 0 1 0 0; 0 0 1 0'"
    done = tmat(
        f"attention -m Q={q} -m K={k} -m V='1 2 3 4; 5 6 7 8; 9 10 11 12' -m mask='0 -0.5 -1; 0.5 0 -0.5' --mask-means added"
    )
    np.testing.assert_allclose(done["Z"], [[3.05, 4.05, 5.05, 6.05], [3.93, 4.93, 5.93, 6.93]], rtol=0, atol=6e-3)


def test_a_rotation_of_lexailabs() -> None:
    """prof.lexailabs.com, "Rotary Position Embedding", example 2: position 1, four columns, neighbours a pair."""
    done = tmat("attention -m Q='5 6 7 8; 1 0 1 0' -m K='1 1 1 1; 1 1 1 1' -m V='1; 1' --rotary adjacent")
    np.testing.assert_allclose(done["Q_rotated"], [[5, 6, 7, 8], [0.5403, 0.8415, 0.99995, 0.01]], **FOUR)


def test_a_quarter_turn_of_1cademy() -> None:
    """1cademy.com, "Application of RoPE Rotation to a 2D Vector": (3, 4) by 90°."""
    done = tmat(f"attention -m Q='3 4' -m K='3 4' -m V=1 --rotary adjacent -m angles={np.pi / 2!r}")
    np.testing.assert_allclose(done["Q_rotated"], [[-4, 3]], atol=1e-15)


def test_grouped_heads_of_ainiketan() -> None:
    """ainiketan.in, "Worked Example: GQA in Action" (Mistral 7B): four heads of queries, two of keys.

    Printed otherwise, and not what its matrices give: Q3 of token 3 as (2, 2), Q4 of token 2 as (2, 0) and of token 3 as
    (2, 2), K2 of token 2 as (2, 1).
    """
    weights = {
        "W_Q1": "1 0; 0 1", "W_Q2": "0 1; 1 0", "W_Q3": "1 0; 1 1", "W_Q4": "0 1; 1 1",
        "W_K1": "1 0; 0 1", "W_K2": "1 1; 1 1", "W_V1": "1 0; 0 1", "W_V2": "0 1; 1 0",
    }  # fmt: skip
    given = " ".join(f"-m {name}='{rows}; 0 0; 0 0'" for name, rows in weights.items())
    done = tmat(f"attention -m X='1 0 1 0; 0 1 0 1; 1 1 1 1' {given} --kv-heads 2")
    assert "heads 1, 2 share K1, V1; heads 3, 4 share K2, V2" in done.notes
    printed = {
        "Q1": [[1, 0], [0, 1], [1, 1]], "Q2": [[0, 1], [1, 0], [1, 1]], "Q3": [[1, 0], [1, 1], [2, 1]],
        "Q4": [[0, 1], [1, 1], [1, 2]], "K1": [[1, 0], [0, 1], [1, 1]], "K2": [[1, 1], [1, 1], [2, 2]],
        "V1": [[1, 0], [0, 1], [1, 1]],
    }  # fmt: skip
    for name, rows in printed.items():
        assert done[name].tolist() == rows, name


def test_root_mean_squares_of_ainiketan() -> None:
    """ainiketan.in, LLaMA, "The Math" and "Worked Example": three rows; 1.8/1.749 is printed as 1.030, and is 1.029."""
    done = tmat(
        "addnorm -m X='2 -1 3 0; 0.5 -1.2 0.8 0.3; 1.1 -2.7 1.8 0.7' --no-residual --norm rms --epsilon 0 --detail"
    )
    np.testing.assert_allclose(done["mean_square"], [[3.5], [0.605], [3.0575]], rtol=1e-14)
    np.testing.assert_allclose(done["rms"], [[1.871], [0.778], [1.749]], **THREE)
    printed = [[1.069, -0.535, 1.604, 0.0], [0.643, -1.543, 1.029, 0.386], [0.629, -1.544, 1.029, 0.400]]
    np.testing.assert_allclose(done["normalized"], printed, **THREE)
    layer = tmat("addnorm -m X='2 -1 3 0' --no-residual --epsilon 0")
    np.testing.assert_allclose(layer["std"], [[1.581]], **THREE)
    np.testing.assert_allclose(layer["normalized"], [[0.632, -1.265, 1.265, -0.632]], **THREE)


def test_a_root_mean_square_of_lexailabs() -> None:
    """prof.lexailabs.com, "RMSNorm", example 1, with ε = 1e-8."""
    done = tmat("addnorm -m X='1 2 3 4' --no-residual --norm rms --epsilon 1e-8")
    np.testing.assert_allclose(done["normalized"], [[0.3651, 0.7303, 1.0954, 1.4606]], **FOUR)


def test_experts_of_lexailabs() -> None:
    """prof.lexailabs.com, "Sparse mixture-of-experts layer", example 1: equal gates, each row through one of four alike.

    An expert there is one matrix: here the first layer is the identity.
    """
    experts = " ".join(f"-m expert{n}.W_1='1 0; 0 1' -m expert{n}.W_2='1 1; 1 1'" for n in (1, 2, 3, 4))
    rows = "'0 1; 2 3; 4 5; 6 7; 8 9; 10 11'"
    done = tmat(
        f"ffn -m X={rows} --experts 4 --top 1 -m W_gate='1 1 1 1; 1 1 1 1' {experts} --activation none --no-bias"
    )
    assert done["output"].tolist() == [[1, 1], [5, 5], [9, 9], [13, 13], [17, 17], [21, 21]]


def test_gates_of_nano_moe() -> None:
    """carrycooldude.github.io/Nano-MoE-JAX, "The Router": of 2.1 −0.5 3.7 0.8 the first and the third, 0.17 and 0.83."""
    done = tmat("ffn -m routing='2.1 -0.5 3.7 0.8' --experts 4 --top 2")
    np.testing.assert_allclose(done["gates"], [[0.17, 0, 0.83, 0]], rtol=0, atol=6e-3)


def test_temperatures_of_crackedaicode() -> None:
    """crackedaicode.com, "Temperature Scaling": 1 2 3 at T = 1, 0.5 and 2."""
    printed = {1.0: [0.090, 0.245, 0.665], 0.5: [0.016, 0.117, 0.867], 2.0: [0.186, 0.307, 0.506]}
    for temperature, row in printed.items():
        done = tmat(f"decode -m logits='1 2 3' --temperature {temperature}")
        np.testing.assert_allclose(done["probabilities"], [row], **THREE)


def test_repetition_of_lexailabs() -> None:
    """prof.lexailabs.com, "Repetition penalty", examples 1 and 2."""
    done = tmat("decode -m logits='2 -1.5 -3 5' -m said='0 1 1 0' --repetition-penalty 2")
    assert done["penalized"].tolist() == [[2, -3, -6, 5]]
    assert tmat("decode -m logits='4 0' -m said='1 0' --repetition-penalty 2")["penalized"].tolist() == [[2, 0]]


def test_the_three_best_of_1cademy() -> None:
    """1cademy.com, "K-Best Selection with a Beam Width of 3": cute 0.34, on 0.32, sick 0.21 of five."""
    done = tmat("decode -m logits='0.34 0.32 0.21 0.12 0.01' --words 'cute on sick are .' --top-k 3")
    assert done["shortlist"].tolist() == [[0.34, 0.32, 0.21, -np.inf, -np.inf]]


@pytest.mark.parametrize(
    ("chosen", "product"),
    [("0.5 0.4 0.4 0.6", 0.048), ("0.5 0.3 0.6 0.6", 0.054), ("0.6 0.7", 0.42), ("0.4 0.6", 0.24), ("0.6 0.3", 0.18), ("0.4 0.4", 0.16)],
)  # fmt: skip
def test_products_of_d2l_and_lexailabs(chosen: str, product: float) -> None:
    """Dive into Deep Learning, §10.8: greedy search's text and a likelier one; prof.lexailabs.com, "Beam search decoding"."""
    done = tmat(f"decode -m chosen='{chosen}'")
    assert done["sequence"].tolist() == [[product]]  # as a pencil has it, to the last digit


def test_smoothed_targets() -> None:
    """Click4AI: 0.1 0.1 0.8; crackedaicode.com: 0.025 and 0.925; Flux's label_smoothing: 0.1 and 0.9 of two, α = 0.2."""
    for words, smoothing, target, row in (
        (3, 0.3, 3, [0.1, 0.1, 0.8]),
        (4, 0.1, 3, [0.025, 0.025, 0.925, 0.025]),
        (2, 0.2, 1, [0.9, 0.1]),
    ):
        done = tmat(f"loss -m logits='{'0 ' * words}' --target {target} --smoothing {smoothing}")
        np.testing.assert_allclose(done["targets"], [row], rtol=1e-14)


def test_what_flux_says_of_smoothed_losses() -> None:
    """Flux's label_smoothing: near probabilities (2/3 right) lose less without it, far ones (1/3 right) more."""
    losses = {
        (p, smoothing): float(
            tmat(f"loss -m probabilities='{1 - p} {p}' --target 2 --smoothing {smoothing}")["loss"][0, 0]
        )
        for p in (2 / 3, 1 / 3)
        for smoothing in (0.0, 0.2)
    }
    assert losses[2 / 3, 0.0] < losses[2 / 3, 0.2] and losses[1 / 3, 0.0] > losses[1 / 3, 0.2]

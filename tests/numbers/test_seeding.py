"""Seeded draws: pinned numbers, the shape of their distributions, and torch's own."""

from __future__ import annotations

import math
from hashlib import sha256
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from tests.oracles.load import document

from tmat.errors import InputError
from tmat.numbers import round_half_away, shown_decimals
from tmat.numbers.normal import inverse_normal
from tmat.numbers.seeding import INITS, draw, keep_mask, normal, uniform53
from tmat.numbers.torch_draws import TorchGenerator
from tmat.stages.embed import embed

OWN = ("uniform", "normal", "xavier", "integers")


def test_the_numbers_are_pinned() -> None:
    """By hand: SHA-256 of the text between unit separators, PCG64 of it, the top 53 bits."""
    seed = int.from_bytes(sha256(b"7\x1fattention\x1fW_Q").digest(), "big")
    raw = np.random.PCG64(seed).random_raw(3)
    expected = [(int(bits) >> 11) / 2**53 for bits in raw]
    assert uniform53(7, "attention", "W_Q", 3).tolist() == expected
    assert expected == [0.6958107385278648, 0.20552902821945185, 0.28429500290144905]


def test_each_init_is_pinned() -> None:
    got = {init: draw(init, (2, 3), seed="name:li.wei", stage="ffn", name="W_1").tolist() for init in OWN}
    assert got == {
        "uniform": [[0.42, 0.97, 0.53], [0.0, 0.98, 0.28]],
        "normal": [[-0.2, 1.98, 0.08], [-2.38, 2.21, -0.56]],
        "xavier": [[-0.1696, 1.0428, 0.0715], [-1.0764, 1.066, -0.4682]],
        "integers": [[4.0, 9.0, 5.0], [0.0, 9.0, 2.0]],
    }


@pytest.mark.parametrize("init", OWN)
def test_streams_are_apart_and_repeat(init: str) -> None:
    def numbers(seed: int | str = 1, stage: str = "attention", name: str = "W_Q") -> list[Any]:
        return draw(init, (6, 8), seed=seed, stage=stage, name=name).tolist()

    assert numbers() == numbers() == numbers(seed="1")
    others = [numbers(seed=2), numbers(stage="attention-2"), numbers(name="W_K"), numbers(seed="name:li.wei")]
    assert len({str(drawn) for drawn in [numbers(), *others]}) == 5


def test_the_parts_of_a_key_cannot_run_together() -> None:
    assert uniform53("1", "2x", "y", 1)[0] != uniform53("1", "2", "xy", 1)[0]


def test_an_accent_typed_in_two_ways_is_one_seed() -> None:
    composed, apart = "name:josé", "name:jose\u0301"
    assert composed != apart
    assert uniform53(composed, "embed", "W_E", 2).tolist() == uniform53(apart, "embed", "W_E", 2).tolist()


def test_a_stream_goes_on_where_more_is_asked() -> None:
    assert uniform53(3, "a", "b", 70_000)[:5].tolist() == uniform53(3, "a", "b", 5).tolist()
    assert normal(3, "a", "b", 70_000)[:5].tolist() == normal(3, "a", "b", 5).tolist()


def test_what_each_init_looks_like() -> None:
    drawn = {init: draw(init, (100, 60), seed=0, stage="s", name="n") for init in OWN}
    uniform, xavier, integers = drawn["uniform"], drawn["xavier"], drawn["integers"]
    assert np.unique(uniform).tolist() == [n / 100 for n in range(100)]
    assert np.unique(integers).tolist() == list(range(10))
    bound = math.sqrt(6 / 160)
    assert bound * 0.99 < np.abs(xavier).max() <= round(bound, 4)
    assert abs(xavier.mean()) < 0.005
    assert [shown_decimals(drawn[init], most=9) for init in OWN] == [2, 2, 4, 0]
    expected = round_half_away(normal(0, "s", "n", 6000), 2).reshape(100, 60)
    np.testing.assert_array_equal(drawn["normal"], expected)


def test_normal_numbers_follow_the_normal_distribution() -> None:
    numbers = np.sort(normal(1, "scaling", "q", 100_000))
    steps = np.arange(1, numbers.size + 1) / numbers.size
    # Kolmogorov and Smirnov's distance at a chance of one in a thousand is 1.95/√n.
    cumulative = np.array([NormalDist().cdf(x) for x in numbers[::50]])
    assert np.abs(cumulative - steps[::50]).max() < 1.95 / math.sqrt(numbers.size)
    assert abs(numbers.mean()) < 4 / math.sqrt(numbers.size)
    assert abs(numbers.var() - 1) < 4 * math.sqrt(2 / numbers.size)


def test_the_inverse_normal_is_the_standard_librarys() -> None:
    tails = [10.0**-n for n in range(1, 17)]
    u = np.array([*np.linspace(0.001, 0.999, 997), 0.075, 0.925, 2.0**-53, 1 - 2.0**-53, *tails])
    expected = [NormalDist().inv_cdf(x) for x in u]
    np.testing.assert_allclose(inverse_normal(u), expected, rtol=1e-15, atol=0)


def test_keep_mask() -> None:
    mask = keep_mask((200, 100), 0.1, seed=5, stage="attention", name="dropped")
    assert np.unique(mask).tolist() == [0, 1]
    assert abs(mask.mean() - 0.9) < 0.01
    units = uniform53(5, "attention", "dropped", 20_000).reshape(200, 100)
    np.testing.assert_array_equal(mask == 1, units < 0.9)
    assert keep_mask((2, 2), 0, seed=5, stage="s", name="n").all()
    assert not keep_mask((2, 2), 1, seed=5, stage="s", name="n").any()


def test_empty_matrices() -> None:
    for init in OWN:
        assert draw(init, (0, 3), seed=0, stage="s", name="n").shape == (0, 3)
    assert TorchGenerator(0).rand(0, 2).shape == (0, 2)


def digest(draws: list[bytes]) -> str:
    return sha256(b"".join(draws)).hexdigest()


def as_torch(generator: TorchGenerator, kind: str, rows: int, cols: int, option: Any = None) -> bytes:
    """One draw as the fixture's script hashes it."""
    if kind == "rand":
        arrays = [generator.rand(rows, cols)]
    elif kind == "dropout":
        arrays = [generator.dropout_keep(rows, cols, option)]
    else:
        weight, bias = generator.linear(rows, cols, option)
        assert (bias is None) is not option
        arrays = [weight] if bias is None else [weight, bias]
    for array in arrays:
        assert (array.astype(np.float32) == array).all()
    return b"".join(array.astype("<f4").tobytes() for array in arrays)


def test_torchs_draws_bit_for_bit() -> None:
    oracle = document("torch_draws")
    assert len(oracle["seeds"]) >= 100
    for seed, expected in oracle["placed"].items():
        generator = TorchGenerator(int(seed))
        for what, each in zip(oracle["draws"], expected, strict=True):
            assert digest([as_torch(generator, *what)]) == each, (seed, what)
    for seed, expected in oracle["seeds"].items():
        generator = TorchGenerator(int(seed))
        assert digest([as_torch(generator, *what) for what in oracle["draws"]]) == expected, seed


def test_torchs_numbers() -> None:
    for seed, numbers in document("torch_draws")["numbers"].items():
        generator = TorchGenerator(seed)
        weight, bias = generator.linear(3, 2)
        assert weight.tolist() == numbers["linear"]["W"]
        assert bias is not None
        assert bias.tolist() == numbers["linear"]["b"]
        assert generator.dropout_keep(2, 6, 0.5).tolist() == numbers["dropout"]
        assert generator.rand(2, 3).tolist() == numbers["rand"]


@pytest.mark.parametrize(
    ("seed", "text"),
    [
        (
            "name:li.wei",
            "torch's draws cannot start from the seed 'name:li.wei'\n  manual_seed takes a whole number\n"
            "  try a number, or draws that take any text: uniform, normal, xavier, integers",
        ),
        (
            1.5,
            "torch's draws cannot start from the seed '1.5'\n  manual_seed takes a whole number\n"
            "  try a number, or draws that take any text: uniform, normal, xavier, integers",
        ),
        (
            -1,
            "torch's draws cannot start from the seed -1\n  it must be from 0 to 2⁶⁴ − 1\n"
            "  torch takes -1 as 18446744073709551615: give that",
        ),
        (
            2**64,
            "torch's draws cannot start from the seed 18446744073709551616\n  it must be from 0 to 2⁶⁴ − 1\n"
            "  try a number from 0 to 18446744073709551615",
        ),
    ],
)
def test_seeds_that_torch_does_not_take(seed: Any, text: str) -> None:
    with pytest.raises(InputError) as error:
        TorchGenerator(seed)
    assert str(error.value) == text


def test_an_unknown_init_is_answered_with_the_nearest() -> None:
    with pytest.raises(InputError) as error:
        draw("unifrom", (2, 2), seed=0, stage="s", name="n")
    assert str(error.value) == f"no init 'unifrom'\n  there are {', '.join(INITS)}\n  did you mean uniform?"
    with pytest.raises(InputError, match="'torch-rand' draws in torch's order, not a stream a matrix"):
        draw("torch-rand", (2, 2), seed=0, stage="s", name="n")


def test_a_dropout_that_is_no_probability() -> None:
    expected = "dropout 1.5 is no probability\n  it must be from 0 to 1\n  try 0.1 (a tenth is dropped)"
    with pytest.raises(InputError) as error:
        keep_mask((1, 1), 1.5, seed=0, stage="s", name="n")
    assert str(error.value) == expected
    with pytest.raises(InputError) as error:
        TorchGenerator(0).dropout_keep(1, 1, 1.5)
    assert str(error.value) == expected
    with pytest.raises(InputError, match="a linear layer of 0 inputs cannot be drawn"):
        TorchGenerator(0).linear(0, 2)


def test_normal_draws_are_torchs_bit_for_bit() -> None:
    """Below, at and above sixteen numbers, between other draws, and an nn.Embedding's."""
    oracle = document("torch_normals")
    for seed, expected in oracle["seeds"].items():
        generator = TorchGenerator(int(seed))
        drawn = [generator.rand(r, c) if kind == "rand" else generator.randn(r, c) for kind, r, c in oracle["draws"]]
        parts = [values.astype("<f4").tobytes() for values in drawn]
        if seed in oracle["placed"]:
            assert [sha256(part).hexdigest() for part in parts] == oracle["placed"][seed]
        assert sha256(b"".join(parts)).hexdigest() == expected, seed
    for seed, numbers in oracle["numbers"].items():
        generator = TorchGenerator(int(seed))
        assert [*generator.randn(1, 3).tolist(), *generator.randn(4, 5).tolist()] == numbers


def test_a_table_drawn_by_torch_randn_is_an_embeddings() -> None:
    oracle = document("torch_normals")
    table = embed(text="a b c d", d_model=5, init="torch-randn", seed=123)["embed"]["W_E"].values
    generator = TorchGenerator(123)
    assert np.array_equal(table, generator.randn(4, 5))
    assert oracle["numbers"]["123"][0] == TorchGenerator(123).randn(1, 3).tolist()[0]

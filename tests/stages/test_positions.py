"""Positions and heads of today: what is said, what is refused, and the same in a stack."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.cli.running import refused, tmat

import tmat as library
from tmat.engine import compute

RNG = np.random.default_rng(8)
X = RNG.normal(size=(4, 8)).round(2)


def test_embeddings_scaled_and_positions_added() -> None:
    done = tmat("posenc -m E='1 2 3; 4 5 6' --scale-embedding")
    np.testing.assert_allclose(done["E_scaled"], np.array([[1, 2, 3], [4, 5, 6]]) * math.sqrt(3), rtol=1e-15)
    np.testing.assert_allclose(done["X"], done["E_scaled"] + done["PE"], rtol=1e-15)
    assert "embeddings multiplied by √3" in done.notes
    assert tmat("posenc -m E='1 2; 4 5'").steps == ["PE", "X"]
    assert tmat("posenc -m E='1 2; 4 5' --scale-embedding --round 2")["X"].tolist() == [[1.41, 3.83], [6.5, 7.61]]


@pytest.mark.parametrize("d", [1, 2, 5, 6])
@pytest.mark.parametrize("exponent", ["paired", "column"])
def test_halves_are_the_same_columns_in_another_order(d: int, exponent: str) -> None:
    turns, halves = (
        library.posenc(positions=5, d_model=d, start=2, exponent=exponent, layout=layout)["posenc"]["PE"].values  # type: ignore[arg-type]
        for layout in ("adjacent", "halves")
    )
    assert halves.tolist() == np.hstack([turns[:, 0::2], turns[:, 1::2]]).tolist()


def test_learned_positions_are_the_rows_of_a_table() -> None:
    table = "-m PE='1 1; 2 2; 3 3; 4 4'"
    assert tmat(f"posenc -m E='0 0; 0 1' {table}")["X"].tolist() == [[1, 1], [2, 3]]
    done = tmat(f"posenc -m E='0 0; 0 1' {table} --start 2")
    assert done["X"].tolist() == [[3, 3], [4, 5]]
    assert "positions from 2, of 4 that are given" in done.notes
    assert "PE is given, and the options of the sinusoids have no effect" in refused(
        f"posenc -m E='0 0; 0 1' {table} --start 3"
    )
    assert "PE is given" in refused(f"posenc -m E='0 0; 0 1' {table} --layout halves")
    assert "E_scaled is given" in refused("posenc -m E_scaled='1 2' --scale-embedding")


def test_a_table_of_waves_is_the_learned_one() -> None:
    waves = library.posenc(positions=9, d_model=8, base=500.0)["posenc"]["PE"].values
    own = library.posenc(X, base=500.0, start=5)["posenc"]["X"].values
    np.testing.assert_allclose(library.posenc(X, PE=waves, start=5)["posenc"]["X"].values, own, rtol=1e-15)


def test_rotary_scores_depend_on_the_distance_alone() -> None:
    for layout in ("adjacent", "halves"):
        here, there = (
            library.attention(
                X, weights=False, project=False, heads=2, rotary=layout, start=start, rope_scaling="linear:3"
            )["attention"]
            for start in (0, 1000)
        )
        np.testing.assert_allclose(here["scores2"].values, there["scores2"].values, atol=1e-10)
        assert not np.allclose(here["Q_rotated2"].values, there["Q_rotated2"].values)


def test_the_two_layouts_are_one_with_the_columns_exchanged() -> None:
    order = [0, 2, 1, 3]  # columns 1 and 2 of adjacent pairs are columns 1 and 3 of halves
    one = library.attention(X[:, :4], weights=False, rotary="adjacent")["attention"]
    other = library.attention(X[:, :4][:, order], weights=False, rotary="halves")["attention"]
    np.testing.assert_allclose(other["Q_rotated"].values, one["Q_rotated"].values[:, order], rtol=1e-15)
    np.testing.assert_allclose(other["weights"].values, one["weights"].values, rtol=1e-12)


def test_which_heads_share_which_keys_is_said() -> None:
    assert (
        "heads 1, 2 share K1, V1; heads 3, 4 share K2, V2"
        in tmat("attention --heads 4 --kv-heads 2 --d-k 2 --seed 1").notes
    )
    done = tmat("attention --heads 6 --kv-heads 1 --d-k 2 --seed 1")
    assert "heads 1 to 6 share K, V" in done.notes
    assert done["K"].shape == (6, 2)
    assert [name for name in done.steps if name.startswith("K")] == ["K"]


def test_as_many_key_heads_as_heads_change_nothing() -> None:
    plain, told = (tmat(f"attention --heads 2 --d-k 3 --seed 4 {more}") for more in ("", "--kv-heads 2"))
    assert plain["output"].tolist() == told["output"].tolist()


def test_keys_given_head_by_head_as_one_array() -> None:
    q, k, v = RNG.normal(size=(4, 3, 2)), RNG.normal(size=(2, 3, 2)), RNG.normal(size=(2, 3, 2))
    sheet = library.attention(heads=4, kv_heads=2, Q=q, K=k, V=v)["attention"]
    weights = np.exp(q[2] @ k[1].T / math.sqrt(2))
    np.testing.assert_allclose(sheet["Z3"].values, weights / weights.sum(axis=1, keepdims=True) @ v[1], rtol=1e-13)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "--heads 4 --kv-heads 3",
            "4 heads do not share 3 heads of keys evenly\n  4 must be a multiple of --kv-heads\n  try --kv-heads",
        ),
        ("--kv-heads 1 --no-weights", "--kv-heads and --no-weights contradict each other"),
        (
            "--base 1",
            "--base 1 does not fit\n  expected a number above 1: without --rotary it is the base of the softmax",
        ),
        ("--base 3 --softmax-base 2", "--base and --softmax-base contradict each other\n  without --rotary both are"),
        ("--base 3 --temperature 2", "--base and --temperature contradict each other"),
        ("-m weights='1 2' --base 3", "weights is given, and --base goes before it"),
        ("-m sinks='1' --base 2", "sinks are given, and --base is said"),
        ("--start 1", "--start has no rotary positions to work with"),
        ("--rope-scaling ntk:2", "--rope-scaling has no rotary positions to work with"),
        ("--rotary halves --rope-scaling yarn:2", "expected linear:N, ntk:N, dynamic:N:length=L, llama3:N"),
        ("--rotary halves --rope-scaling llama3:8:low=4:high=4", "N a number from 1"),
        ("--rotary halves --rope-scaling linear:2:length=4", "N a number from 1"),
        ("--rotary halves --rope-scaling ntk:2 --d-k 2", "needs more than one pair of columns"),
        ("--rotary halves --d-k 3", "needs an even number of columns"),
        ("--rotary halves --d-k 4 --rotary-width 6", "--rotary-width 6 does not fit"),
        ("--rotary twice", "expected one of adjacent, halves"),
        ("--qk-epsilon 1", "--qk-epsilon has no norm of Q and K to work with"),
        ("-m gamma_Q='1 1 1 1 1 1'", "gamma_Q and gamma_K belong to a norm of Q and K"),
        ("--softmax-base 3 --temperature 2", "--softmax-base and --temperature contradict each other"),
        ("--softmax-base 1", "expected a number above 1"),
        ("--soft-cap 0", "expected a number above 0"),
        ("-m sinks='1 2 3'", "sinks does not fit\n  sinks is 1×3"),
        ("-m slopes='1 2' --heads 3", "try a slopes of 1×3"),
        ("-m sinks='1' --temperature 2", "tmat has no softmax with both"),
        (
            "-m scores='1 2' --rotary halves",
            "scores is given, and --rotary goes before it\n  queries and keys are not computed",
        ),
        ("-m weights='1 2' --soft-cap 5", "weights is given, and --soft-cap goes before it"),
        ("-m masked='1 2' --alibi", "masked is given, and --alibi goes before it"),
    ],
)
def test_what_is_refused(line: str, message: str) -> None:
    x = "" if "-m scores" in line or "-m weights" in line or "-m masked" in line else "-m X='1 2 3 4 5 6; 6 5 4 3 2 1' "
    assert message in refused(f"attention {x}{line} --seed 1")


def test_fewer_keys_than_heads_are_noticed() -> None:
    message = refused("attention -m Q='1 2 3 4' -m K='1 2' -m V='1 2' --heads 2")
    assert (
        "K has 1 head where Q has 2\n  Q is 1×4 (from the command line), K is 1×2 (from the command line): a head of Q is 2 wide"
        in message
    )
    assert "heads that share keys: --kv-heads 1" in message


OPTIONS = (
    "--heads 4 --kv-heads 2 --d-k 4 --rotary halves --base 500 --qk-norm rms --soft-cap 20 --softmax-base 2 --window 2"
)


def test_in_the_encoder_as_in_the_stages_piped() -> None:
    x = "-m X='" + "; ".join(" ".join(map(str, row)) for row in X) + "'"
    whole = tmat(f"encode {x} --layers 2 --seed 3 {OPTIONS}")
    one = tmat(f"attention {x} --seed 3 {OPTIONS}").output
    for line in ("addnorm", "ffn", "addnorm", f"attention {OPTIONS}", "addnorm", "ffn", "addnorm"):
        one = tmat(f"{line} --seed 3", one).output
    last = tmat("show --format json", one)
    assert whole.stage["steps"][-1]["values"] == last.stage["steps"][-1]["values"]


def test_in_the_decoder_queries_are_turned_to_their_own_text_alone() -> None:
    words = "decode -m memory='1 2 3 4; 4 3 2 1' --words 'you win or die' --target 'you win' --seed 2 --heads 2"
    done = tmat(f"{words} --rotary halves --alibi")
    stages = {stage["id"]: [step["name"] for step in stage["steps"]] for stage in done.stages}
    assert "decode-1.posenc" not in stages
    assert "Q_rotated1" in stages["decode-1.self-attention"]
    assert "biased1" in stages["decode-1.self-attention"]
    assert "Q_rotated1" not in stages["decode-1.cross-attention"]
    assert "biased1" not in stages["decode-1.cross-attention"]
    scaled = {stage["id"]: stage for stage in tmat(f"{words} --scale-embedding --layout halves").stages}[
        "decode-1.posenc"
    ]
    assert scaled["params"]["scale_embedding"] is True
    assert scaled["params"]["layout"] == "halves"


def test_blocks_of_rows_know_where_they_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    how = {"heads": 2, "alibi": True, "rotary": "halves", "window": 3, "keep": ["output"], "project": False}
    x = RNG.normal(size=(23, 8))
    whole = library.attention(x, weights=False, **how)["attention"].result.values  # type: ignore[arg-type]
    monkeypatch.setattr(compute, "LARGE", 20)
    monkeypatch.setattr(compute, "BLOCK", 60)
    np.testing.assert_allclose(library.attention(x, weights=False, **how)["attention"].result.values, whole, rtol=1e-13)  # type: ignore[arg-type]

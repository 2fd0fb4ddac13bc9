"""The options of vocab, embed, posenc, addnorm and ffn against their formulas."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli.running import tmat


@pytest.mark.parametrize(
    ("norm", "deviation", "place", "epsilon", "gamma", "beta", "residual"),
    [
        (*kind, *rest)
        for kind in (("layer", "population"), ("layer", "sample"), ("rms", "population"))
        for rest in itertools.product(
            ("root", "deviation"), (0.0, 1e-5, 0.01), (True, False), (True, False), (True, False)
        )
    ],
)
def test_addnorm(
    norm: str, deviation: str, place: str, epsilon: float, gamma: bool, beta: bool, residual: bool
) -> None:
    line = (
        f"addnorm -m X='1 2 4; -3 0.5 0' --norm {norm} --deviation {deviation} --epsilon {epsilon} --epsilon-in {place}"
    )
    line += " -m gamma='1 2 3'" * gamma + " -m beta='0.5 0 -1'" * beta
    done = tmat(line + (" -m residual='0 1 0; 2 2 2'" if residual else " --no-residual"))
    x = np.array([[1, 2, 4], [-3, 0.5, 0]]) + (np.array([[0, 1, 0], [2, 2, 2]]) if residual else 0)
    off = x if norm == "rms" else x - x.mean(axis=1, keepdims=True)
    spread = np.sqrt((off**2).sum(axis=1, keepdims=True) / (2 if deviation == "sample" else 3))
    result = off / (np.sqrt(spread**2 + epsilon) if place == "root" else spread + epsilon)
    result = result * ([1, 2, 3] if gamma else 1) + ([0.5, 0, -1] if beta else 0)
    np.testing.assert_allclose(done[done.stage["output"]], result, rtol=1e-13, atol=1e-15)
    said = " · ".join(done.notes)
    assert ("RMSNorm" if norm == "rms" else f"{deviation} deviation") in said
    assert ("inside the root" if place == "root" else "added to the") in said
    assert ("with residual" if residual else "no residual") in said


def test_addnorm_draws_a_residual_where_a_seed_is_said() -> None:
    done = tmat("addnorm --seed 1")
    assert done["residual"].shape == done["X"].shape == (6, 6)
    assert done["residual"].tolist() != done["X"].tolist()
    assert done.entry("residual")["origin"] == "drawn: uniform, seed 1"


BENDS = {
    "relu": lambda x: max(x, 0.0),
    "gelu": lambda x: x * 0.5 * (1 + math.erf(x / math.sqrt(2))),
    "gelu-tanh": lambda x: 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    "tanh": math.tanh,
    "silu": lambda x: x / (1 + math.exp(-x)),
    "none": lambda x: x,
}


@pytest.mark.parametrize(
    ("activation", "layers", "bias"), list(itertools.product(BENDS, (1, 2), ("", "--no-bias", "--bias")))
)
def test_ffn(activation: str, layers: int, bias: str) -> None:
    done = tmat(
        f"ffn -m X='1 -2; 0.5 3' --activation {activation} --layers {layers} --d-ff 3 {bias} --seed 2 --init normal"
    )
    x = np.array([[1, -2], [0.5, 3]])
    hidden = x @ done["W_1"] + (done["b_1"] if bias != "--no-bias" else 0)
    result = np.vectorize(BENDS[activation])(hidden)
    if layers == 2:
        result = result @ done["W_2"] + (done["b_2"] if bias != "--no-bias" else 0)
    np.testing.assert_allclose(done[done.stage["output"]], result, rtol=1e-13, atol=1e-15)
    assert done["W_1"].shape == (2, 3)
    assert ("b_1" in done.stage["given"]) == (bias != "--no-bias")


def test_ffn_widths() -> None:
    assert tmat("ffn -m X='1 2 3' --seed 1")["W_1"].shape == (3, 12)
    assert tmat("ffn -m X='1 2 3' --seed 1 --layers 1")["W_1"].shape == (3, 3)
    assert tmat("ffn -m X='1 2 3' --seed 1 --d-out 5")["output"].shape == (1, 5)
    alone = tmat("ffn -m X='1 -1' -m W_1='1 0; 0 1' -m W_2='1; 1'")
    assert "b_1" not in alone.stage["given"]
    assert alone["output"].tolist() == [[1]]


@pytest.mark.parametrize(
    ("exponent", "base", "start", "n", "d"),
    list(itertools.product(("paired", "column"), (10000, 100, 0.5), (0, 1, -2), (1, 4), (1, 5, 6))),
)
def test_posenc(exponent: str, base: float, start: int, n: int, d: int) -> None:
    done = tmat(f"posenc --positions {n} --d-model {d} --exponent {exponent} --base {base} --start {start}")
    for i, j in itertools.product(range(n), range(d)):
        power = (2 * (j // 2) if exponent == "paired" else 2 * j) / d
        angle = (start + i) / base**power
        wave = math.sin(angle) if j % 2 == 0 else math.cos(angle)
        assert done["PE"][i, j] == pytest.approx(wave, rel=1e-12, abs=1e-15)
    assert done.entry("PE")["rows"] == [str(start + i) for i in range(n)]
    assert f"positions from {start}" in done.notes
    assert ("exponent 2⌊i/2⌋/d" if exponent == "paired" else "exponent 2i/d (the paper: 2⌊i/2⌋/d)") in done.notes


def test_embed() -> None:
    done = tmat("embed --text 'win or lose win' --words 'you win or lose' --d-model 3 --seed 1")
    assert done["ids"][:, 0].tolist() == [2, 3, 4, 2]
    assert done["E"].tolist() == done["W_E"][[1, 2, 3, 1]].tolist()
    assert done.entry("E")["rows"] == ["win", "or", "lose", "win"]
    assert "rule of thumb: n > 8.33·log 4 = 11.55" in done.notes
    zero = tmat("embed --text 'win or lose win' --words 'you,win,or,lose' --first-id 0 --d-model 3 --seed 1")
    assert zero["ids"][:, 0].tolist() == [1, 2, 3, 1]
    assert zero["E"].tolist() == done["E"].tolist()
    own = tmat("embed --text 'You win you' -m W_E='1 2; 3 4'")
    assert own["E"].tolist() == [[1, 2], [3, 4], [1, 2]]
    stood_in = tmat("embed --text 'win big' --words 'you win <unk>' --d-model 2")
    assert stood_in["ids"][:, 0].tolist() == [2, 3]


def test_embed_from_ids_or_from_its_own_result() -> None:
    done = tmat("embed -m ids='1 0 1' --first-id 0 -m W_E='1 2; 3 4' --tokens 'you win you'")
    assert done["E"].tolist() == [[3, 4], [1, 2], [3, 4]]
    assert done.entry("E")["rows"] == ["you", "win", "you"]
    given = tmat("embed -m E='1 2; 3 4' --text 'you win'")
    assert given.stage["given"]["E"]["rows"] == ["you", "win"]


def params(line: str, stdin: str | None = None) -> dict[str, Any]:
    [stage] = tmat(line, stdin).stages
    found: dict[str, Any] = stage["params"]
    return found


def words(line: str, stdin: str | None = None) -> list[str]:
    [sheet] = tmat(line, stdin).sheets
    found: list[str] = sheet["vocabulary"]["words"]
    return found


def test_vocab(tmp_path: Path) -> None:
    assert len(words("vocab")) == 23
    text = "vocab --text 'The storm brings the Storm.'"
    assert words(text) == ["The", "storm", "brings"]
    assert words(f"{text} --case keep") == ["The", "storm", "brings", "the", "Storm"]
    assert words(f"{text} --order sorted") == ["brings", "storm", "The"]
    assert words(f"{text} --order 'storm,brings the'") == ["storm", "brings", "the"]
    assert words(f"{text} --special '<pad>,<end>'") == ["<pad>", "<end>", "The", "storm", "brings"]
    (tmp_path / "order.txt").write_text("storm\nthe\nbrings\n")
    assert words(f"{text} --order {tmp_path}/order.txt") == ["storm", "the", "brings"]
    assert words('vocab --text "won\'t wait"') == ["won't", "wait"]
    assert words("vocab --text '当你玩'") == ["当", "你", "玩"]
    assert words("vocab --text 'aba' --tokenizer chars") == ["a", "b"]
    assert params("vocab --text 'aba' --tokenizer chars")["tokens"] == 3
    assert params("vocab --text 'aba'")["first_id"] == 1
    assert params("vocab --text 'aba' --first-id 0")["first_id"] == 0


def test_vocab_reads_texts_files_and_standard_input(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("you win\n")
    (tmp_path / "b.txt").write_text("or you die")
    assert words(f"vocab {tmp_path}/a.txt {tmp_path}/b.txt") == ["you", "win", "or", "die"]
    assert words("vocab", "you win") == ["you", "win"]
    assert words(f"vocab - {tmp_path}/b.txt", "you win") == ["you", "win", "or", "die"]
    assert words("vocab --text 'you win' --text 'or die'") == ["you", "win", "or", "die"]

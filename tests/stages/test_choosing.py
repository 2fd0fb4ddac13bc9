"""How decode chooses the next word: against transformers' logits processors, and as a pencil would draw."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.cli.running import refused, tmat
from tests.oracles.load import cases

from tmat.errors import InputError
from tmat.stages.decode import decode

OPTIONS = ("repetition_penalty", "temperature", "top_k", "top_p")
WORDS = ["you", "win", "or", "die"]
GPT = "decode --no-cross --words 'you win or die' --prompt 'you win' --seed 3"


def test_penalty_temperature_top_k_and_top_p_are_those_of_transformers() -> None:
    count = 0
    for case in cases("processors"):
        logits = case["logits"]
        how: dict[str, Any] = {name: case[name] for name in OPTIONS if name in case}
        said = np.zeros(logits.shape)
        said[0, case["said"]] = 1.0
        given = {"said": said} if "repetition_penalty" in how else {}
        words = [f"w{n}" for n in range(logits.shape[1])]
        stage = decode(logits=logits, vocabulary=words, **how, matrices=given)["decode-1"]
        if "repetition_penalty" in how:
            np.testing.assert_allclose(stage["penalized"].values, case["penalized"], rtol=1e-15)
        last = stage["renormalized" if "top_p" in how else "probabilities"]
        np.testing.assert_allclose(last.values, case["probabilities"], rtol=1e-13, atol=1e-16)
        count += 1
    assert count == 300


def test_a_draw_falls_in_a_range() -> None:
    """Of probabilities 0.5, 0.25, 0.125, 0.125: where each range begins and ends, and what falls in it."""
    logits = [np.log([4.0, 2.0, 1.0, 1.0]).tolist()]
    for draw, word in (
        (0.0, "you"),
        (0.49, "you"),
        (0.5, "win"),
        (0.74, "win"),
        (0.76, "or"),
        (0.874, "or"),
        (0.999, "die"),
    ):
        stage = decode(logits=logits, vocabulary=WORDS, draw=draw)["decode-1"]
        np.testing.assert_allclose(stage["ranges"].values, [[0.5, 0.75, 0.875, 1.0]], rtol=1e-12)
        assert stage.params["word"] == word
        assert stage["predicted"].values[0, 0] == WORDS.index(word) + 1


def test_a_draw_never_falls_on_a_word_that_was_left_out() -> None:
    stage = decode(logits=[[1.0, 0.9, -5.0, -6.0]], vocabulary=WORDS, draw=1 - 2**-53, top_k=2)["decode-1"]
    assert stage.params["word"] == "win"


def test_many_draws_come_as_often_as_the_probabilities_say() -> None:
    logits = [[1.0, 0.0, -1.0, 0.5]]
    chances = np.exp(logits[0]) / np.exp(logits[0]).sum()
    grid = (np.arange(400) + 0.5) / 400
    found = [decode(logits=logits, vocabulary=WORDS, draw=u)["decode-1"]["predicted"].values[0, 0] for u in grid]
    assert np.allclose(np.bincount(np.array(found, dtype=int) - 1, minlength=4) / 400, chances, atol=1 / 400)


def test_as_many_words_as_draws() -> None:
    done = tmat(f"{GPT} --draw 0.1,0.9,0.5")
    passes = [stage for stage in done.stages if stage["stage"] == "decode"]
    assert [stage["given"]["draw"]["values"] for stage in passes] == [[[0.1]], [[0.9]], [[0.5]]]
    assert [stage["params"]["word"] for stage in passes] == done.stage["params"]["sentence"][2:]


def test_words_drawn_by_a_seed_are_the_same_again() -> None:
    first, again, other = (
        tmat(f"{GPT} --sample --temperature 5 --max-tokens 6"),
        tmat(f"{GPT} --sample --temperature 5 --max-tokens 6"),
        tmat(f"{GPT.replace('--seed 3', '--seed 4')} --sample --temperature 5 --max-tokens 6"),
    )
    assert first.stage["params"]["sentence"] == again.stage["params"]["sentence"]
    assert first.stage["params"]["sentence"] != other.stage["params"]["sentence"]
    draws = [stage["given"]["draw"]["values"][0][0] for stage in first.stages if stage["stage"] == "decode"]
    assert len(set(draws)) == 6
    assert first.stage["given"]["draw"]["origin"] == "drawn: from 0 to 1, seed 3"


def test_the_working_of_a_draw_says_the_range() -> None:
    out = tmat(f"{GPT} --draw 0.9 --work predicted -f table").output
    assert "= first(d₁ < r₁, r₂, r₃, r₄)" in out
    assert "(draw[u] = 0.9)" in out
    assert "counted from 1)" in out


def test_words_that_came_before_are_marked_row_by_row() -> None:
    done = tmat("decode --no-cross --words 'you win or die' --target 'you win you' --seed 3 --repetition-penalty 2")
    assert done.stage["given"]["said"]["values"] == [[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 0, 0]]
    logits, penalised = done["logits"], done["penalized"]
    assert np.array_equal(penalised[:, 2:], logits[:, 2:])
    assert (penalised[:, 0] < logits[:, 0]).all()


def test_the_logarithms_of_the_probabilities_choose_the_same_word() -> None:
    plain, logs = tmat(f"{GPT} --max-tokens 2"), tmat(f"{GPT} --max-tokens 2 --log-softmax")
    np.testing.assert_allclose(np.exp(logs["log_probabilities"]), plain["probabilities"], rtol=1e-13)
    assert logs.stage["params"]["sentence"] == plain.stage["params"]["sentence"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (f"{GPT} --draw 1.0", "--draw 1 does not fit\n  expected numbers from 0 to below 1: 0.37,0.5"),
        (f"{GPT} --draw half", "--draw half is no list of numbers\n  expected numbers from 0 to 1: 0.37,0.5"),
        (f"{GPT} --draw 0.1 --max-tokens 2", "--max-tokens 2 needs as many draws\n  --draw has 1"),
        (f"{GPT} --top-p 0", "--top-p 0 does not fit\n  expected a number above 0, up to 1"),
        (f"{GPT} --top-k 0", "--top-k 0 does not fit\n  expected a whole number from 1"),
        (f"{GPT} --log-softmax --sample", "--log-softmax and --sample contradict each other\n  there are no probabilities then"),
        (
            "decode --no-cross --words 'a b' --target a --sample",
            "--target and --sample contradict each other\n  with a target there is one pass, and no word is fed back",
        ),
    ],
)  # fmt: skip
def test_what_it_says_no_to(typed: str, said: str) -> None:
    assert said in refused(typed)


def test_numbers_that_are_none_are_no_draw() -> None:
    with pytest.raises(InputError):
        decode(logits=[[1.0, 2.0]], vocabulary=["a", "b"], draw=[])

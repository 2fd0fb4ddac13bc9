"""The probability of a text, as a step: against products of what each pass says by itself."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from tests.cli.running import Done, attempt, refused, tmat

GPT = "decode --no-cross --words 'you win or die' --init normal --seed 3"
STEPS = ["chosen", "losses", "total", "sequence", "loss", "perplexity"]


def chance(text: str, word: str, how: str = "") -> float:
    """What a pass over the text alone gives the next word."""
    done = tmat(f"{GPT} --prompt '{text}' --max-tokens 1 {how}")
    last = "renormalized" if "top-p" in how else "probabilities"
    return float(done[last][0, done.entry(last)["cols"].index(word)])


def held_together(done: Done, due: list[float]) -> None:
    np.testing.assert_allclose(done["chosen"][:, 0], due, rtol=1e-13)
    assert math.isclose(done["sequence"][0, 0], math.prod(due), rel_tol=1e-13)
    assert math.isclose(done["total"][0, 0], -sum(map(math.log, due)), rel_tol=1e-13)
    assert math.isclose(done["perplexity"][0, 0], math.prod(due) ** (-1 / len(due)), rel_tol=1e-13)


def test_of_a_text_that_is_given() -> None:
    done = tmat(f"{GPT} --target 'you win or die' --sequence")
    due = [chance("you", "win"), chance("you win", "or"), chance("you win or", "die")]
    assert [stage["id"] for stage in done.stages[-2:]] == ["decode-1", "decode-1.sequence"]
    assert done.steps == STEPS and done.entry("chosen")["rows"] == ["win", "or", "die"]
    held_together(done, due)


@pytest.mark.parametrize("how", ["", "--top-p 0.7 --sample", "--temperature 2 --top-k 3"])
def test_of_a_text_that_is_decoded(how: str) -> None:
    done = tmat(f"{GPT} --prompt 'you' --max-tokens 3 --sequence {how}")
    words = done.stage["params"]["sentence"]
    due = [chance(" ".join(words[:n]), words[n], how.replace("--sample", "")) for n in (1, 2, 3)]
    held_together(done, due)


def test_with_an_encoder_the_end_is_a_word_too() -> None:
    start = "decode -m memory='1 2; 3 4' --words 'you win' --seed 2"
    done, loss = (
        tmat(f"{start} --target 'you win' --sequence"),
        tmat("loss", tmat(f"{start} --target 'you win'").output),
    )
    assert done.entry("chosen")["rows"] == ["you", "win", "<end>"]
    np.testing.assert_allclose(done["losses"], loss["losses"], rtol=1e-12)
    np.testing.assert_allclose(done["perplexity"], loss["perplexity"], rtol=1e-12)


def test_a_loss_says_it_too() -> None:
    done = tmat("loss -m logits='2 1 0; 0 0 3' --target '1 3' --sequence")
    p = [math.exp(2) / (math.exp(2) + math.exp(1) + 1), math.exp(3) / (math.exp(3) + 2)]
    np.testing.assert_allclose(done["chosen"][:, 0], p, rtol=1e-14)
    assert math.isclose(done["sequence"][0, 0], p[0] * p[1], rel_tol=1e-14)
    assert math.isclose(done["total"][0, 0], -math.log(p[0] * p[1]), rel_tol=1e-14)
    given = tmat("loss -m probabilities='0.5 0.25 0.25; 0.1 0.1 0.8' --target '2 3' --sequence")
    assert given["chosen"].tolist() == [[0.25], [0.8]] and given["sequence"].tolist() == [[0.2]]


def test_a_product_below_the_smallest_float_is_said_to_be_one() -> None:
    done = tmat(f"decode -m chosen='{'0.1 ' * 400}'")
    assert (
        done["sequence"].tolist() == [[0]]
        and "the product is below the smallest float: e^−total stands for it" in done.notes
    )
    assert math.isclose(done["total"][0, 0], 400 * math.log(10), rel_tol=1e-13)
    assert "smallest" not in tmat("decode -m chosen='0.1 0'").output


def test_words_whose_probabilities_are_given() -> None:
    done = tmat("decode -m chosen='0.5; 0.25; 0.8'")
    assert done["sequence"].tolist() == [[0.1]] and done.steps == STEPS[1:]
    table = tmat("decode -m probabilities='0.5 0.3 0.2; 0.1 0.2 0.7' --words 'a b c' --no-cross --sequence")
    assert table["sequence"].tolist() == [[0.35]]  # the likeliest of each row


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (f"{GPT} --prompt you --beams 2 --sequence", "--beams and --sequence contradict each other"),
        (f"{GPT} --prompt you --log-softmax --sequence", "--log-softmax and --sequence contradict each other"),
        (f"{GPT} --target you --sequence", "no word of the text is predicted"),
        ("loss -m logits='2 1' --target 1 --smoothing 0.1 --sequence", "--smoothing 0.1 spreads each target"),
        ("loss -m logits='2 1' -m targets='0.5 0.5' --sequence", "the targets are not one word per row"),
        ("loss -m output='2 1' -m target='1 1' --sequence", "--sequence does not apply"),
    ],
)
def test_what_is_refused(line: str, message: str) -> None:
    assert message in refused(line)


def test_a_page_of_it_is_marked(tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    key.write_text(tmat("decode -m chosen='0.5; 0.25; 0.8'").output)
    (tmp_path / "right.txt").write_text("losses\n0.693\n1.386\n0.223\n\ntotal\n2.303\n\nsequence\n0.1\n")
    right = tmat(f"check {tmp_path / 'right.txt'} --key {key} --only losses,total,sequence")
    assert right.output == "losses    3 of 3\ntotal     1 of 1\nsequence  1 of 1\n"
    (tmp_path / "wrong.txt").write_text("sequence\n1.55\n")
    assert "the probabilities were added" in attempt(f"check {tmp_path / 'wrong.txt'} --key {key}").output

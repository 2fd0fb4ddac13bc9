"""Beam search: against transformers' on small GPT-2s, and against all texts there are."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from tests.cli.running import refused, tmat
from tests.oracles.load import cases
from tests.stages.test_decode_numbers import probabilities
from tests.stages.test_gpt import model

from tmat.stages.decode import decode


def test_texts_and_sums_are_those_of_transformers() -> None:
    for case in itertools.islice(cases("gpt2"), 6):
        prompt = [f"w{n}" for n in case["prompt"]]
        steps = len(case["sequences"][0])
        how = model(case)
        last = decode(**how, prompt=prompt, max_tokens=steps, beams=case["beams"], keep=["kept"]).stages[-1]
        assert last.params["beams"] == [" ".join(f"w{n}" for n in ids) for ids in case["sequences"]]
        np.testing.assert_allclose(
            [-cost for cost in last.params["sums"]], case["sums"][0], rtol=1e-6
        )  # transformers adds them in float32


def weights(seed: int, words: int, d: int = 2) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    rng = np.random.default_rng(seed)
    shapes = {"W_E": (words, d), "W_vocab": (d, words), "b_vocab": (1, words)}
    shapes |= {f"layer1.{side}.{k}": (d, d) for side in ("self", "cross") for k in ("W_Q", "W_K", "W_V", "W_O")}
    shapes |= {"layer1.W_1": (d, 3), "layer1.b_1": (1, 3), "layer1.W_2": (3, d)}
    return rng.normal(size=(2, d)), {name: rng.normal(size=shape) for name, shape in shapes.items()}


def all_texts(memory: np.ndarray, w: dict[str, np.ndarray], words: list[str], steps: int) -> list[tuple[float, str]]:
    """Every text of so many words, or shorter where <end> ends it, with its −ln p, the cheapest first."""
    start, end = words.index("<start>"), words.index("<end>")
    waiting, done = [([start], 0.0)], []
    while waiting:
        ids, cost = waiting.pop()
        chances = probabilities(ids, memory, w, 1, 1)[-1]
        for n, chance in enumerate(chances):
            longer = [*ids, n], cost - math.log(chance)
            (done if n == end or len(ids) == steps else waiting).append(longer)
    return sorted((cost, " ".join(words[n] for n in ids[1:])) for ids, cost in done)


@pytest.mark.parametrize("seed", range(3))
def test_as_many_beams_as_there_are_texts_find_the_likeliest_of_all(seed: int) -> None:
    words = ["you", "<start>", "<end>"]
    memory, w = weights(seed, len(words))
    due = all_texts(memory, w, words, 3)
    sheet = decode(memory, vocabulary=words, matrices=w, max_tokens=3, beams=len(due))
    last = sheet.stages[-1]
    assert last.params["beams"] == [text for _, text in due]
    np.testing.assert_allclose(last.params["sums"], [cost for cost, _ in due], rtol=1e-10)
    assert last.params["sentence"] == due[0][1].split()


def by_hand(
    memory: np.ndarray, w: dict[str, np.ndarray], words: list[str], steps: int, count: int
) -> list[tuple[float, list[int]]]:
    """Beam search in a few lines: of all continuations of the texts kept, the cheapest go on."""
    texts = [(0.0, [words.index("<start>")])]
    for _ in range(steps):
        longer = []
        for cost, ids in texts:
            if ids[-1] == words.index("<end>"):
                longer.append((cost, ids))
                continue
            chances = probabilities(ids, memory, w, 1, 1)[-1]
            longer += [(cost - math.log(chance), [*ids, n]) for n, chance in enumerate(chances)]
        texts = sorted(longer)[:count]
    return texts


@pytest.mark.parametrize(("seed", "count"), [(4, 1), (5, 2), (6, 3), (7, 2)])
def test_a_few_beams_keep_the_cheapest_of_each_round(seed: int, count: int) -> None:
    words = ["you", "win", "or", "<start>", "<end>"]
    memory, w = weights(seed, len(words))
    last = decode(memory, vocabulary=words, matrices=w, max_tokens=3, beams=count).stages[-1]
    due = by_hand(memory, w, words, 3, count)
    assert last.params["beams"] == [" ".join(words[n] for n in ids[1:]) for _, ids in due]
    np.testing.assert_allclose(last.params["sums"], [cost for cost, _ in due], rtol=1e-10)


GPT = "decode --no-cross --words 'you win or die' --prompt 'you win' --seed 3"


def test_every_candidate_stands_in_the_table_of_its_round() -> None:
    done = tmat(f"{GPT} --beams 2 --max-tokens 2")
    rounds: list[Any] = [stage for stage in done.stages if "beams-" in stage["id"]]
    assert [stage["id"] for stage in rounds] == ["decode-1.beams-1", "decode-1.beams-2"]
    second = {step["name"]: np.array(step["values"], dtype=float) for step in rounds[1]["steps"]}
    assert second["sums"].shape == (2, 4)
    assert np.isfinite(second["kept"]).sum() == 2
    assert second["kept"].min() == second["sums"].min() == rounds[1]["params"]["sums"][0]
    page = tmat(f"{GPT} --beams 2 --max-tokens 2 -f table").output
    assert "the beams, by their sums of −ln p" in page


def test_one_beam_is_greedy() -> None:
    greedy, beam = tmat(f"{GPT} --max-tokens 3"), tmat(f"{GPT} --max-tokens 3 --beams 1")
    assert greedy.stage["params"]["sentence"] == beam.stage["params"]["sentence"]


def test_beams_do_not_draw() -> None:
    assert "--beams and --sample contradict each other\n  beams go on with the likeliest texts" in refused(
        f"{GPT} --beams 2 --sample"
    )

"""decode without an encoder: against GPT-2s of transformers, and as its options say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.cli.running import refused, tmat
from tests.oracles.load import cases

from tmat.errors import InputError
from tmat.sheet.worksheet import Worksheet
from tmat.stages.decode import decode

GPT2: dict[str, Any] = {"cross": False, "norm_order": "pre", "final_norm": True, "tied": True, "activation": "gelu-tanh"}  # fmt: skip


def model(case: dict[str, Any]) -> dict[str, Any]:
    weights = {name: case[name] for name in case if name[0].isupper() or "." in name}
    words = [f"w{n}" for n in range(case["words"])]
    return GPT2 | {
        "vocabulary": words, "layers": case["layers"], "heads": case["heads"], "epsilon": case["epsilon"],
        "matrices": weights, "first_id": 0,
    }  # fmt: skip


def ids(sheet: Worksheet) -> list[int]:
    return [int(stage["predicted"].values[-1, 0]) for stage in sheet.stages if stage.stage == "decode"]


def test_every_hidden_state_and_the_words_of_greedy_decoding() -> None:
    count = 0
    for case in cases("gpt2"):
        how = model(case)
        prompt = [f"w{n}" for n in case["prompt"]]
        forced = decode(**how, target=prompt)
        states = [forced["decode-1.posenc"].result]
        for n in range(1, case["layers"]):
            states.append(forced[f"decode-1.addnorm-{4 * n}"].result)
        states.append(forced["decode-1.final-norm"].result)
        for n, state in enumerate(states):
            np.testing.assert_allclose(state.values, case[f"hidden{n}"], rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(forced["decode-1"]["logits"].values, case["logits"], rtol=1e-12, atol=1e-13)
        assert ids(decode(**how, prompt=prompt, max_tokens=len(case["greedy"]))) == case["greedy"]
        count += 1
    assert count == 14


GPT = "decode --no-cross --words 'you win or die' --seed 3 --max-tokens 2"


def test_a_prompt_begins_the_text_and_nothing_is_added_to_the_vocabulary() -> None:
    done = tmat(f"{GPT} --prompt 'you win'")
    assert done.sheets[0]["vocabulary"]["words"] == ["you", "win", "or", "die"]
    first = next(stage for stage in done.stages if stage["id"] == "decode-1")
    assert first["params"]["input"] == ["you", "win"]
    assert done.stage["params"]["sentence"][:2] == ["you", "win"]
    assert len(done.stage["params"]["sentence"]) == 4
    assert not any("cross" in stage["id"] for stage in done.stages)


def test_without_a_prompt_it_begins_with_start() -> None:
    done = tmat(GPT)
    assert done.sheets[0]["vocabulary"]["words"][-2:] == ["<start>", "<end>"]
    first = next(stage for stage in done.stages if stage["id"] == "decode-1")
    assert first["params"]["input"] == ["<start>"]


def test_the_prompts_own_words_are_a_vocabulary_too() -> None:
    done = tmat("decode --no-cross --prompt 'win or win' --max-tokens 1")
    assert done.sheets[0]["vocabulary"]["words"] == ["win", "or"]


def test_with_an_encoder_a_prompt_comes_after_start() -> None:
    done = tmat("decode -m memory='1 2; 0 1' --words 'you win' --prompt 'win' --max-tokens 1 --seed 1")
    assert done.stage["params"]["input"] == ["<start>", "win"]
    forced = tmat("decode -m memory='1 2; 0 1' --words 'you win' --target 'win' --seed 1")
    np.testing.assert_array_equal(done["probabilities"], forced["probabilities"][-1:])


def test_tied_weights_are_the_table_turned_over() -> None:
    done = tmat(f"{GPT} --prompt you --tied --d-model 3")
    [table] = [stage["given"]["W_E"] for stage in done.stages if stage["id"] == "decode-1.embed"]
    assert done.stage["given"]["W_vocab"]["values"] == np.transpose(table["values"]).tolist()
    assert np.shape(table["values"]) == (4, 3)


def test_another_word_may_end_it() -> None:
    done = tmat(f"{GPT} --prompt you --max-tokens 9")
    said = done.stage["params"]["sentence"]
    stopped = tmat(f"{GPT} --prompt you --max-tokens 9 --end {said[1]}")
    assert stopped.stage["params"]["sentence"] == said[:2]
    assert stopped.stage["params"]["ended"] is True


@pytest.mark.parametrize("kind", ["sinusoid", "learned", "none"])
def test_what_is_added_for_a_place(kind: str) -> None:
    done = tmat(f"{GPT} --prompt 'you win' --encoding {kind} --max-tokens 1")
    places = [stage for stage in done.stages if stage["id"] == "decode-1.posenc"]
    assert len(places) == (kind != "none")
    if kind == "learned":
        assert "PE" in places[0]["given"]
        again = tmat(f"{GPT} --prompt 'you win' --encoding learned")
        longer = next(stage for stage in again.stages if stage["id"] == "decode-2.posenc")
        assert longer["given"]["PE"]["values"][:2] == places[0]["given"]["PE"]["values"]


def test_a_norm_order_and_norms_at_both_ends_with_an_encoder_too() -> None:
    done = tmat(
        "decode -m memory='1 2; 0 1' --words 'you win' --target 'win' --norm-order pre --embed-norm -m final.gamma='1 2'"
    )
    kinds = [stage["id"].removeprefix("decode-1.") for stage in done.stages]
    assert kinds == [
        "embed", "posenc", "embed-norm", "addnorm", "self-attention", "addnorm-2", "addnorm-3", "cross-attention", "addnorm-4",
        "addnorm-5", "ffn", "addnorm-6", "final-norm", "decode-1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            "decode --no-cross --prompt you -m memory='1 2'",
            "tmat decode: memory is given, and --no-cross contradicts it\n  leave one of them out",
        ),
        (
            f"{GPT} --prompt you --tied -m W_vocab='1 2 3 4'",
            "tmat decode: W_vocab is given, and --tied contradicts it\n  leave one of them out",
        ),
        (
            f"{GPT} --prompt 'you win' -m PE='1 2 3 4 5 6'",
            "tmat decode: PE has too few places\n"
            "  it has 1 from the command line, and there are 2 words\n"
            "  try fewer words: --max-tokens N",
        ),
        (
            f"{GPT} --prompt you -m PE='1 2 3 4 5 6' --encoding none",
            "tmat decode: PE is given, and --encoding none contradicts it\n  leave one of them out",
        ),
        (
            "decode --no-cross --words 'a b' --prompt a --target b",
            "tmat decode: --target and --prompt contradict each other\n  with a target there is one pass, and no word is fed back",
        ),
        (
            "decode --no-cross --words 'a b' --prompt ''",
            "tmat decode: the prompt has no words\n  there is nothing to go on from\n  leave it out to begin with <start>",
        ),
        ("decode --no-cross", "tmat decode: decode needs a vocabulary\n  no stage before it has one"),
    ],
)
def test_what_it_says_no_to(typed: str, said: str) -> None:
    assert said in refused(typed)


def test_tied_weights_need_a_table() -> None:
    with pytest.raises(InputError) as caught:
        decode(last=[[1.0, 2.0]], vocabulary=["a"], tied=True)
    assert str(caught.value) == "tied needs W_E\n  it was not given\n  give it: W_E=…"

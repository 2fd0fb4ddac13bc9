"""decode, word by word and with a target, against the same stages called one by one."""

from __future__ import annotations

import numpy as np
import pytest
from tests.cli.running import Done, pipe, tmat

MEMORY = "-m memory='1 0 2 1; 0 1 1 0; 2 2 0 1'"
BASE = f"decode {MEMORY} --words 'you win or die' --seed 4 --init normal"


def passes(done: Done) -> list[str]:
    return [stage["id"] for stage in done.stages if stage["stage"] == "decode"]


def one(done: Done, stage: str, name: str) -> np.ndarray:  # type: ignore[type-arg]
    [found] = [each for each in done.stages if each["id"] == stage]
    entries = {step["name"]: step for step in found["steps"]} | found["given"]
    return np.array(entries[name]["values"], dtype=float)


@pytest.mark.parametrize(
    "how", ["", "--heads 2 --layers 2", "--project flatten", "--norm rms --activation silu --d-ff 3"]
)
def test_each_word_is_fed_back(how: str) -> None:
    done = tmat(f"{BASE} {how} --max-tokens 3")
    said = ["<start>"]
    for n, stage in enumerate(passes(done), start=1):
        assert stage == f"decode-{n}"
        [found] = [each for each in done.stages if each["id"] == stage]
        assert found["params"]["input"] == said
        probabilities = one(done, stage, "probabilities")
        assert probabilities.shape == (1, 6)
        np.testing.assert_allclose(probabilities.sum(), 1, rtol=1e-12)
        words = done.sheets[0]["vocabulary"]["words"]
        assert found["params"]["word"] == words[int(probabilities.argmax())]
        assert one(done, stage, "predicted") == probabilities.argmax() + 1
        said.append(found["params"]["word"])
    assert len(said) == 4 or said[-1] == "<end>"


def test_with_a_target_row_i_sees_the_words_before_it_only() -> None:
    whole = tmat(f"{BASE} --target 'you win or'")
    short = tmat(f"{BASE} --target 'you'")
    np.testing.assert_allclose(whole["probabilities"][:2], short["probabilities"], rtol=1e-12)
    assert whole.stage["params"]["input"] == ["<start>", "you", "win", "or"]
    assert "teacher-forced" in whole.notes
    assert whole["predicted"].shape == (4, 1)


def test_a_target_of_what_was_said_predicts_the_same_words() -> None:
    free = tmat(f"{BASE} --max-tokens 3")
    words = [stage["params"]["word"] for stage in free.stages if stage["stage"] == "decode"]
    forced = tmat(f"{BASE} --target '{' '.join(words[:-1])}'")
    assert forced.stage["params"]["words"] == words


def test_keys_and_values_come_from_the_encoder() -> None:
    done = tmat(f"{BASE} --max-tokens 1")
    context = one(done, "decode-1.cross-attention", "context")
    assert context.tolist() == [[1, 0, 2, 1], [0, 1, 1, 0], [2, 2, 0, 1]]
    weights = one(done, "decode-1.cross-attention", "weights")
    assert weights.shape == (1, 3)
    kinds = [stage["id"].removeprefix("decode-1.") for stage in done.stages]
    assert kinds == [
        "embed",
        "posenc",
        "self-attention",
        "addnorm",
        "cross-attention",
        "addnorm-2",
        "ffn",
        "addnorm-3",
        "decode-1",
    ]


def test_matrices_of_the_decoder_by_their_places() -> None:
    eye = "'1 0 0 0; 0 1 0 0; 0 0 1 0; 0 0 0 1'"
    done = tmat(
        f"{BASE} --max-tokens 1 --layers 2 -m layer1.self.W_Q={eye} -m LAYER2.Cross.wk={eye} -m cross.W_V={eye} "
        "-m layer2.gamma3='1 2 3 4' -m w_vocab.T='1 0 0 0; 0 1 0 0; 0 0 1 0; 0 0 0 1; 1 1 1 1; 0 0 0 0' -m bvocab='1 2 3 4 5 6'"
    )
    assert one(done, "decode-1.self-attention", "W_Q").tolist() == np.eye(4).tolist()
    assert one(done, "decode-1.self-attention-2", "W_Q").tolist() != np.eye(4).tolist()
    assert one(done, "decode-1.cross-attention-2", "W_K").tolist() == np.eye(4).tolist()
    for stage in ("decode-1.cross-attention", "decode-1.cross-attention-2"):
        assert one(done, stage, "W_V").tolist() == np.eye(4).tolist()
    last = one(done, "decode-1.addnorm-6", "output")
    logits = last @ one(done, "decode-1", "W_vocab") + [1, 2, 3, 4, 5, 6]
    np.testing.assert_allclose(one(done, "decode-1", "logits"), logits, rtol=1e-12)


def test_a_table_as_wide_as_the_own_words_predicts_only_these() -> None:
    done = tmat(f"{BASE} --max-tokens 2 -m W_vocab='1 2 3 4; 0 1 0 1; 1 0 1 0; 2 1 0 1'")
    assert done.entry("probabilities")["cols"] == ["you", "win", "or", "die"]


def test_a_vocabulary_with_its_own_ends_gets_no_others() -> None:
    done = tmat(f"decode {MEMORY} --words '<start> you win <end>' --first-id 0 --max-tokens 1 --seed 1")
    assert done.sheets[0]["vocabulary"] == {"words": ["<start>", "you", "win", "<end>"], "first_id": 0}
    assert one(done, "decode-1.embed", "ids").tolist() == [[0]]


def test_after_a_pipe_the_encoders_embeddings_are_used_again() -> None:
    done = pipe(
        "vocab --text 'you win or die'",
        "embed --text 'you die' --d-model 4 --seed 9",
        "posenc",
        "encode",
        "decode --max-tokens 1",
    )
    [embed] = [stage for stage in done.stages if stage["id"] == "embed"]
    table = one(done, "decode-1.embed", "W_E")
    assert table[:4].tolist() == embed["given"]["W_E"]["values"]
    assert table.shape == (6, 4)
    assert done.sheets[0]["tokens"] == ["you", "die"]


def test_a_second_decode_goes_on_counting() -> None:
    first = tmat(f"{BASE} --max-tokens 2")
    second = tmat("decode -m memory='1 0 2 1' --max-tokens 1", first.output)
    assert passes(second) == ["decode-1", "decode-2", "decode-3"]
    assert tmat("show", second.output).output == second.output


def test_a_matrix_of_the_pipe_brings_the_vocabulary_of_the_pipe() -> None:
    before = pipe("vocab --text 'you win or die'", "embed --text 'you die' --d-model 4 --seed 9", "posenc", "attention")
    done = tmat("decode -m last=-:output", before.output)
    assert done.entry("probabilities")["cols"] == ["you", "win", "or", "die", "<start>", "<end>"]
    assert done.stage["given"]["last"]["values"] == before["output"].tolist()
    assert [stage["id"] for stage in done.stages] == ["decode-1"]


def test_numbers_without_a_vocabulary_have_numbered_words() -> None:
    done = tmat("decode -m logits='1 3 2'")
    assert done.entry("probabilities")["cols"] == ["1", "2", "3"]
    assert done.stage["params"]["word"] == "2"
    assert "vocabulary" not in done.sheets[0]
    counted = tmat("decode -m logits='1 3 2' --first-id 0")
    assert counted.stage["params"]["word"] == "1"
    assert counted["predicted"].tolist() == [[1.0]]
    table = tmat("decode -m last='1 0' -m W_vocab='1 2 3; 4 5 6'")
    assert table.stage["params"]["word"] == "3"


def test_columns_that_have_words_are_these() -> None:
    done = tmat("decode -m logits=-", '{"logits": {"values": [[1, 3]], "rows": ["a"], "cols": ["you", "win"]}}')
    assert done.stage["params"]["word"] == "win"

"""encode and show with a model's folder, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.cli.running import refused, tmat
from tests.models.families import MODELS, TEXT, expected

import tmat as library

BERT = MODELS / "bert"
ENCODE = f"encode --model {BERT} --text '{TEXT}'"


def test_the_worksheet_is_the_librarys() -> None:
    done = tmat(ENCODE)
    whole = library.read_model(BERT).encode(TEXT)
    assert [stage["id"] for stage in done.stages] == [stage.id for stage in whole]
    np.testing.assert_allclose(done["output"], expected("bert")["hidden2"], rtol=0.0, atol=1e-10)
    assert done.sheets[0]["tokens"] == list(whole.tokens)


def test_tokens_and_ids_say_the_same() -> None:
    by_text = tmat(f"{ENCODE} --only output").output
    assert (
        tmat(f"encode --model {BERT} --tokens '[CLS] when you play the game you win [SEP]' --only output").output
        == by_text
    )
    assert tmat(f"encode --model {BERT} --ids '2 11 13,9 10 6 13 12 3' --only output").output == by_text


def test_one_head_of_one_layer() -> None:
    done = tmat(f"{ENCODE} --only layer2.weights3")
    assert [(stage["id"], [step["name"] for step in stage["steps"]]) for stage in done.stages] == [
        ("attention-2", ["weights3"])
    ]
    assert "given" not in done.stage or done.stage["given"] == {}
    page = tmat(f"{ENCODE} --only layer2.weights3 --heat -f table").output
    assert (
        page.startswith(" layer 2 of 2 · attention-2    [CLS] when you play the game you win [SEP]")
        and "█ from 0.8" in page
    )


@pytest.mark.parametrize(
    "cell", ["layer1.scores2[play,game]", "layer1.scores2[PLAY,6]", "attention.scores2[play,game]"]
)
def test_a_working_by_its_layer(cell: str) -> None:
    assert tmat(f"{ENCODE} --work '{cell}'").output.startswith("scores2[play, game] = Σ Q2[play, k] · K2[game, k]\n")


def test_a_trace_goes_back_to_the_models_tensors() -> None:
    done = tmat(f"{ENCODE} --trace 'layer1.Q[play,1]' --depth 1")
    assert done.output.splitlines()[0].startswith("Q[play, q1] ≈ ")
    assert "encoder.layer.0.attention.self.query.weight, transposed" in done.output


def test_options_that_were_typed_win() -> None:
    done = tmat(f"{ENCODE} --layers 1 --activation relu --round 2 --mask causal")
    assert [stage["id"] for stage in done.stages][-1] == "addnorm-2"
    assert done.stages[5]["params"]["activation"] == "relu"
    assert "mask: causal" in done.stages[3]["notes"]
    assert np.abs(done["output"] * 100 - (done["output"] * 100).round()).max() < 1e-9


def test_a_matrix_of_a_layer_is_replaced(tmp_path: Path) -> None:
    zeros = "; ".join([" ".join(["0"] * 16)] * 16)
    done = tmat(f"{ENCODE} -m 'layer2.W_V={zeros}' --only V")
    assert not np.any(np.array(done.stages[1]["steps"][0]["values"]) - done.stages[1]["steps"][0]["values"][0])
    assert np.ptp(np.array(done.stages[0]["steps"][0]["values"]), axis=0).min() > 0


def test_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "head.svg"
    assert tmat(f"{ENCODE} --only layer2.weights3 --plot {path}").code == 0
    assert path.read_bytes().lstrip().startswith(b"<?xml")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("encode --text you", "tmat encode: --text has no use without --model\n  X is what is encoded\n  give -m X=…, or pipe it in\n"),
        (f"{ENCODE} --seed 1", "tmat encode: --seed has no use with --model\n  the model has all that is needed\n  leave it out\n"),
        (f"{ENCODE} --ids 1", "tmat encode: one of --text, --tokens and --ids is needed\n"
         "  they say what the model reads\n  try --text \"When you play\"\n"),
        (f"encode --model {BERT} --ids 1,x", "tmat encode: 'x' is no id\n  an id is a whole number from 0\n"),
        (f"encode --model {MODELS / 'gpt2'} --text you", f"tmat encode: {MODELS / 'gpt2'} is GPT-2, a decoder\n  try tmat decode\n"),
        (f"show --model {BERT} -f latex", "tmat show: --format latex does not go with --model\n"
         "  a model is shown as a table or as json\n  try -f table\n"),
    ],
)  # fmt: skip
def test_what_is_refused(line: str, error: str) -> None:
    assert refused(line) + "\n" == error


def test_show_lists_what_a_model_is_made_of() -> None:
    page = tmat(f"show --model {BERT} -f table").output
    assert page.splitlines()[0] == f" BERT   encoder · 2 layers · 4,764 parameters · {BERT}"
    assert " each layer, 2 times           3,788   encoder.layer.N.\n" in page
    assert "   W_Q                 16×16     256   attention.self.query.weight, transposed\n" in page
    assert "   activation       gelu      hidden_act\n" in page
    for width in (60, 80):
        lines = tmat(f"show --model {BERT} -f table --width {width}").output.splitlines()
        assert max(len(line) for line in lines if str(BERT)[:9] not in line) <= width
    data = json.loads(tmat(f"show --model {MODELS / 'gpt2'}").output)
    assert (data["family"], data["kind"], data["parameters"]) == ("GPT-2", "decoder", 5036)
    assert {"name": "ε", "value": 1e-05, "by": "layer_norm_epsilon"} in data["conventions"]
    assert {
        "name": "W_K", "layer": 2, "shape": [16, 16], "tensor": "transformer.h.1.attn.c_attn.weight", "how": "columns 17–32",
    } in data["matrices"]  # fmt: skip
    assert sum(entry["shape"][0] * entry["shape"][1] for entry in data["matrices"]) == 5036


def test_a_decoder_goes_on_from_a_prompt() -> None:
    done = tmat(f"decode --model {MODELS / 'gpt2'} --prompt '{TEXT}' --max-tokens 2")
    assert done.stage["params"]["sentence"][-2:] == ["<|start|>", "you"]
    assert done.sheets[0]["vocabulary"]["words"][:2] == ["<|start|>", "<|end|>"]
    again = tmat("show --only logits", done.output)
    assert [stage["id"] for stage in again.stages] == ["decode-1", "decode-2"]
    kept = tmat(f"decode --model {MODELS / 'gpt2'} --target '{TEXT}' --only layer2.weights3,logits")
    assert [stage["id"] for stage in kept.stages] == ["decode-1.self-attention-2", "decode-1"]
    np.testing.assert_allclose(kept["logits"], expected("gpt2")["logits"], rtol=0.0, atol=1e-10)


def test_a_token_is_found_without_the_sign_for_its_blank() -> None:
    done = tmat(f"decode --model {MODELS / 'gpt2'} --prompt '{TEXT}' --max-tokens 1 --work 'layer1.scores2[play,game]'")
    assert done.output.startswith("scores2[Ġplay, Ġgame] = Σ Q2[Ġplay, k] · K2[Ġgame, k]\n")

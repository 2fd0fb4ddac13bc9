"""Decoders by their folders: every hidden state, the logits, and what follows greedily are transformers'."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.models.families import EXACT, MODELS, TEXT, expected

import tmat
from tmat.errors import InputError
from tmat.models.weight import Weight
from tmat.stages.parts.decoder_layer import decoder_layer

FAMILIES = ("gpt2", "llama", "llama3", "mistral", "qwen2", "qwen2.5", "qwen3")
GPT2 = str(MODELS / "gpt2")


def after_layers(sheet: tmat.Worksheet) -> list[tmat.Stage]:
    """The stages whose outputs are the hidden states: what goes into the layers, and each layer's, the last one normed."""
    ids = [stage.id for stage in sheet]
    first = "decode-1.posenc" if "decode-1.posenc" in ids else "decode-1.embed"
    sums = [stage for stage in sheet if stage.stage == "addnorm" and stage.params.get("norm") == "none"]
    return [sheet[first], *sums[1:-1:2], sheet["decode-1.final-norm"]]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_hidden_state_and_the_logits_are_transformers(family: str) -> None:
    sheet = tmat.read_model(MODELS / family).decode(target=TEXT)
    known = expected(family)
    np.testing.assert_array_equal(sheet["decode-1.embed"]["ids"].values[:, 0], known["ids"])
    states = after_layers(sheet)
    assert len(states) == 3
    for n, stage in enumerate(states):
        np.testing.assert_allclose(stage.result.values, known[f"hidden{n}"], **EXACT)
    np.testing.assert_allclose(sheet["decode-1"]["logits"].values, known["logits"], **EXACT)


@pytest.mark.parametrize("family", FAMILIES)
def test_what_follows_is_transformers(family: str) -> None:
    known = expected(family)
    model = tmat.read_model(MODELS / family)
    sheet = model.decode(ids=[int(id) for id in known["ids"]], max_tokens=len(known["greedy"]), keep=["predicted"])
    assert [int(stage["predicted"].values[0, 0]) for stage in sheet] == known["greedy"].tolist()


@pytest.mark.parametrize("family", FAMILIES)
def test_beams_are_transformers(family: str) -> None:
    known = expected(family)
    model = tmat.read_model(MODELS / family)
    sheet = model.decode(ids=[int(id) for id in known["ids"]], max_tokens=6, beams=3, end="<none>", keep=["kept"])
    last = sheet.stages[-1].params
    assert last["beams"] == [" ".join(model.words.of(beam)) for beam in known["beams"].tolist()]
    np.testing.assert_allclose(last["sums"], -known["beam_scores"], rtol=0.0, atol=1e-5)  # which are float32


def test_a_prompt_is_its_tokens() -> None:
    model = tmat.read_model(GPT2)
    whole = model.decode(TEXT, max_tokens=2)
    said = ["when", "Ġyou", "Ġplay", "Ġthe", "Ġgame", "Ġyou", "Ġwin"]
    assert whole.stages[-1].params["sentence"] == [*said, "<|start|>", "you"]
    assert whole.stages[-1].params["ended"] is False
    other = model.decode(tokens=said, max_tokens=2)
    np.testing.assert_array_equal(other.stages[-1].result.values, whole.stages[-1].result.values)
    assert [stage.id for stage in whole if stage.stage == "decode"] == ["decode-1", "decode-2"]
    assert "sentence" not in whole["decode-1"].params


def test_what_is_kept_is_what_all_of_it_has() -> None:
    model = tmat.read_model(GPT2)
    whole = model.decode(TEXT, max_tokens=2)
    kept = model.decode(TEXT, max_tokens=2, keep=["layer2.weights3", "layer1.mean", "logits"])
    assert [(stage.id, stage.names()) for stage in kept] == [
        (f"decode-{n}{place}", names)
        for n in (1, 2)
        for place, names in (
            (".addnorm", ["mean"]), (".addnorm-3", ["mean"]), (".self-attention-2", ["weights3"]), ("", ["logits"]),
        )
    ]  # fmt: skip
    for stage in kept:
        for name in stage.names():
            np.testing.assert_array_equal(stage[name].values, whole[stage.id][name].values)


def test_the_words_of_a_pass_share_the_weights() -> None:
    sheet = tmat.read_model(GPT2).decode(TEXT, max_tokens=2)
    first, second = (sheet[f"decode-{n}.self-attention"].given["W_Q"].values for n in (1, 2))
    assert first is second
    assert isinstance(tmat.read_model(GPT2).weights(1)["W_Q"], Weight)


def test_what_ends_a_text_is_what_the_config_says() -> None:
    model = tmat.read_model(GPT2)
    model.config.values = model.config.values | {"eos_token_id": 22}
    sheet = model.decode(TEXT, max_tokens=6)
    assert sheet.stages[-1].params["sentence"][-2:] == ["<|start|>", "you"]
    assert sheet.stages[-1].params["ended"] is True


def test_what_is_given_wins() -> None:
    model = tmat.read_model(GPT2)
    sheet = model.decode(TEXT, max_tokens=1, matrices={"layer2.W_V": np.zeros((16, 16)), "final.beta": np.ones(16)})
    assert not sheet["decode-1.self-attention-2"].given["W_V"].values.any()
    assert sheet["decode-1.self-attention"].given["W_V"].values.any()
    assert sheet["decode-1.final-norm"].given["beta"].values.tolist() == [[1.0] * 16]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"prompt": TEXT, "target": TEXT}, "target and prompt contradict each other\n"),
        ({"prompt": TEXT, "max_tokens": 20}, f"26 tokens are too many\n  {GPT2} has 24 positions"),
        ({}, "one of prompt, tokens and ids is needed\n  they say what the model reads\n  try prompt='When you play'"),
        (
            {"tokens": ["you", "game"]},
            f"the model has no token 'game'\n  in {GPT2}/tokenizer.json\n  did you mean Ġgame?",
        ),
    ],
)
def test_what_does_not_fit_is_refused(said: dict[str, object], error: str) -> None:
    with pytest.raises(InputError) as refused:
        tmat.read_model(GPT2).decode(**said)  # type: ignore[arg-type]
    assert str(refused.value).startswith(error)


def test_an_encoder_does_not_decode() -> None:
    with pytest.raises(InputError) as refused:
        tmat.read_model(MODELS / "bert").decode("you")
    assert str(refused.value) == f"{MODELS / 'bert'} is BERT, an encoder\n  try tmat encode"


def test_heads_share_keys_and_positions_turn_them() -> None:
    sheet = tmat.read_model(MODELS / "qwen3").decode(target=TEXT)
    attention = sheet["decode-1.self-attention"]
    assert (attention["Q"].size, attention["K"].size, attention["concat"].size) == ("7×24", "7×12", "7×24")
    names = [step.name for step in attention.steps]
    assert {"Q_normed1", "K_normed1", "angles", "Q_rotated4", "K_rotated2"} <= set(names)
    assert "decode-1.posenc" not in [stage.id for stage in sheet]


def test_a_window_is_the_configs_in_the_layers_that_it_says() -> None:
    sheet = tmat.read_model(MODELS / "qwen2").decode(target=TEXT)
    first, second = (sheet[f"decode-1.self-attention{n}"]["weights1"].values for n in ("", "-2"))
    i = np.arange(7)
    assert np.array_equal(first > 0.0, i[:, None] >= i)
    assert np.array_equal(second > 0.0, (i[:, None] >= i) & (i[:, None] - i < 3))


def test_words_are_drawn_as_decode_draws_them() -> None:
    model = tmat.read_model(GPT2)
    sheet = model.decode(TEXT, max_tokens=3, sample=True, seed=3, end="<none>")
    drawn = [stage.given["draw"].values.item() for stage in sheet if stage.stage == "decode"]
    plain = tmat.decode(
        cross=False, vocabulary=["you", "win"], prompt=["you"], sample=True, seed=3, max_tokens=3, end="<none>"
    )
    assert drawn == [stage.given["draw"].values.item() for stage in plain if stage.stage == "decode"]
    assert sheet["decode-1"].given["draw"].origin == "drawn: from 0 to 1, seed 3"
    given = model.decode(TEXT, draw=drawn, end="<none>")
    assert [stage.params["word"] for stage in given if stage.stage == "decode"] == [
        stage.params["word"] for stage in sheet if stage.stage == "decode"
    ]
    short = model.decode(TEXT, max_tokens=1, top_k=3, temperature=0.5)
    assert int((short["decode-1"]["probabilities"].values > 0.0).sum()) == 3


def test_the_last_pass_ends_where_nothing_more_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    model = tmat.read_model(MODELS / "llama")
    whole = model.decode(TEXT, max_tokens=2, keep=["layer1.weights1", "layer2.weights1"])
    first = [stage for stage in whole if stage.params["layer"] == 1]
    done: list[int] = []

    def counted(*of: Any, **how: Any) -> Any:
        done.append(of[5])
        return decoder_layer(*of, **how)

    monkeypatch.setattr("tmat.stages.decode.decoder_layer", counted)
    for how, layers, last in (({"target": TEXT}, [1], 0), ({"prompt": TEXT, "max_tokens": 2}, [1, 2, 1], 1)):
        done.clear()
        part = model.decode(keep=["layer1.weights1"], **how)  # type: ignore[arg-type]
        assert done == layers
        np.testing.assert_array_equal(part.stages[-1]["weights1"].values, first[last]["weights1"].values)
        done.clear()
        worked = model.decode(cells=["layer1.weights1[1,1]"], **how)  # type: ignore[arg-type]
        assert done == layers
        weights = [stage["weights1"].values for stage in worked if "weights1" in stage]
        np.testing.assert_array_equal(weights[-1], first[last]["weights1"].values)

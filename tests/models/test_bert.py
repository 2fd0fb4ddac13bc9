"""BERT by its folder: every hidden state is transformers', and only what is asked for is kept and computed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.models.families import EXACT, MODELS, TEXT, expected

import tmat
from tmat.errors import InputError
from tmat.models.weight import Weight

BERT = str(MODELS / "bert")
EXPECTED = expected("bert")
LAYERS = {0: "embed-norm", 1: "addnorm-2", 2: "addnorm-4"}  # the stage whose output is a hidden state


def test_every_hidden_state_is_transformers() -> None:
    sheet = tmat.read_model(BERT).encode(TEXT)
    assert sheet.tokens == ("[CLS]", "when", "you", "play", "the", "game", "you", "win", "[SEP]")
    np.testing.assert_array_equal(sheet["embed"]["ids"].values[:, 0], EXPECTED["ids"])
    for n, stage in LAYERS.items():
        np.testing.assert_allclose(sheet[stage].result.values, EXPECTED[f"hidden{n}"], **EXACT)


def test_a_text_is_its_tokens_and_its_ids() -> None:
    model = tmat.read_model(BERT)
    whole = model.encode(TEXT, keep=["output"])
    for said in ({"tokens": whole.tokens}, {"ids": [int(id) for id in EXPECTED["ids"]]}):
        other = model.encode(None, keep=["output"], **said)
        assert other.tokens == whole.tokens
        np.testing.assert_array_equal(other.stages[-1].result.values, whole.stages[-1].result.values)


def test_what_is_kept_is_what_all_of_it_has() -> None:
    model = tmat.read_model(BERT)
    whole = model.encode(TEXT)
    kept = model.encode(TEXT, keep=["layer2.weights3", "layer1.scores2", "PE", "addnorm-3.mean", "output"])
    assert [(stage.id, stage.names()) for stage in kept] == [
        ("posenc", ["PE"]), ("attention", ["scores2"]), ("attention-2", ["weights3"]), ("addnorm-3", ["mean"]),
        ("addnorm-4", ["output"]),
    ]  # fmt: skip
    for stage in kept:
        for name in stage.names():
            np.testing.assert_array_equal(stage[name].values, whole[stage.id][name].values)
    every = model.encode(TEXT, keep=["weights3"])
    assert [stage.id for stage in every] == ["attention", "attention-2"]


def test_no_layer_above_a_cell_is_computed() -> None:
    model = tmat.read_model(BERT)
    for cells, last in ((["layer1.Q[1,1]"], 1), (["layer1.Q[1,1]", "layer2.Z[1]"], 2), (["layer1.Q[1,1]", "Z"], 2)):
        assert model.encode(TEXT, cells=cells).stages[-1].id == LAYERS[last]
    assert model.encode(TEXT, cells=["layer2.Q[1,1]"], layers=1).stages[-1].id == LAYERS[1]


def test_the_norm_over_the_embeddings_is_of_no_layer() -> None:
    model = tmat.read_model(BERT)
    assert [stage.id for stage in model.encode(TEXT, keep=["layer1.mean"])] == ["addnorm", "addnorm-2"]
    assert [stage.id for stage in model.encode(TEXT, keep=["embed-norm.mean"])] == ["embed-norm"]


@pytest.mark.parametrize(
    ("keep", "layers"), [("PE", []), ("layer1.weights3", [0]), ("embed-norm.output", []), ("layer2.Q", [0, 1])]
)
def test_no_weight_is_read_that_nobody_asked_for(keep: str, layers: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    read: set[str] = set()
    values = Weight.values.fget
    assert values is not None
    monkeypatch.setattr(Weight, "values", property(lambda own: (read.add(own.tensor.origin), values(own))[1]))
    tmat.read_model(BERT).encode(TEXT, keep=[keep])
    assert {n for n in range(2) for origin in read if f"encoder.layer.{n}." in origin} == set(layers)
    assert not any("word_embeddings" in origin or "pooler" in origin for origin in read)


def test_only_the_rows_of_the_ids_are_there() -> None:
    sheet = tmat.read_model(BERT).encode(TEXT, layers=1)
    table = sheet["embed"].given["W_E"]
    assert table.rows == ("[CLS]", "[SEP]", "game", "play", "the", "when", "win", "you")
    assert (
        table.origin
        == f"{BERT}/model.safetensors:embeddings.word_embeddings.weight, the rows of id 2, 3, 6, 9, 10, 11, 12, 13"
    )
    assert sheet["attention"].given["W_Q"].origin.endswith(":encoder.layer.0.attention.self.query.weight, transposed")


def test_what_is_given_wins() -> None:
    model = tmat.read_model(BERT)
    nothing = np.zeros((16, 16))
    sheet = model.encode(TEXT, matrices={"layer2.W_Q": nothing}, activation="relu")
    assert not sheet["attention-2"].given["W_Q"].values.any() and sheet["attention"].given["W_Q"].values.any()
    assert sheet["ffn"].params["activation"] == "relu"
    flat = model.encode(TEXT, matrices={"embed.gamma": np.zeros(16)}, layers=1)["embed-norm"]
    np.testing.assert_array_equal(flat.result.values, np.repeat(flat.given["beta"].values, 9, axis=0))
    rounded = model.encode(TEXT, round=2, layers=1)
    np.testing.assert_array_equal(rounded["attention"]["Q"].values, rounded["attention"]["Q"].values.round(2))


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"tokens": ["plax"]}, f"the model has no token 'plax'\n  in {BERT}/tokenizer.json\n  did you mean play?"),
        ({"ids": [1] * 25}, f"25 tokens are too many\n  {BERT} has 24 positions"),
        ({"ids": [16]}, f"there is no token 16\n  {BERT} has the ids 0 to 15"),
        ({}, "one of text, tokens and ids is needed\n  they say what the model reads\n  try text='When you play'"),
        ({"text": TEXT, "layers": 3}, f"layers=3 does not fit\n  {BERT} has 2 layers\n  try layers=2"),
        (
            {"text": TEXT, "matrices": {"layer3.W_Q": [[1.0]]}},
            "'layer3.W_Q' is no matrix of this stack\n  it has 2 layers",
        ),
    ],
)
def test_what_does_not_fit_is_refused(said: dict[str, object], error: str) -> None:
    with pytest.raises(InputError) as refused:
        tmat.read_model(BERT).encode(**said)  # type: ignore[arg-type]
    assert str(refused.value) == error


def test_a_name_that_nothing_has() -> None:
    with pytest.raises(InputError) as refused:
        tmat.read_model(Path(BERT)).encode(TEXT, keep=["layer1.wieghts3"])
    assert str(refused.value).splitlines()[0] == "no matrix 'layer1.wieghts3' here"

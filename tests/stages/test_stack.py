"""Names in a stack, and choosing matrices of a worksheet by name."""

from __future__ import annotations

import numpy as np
import pytest

from tmat.errors import InputError
from tmat.sheet.names import chosen, stands_at
from tmat.sheet.worksheet import Matrix
from tmat.stages.encode import encode
from tmat.stages.parts.stack import by_layer, taken

X = [[1.0, 2.0], [0.5, -1.0]]


def test_a_name_without_a_layer_is_meant_for_all() -> None:
    one, two = by_layer({"W_Q": 1, "layer2.W_Q": 2, "gamma": 3, "layer1.beta2": 4, "Layer2.W_1": 5}, 2, 2)
    assert (one.attention, two.attention) == ({"W_Q": 1}, {"W_Q": 2})
    assert one.norms == {1: {"gamma": 3}, 2: {"gamma": 3, "beta": 4}}
    assert two.norms == {1: {"gamma": 3}, 2: {"gamma": 3}}
    assert (one.ffn, two.ffn) == ({}, {"W_1": 5})


def test_a_layers_own_matrix_wins_whatever_the_order() -> None:
    one, two = by_layer({"layer1.W_Q": 2, "W_Q": 1}, 2, 2)
    assert (one.attention, two.attention) == ({"W_Q": 2}, {"W_Q": 1})


def test_a_decoders_two_attentions() -> None:
    [layer] = by_layer({"self.W_Q1": 1, "layer1.Cross.w_k": 2, "beta3": 3}, 1, 3, crossing=True)
    assert (layer.attention, layer.cross) == ({"W_Q1": 1}, {"w_k": 2})
    assert layer.norms == {3: {"beta": 3}}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("layer3.W_Q", "'layer3.W_Q' is no matrix of this stack\n  it has 2 layers"),
        ("layer0.W_Q", "'layer0.W_Q' is no matrix of this stack\n  it has 2 layers"),
        ("gamma3", "'gamma3' is no matrix of this stack\n  a layer has 2 norms, 1 to 2"),
        ("gamma0", "'gamma0' is no matrix of this stack\n  a layer has 2 norms, 1 to 2"),
        ("a\nb", "'a\\nb' is no matrix of this stack\n  a layer takes W_Q"),
        ("W_QQ", "did you mean W_Q?"),
        ("foo", "'foo' is no matrix of this stack\n  a layer takes W_Q, W_K,"),
        ("layer1.", "'layer1.' is no matrix of this stack"),
        ("W_4", "'W_4' is no matrix of this stack"),
    ],
)
def test_names_that_are_none(name: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        by_layer({name: 1}, 2, 2)
    assert message in str(caught.value)


def test_taking_out() -> None:
    matrices: dict[str, object] = {"memory.T": [[1.0], [2.0]], "x": 3, "w_q": 4}
    found = taken(matrices, "X", "memory")
    assert found == 3
    assert matrices == {"w_q": 4}
    transposed = taken({"memory.T": [[1.0], [2.0]]}, "memory")
    assert isinstance(transposed, Matrix)
    assert transposed.values.tolist() == [[1], [2]] or transposed.values.tolist() == [[1.0, 2.0]]
    assert taken({"y": 1}, "X") is None


def test_matrices_of_a_stack_reach_their_layers() -> None:
    eye = np.eye(2)
    sheet = encode(X, layers=2, matrices={"layer2.W_Q": eye, "w_k": 2 * eye, "layer1.gamma2": [[3.0, 4.0]]})
    assert sheet["attention"]["W_Q"].values.tolist() != eye.tolist()
    assert sheet["attention-2"]["W_Q"].values.tolist() == eye.tolist()
    assert (
        sheet["attention"]["W_K"].values.tolist() == sheet["attention-2"]["W_K"].values.tolist() == (2 * eye).tolist()
    )
    assert sheet["addnorm-2"]["gamma"].values.tolist() == [[3, 4]]
    assert "gamma" not in sheet["addnorm-3"]


SHEET = encode(X, layers=2, attention_options={"heads": 2})


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["output"], {"addnorm-4": ["normalized"]}),
        (["weights1"], {"attention": ["weights1"], "attention-2": ["weights1"]}),
        (["WEIGHTS"], {"attention": ["weights1", "weights2"], "attention-2": ["weights1", "weights2"]}),
        (["attention-2.Q", "ffn.output"], {"ffn": ["output"], "attention-2": ["Q"]}),
        (["layer2.mean"], {"addnorm-3": ["mean"], "addnorm-4": ["mean"]}),
        (
            ["layer1.output"],
            {"attention": ["output"], "addnorm": ["normalized"], "ffn": ["output"], "addnorm-2": ["normalized"]},
        ),
    ],
)
def test_choosing(names: list[str], found: dict[str, list[str]]) -> None:
    sheet = chosen(SHEET, names)
    assert {stage.id: [step.name for step in stage.steps] for stage in sheet} == found
    for stage in sheet:
        assert stage.output in ("", *stage.names())


def test_choosing_what_is_not_there() -> None:
    with pytest.raises(InputError) as caught:
        chosen(SHEET, ["wieghts"])
    assert str(caught.value).startswith("no matrix 'wieghts' here\n  there are K, K1, K2, Q,")
    assert "did you mean weights" in str(caught.value)
    with pytest.raises(InputError, match=r"no matrix 'layer3\.Q' here"):
        chosen(SHEET, ["layer3.Q"])


def test_standing_at_a_layer() -> None:
    places = {stage.id: [n for n in (1, 2, 3) if stands_at(stage, f"layer{n}")] for stage in SHEET}
    assert places == {
        "attention": [1], "addnorm": [1], "ffn": [1], "addnorm-2": [1],
        "attention-2": [2], "addnorm-3": [2], "ffn-2": [2], "addnorm-4": [2],
    }  # fmt: skip

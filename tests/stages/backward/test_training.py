"""Twenty steps of training are torch's, whatever the optimizer; one step by hand; what the sheet keeps."""

from __future__ import annotations

import numpy as np
import pytest
from tests.oracles.load import cases
from tests.oracles.torch_cases import lessons, run, sums

import tmat
from tmat.errors import InputError
from tmat.sheet.worksheet import Worksheet

TOLD = {
    "sgd": {"lr": 0.02}, "momentum": {"lr": 0.005}, "adam": {"lr": 0.005}, "adamw": {"lr": 0.005, "decay": 0.05},
}  # fmt: skip
KNOWN = list(cases("training"))


def small() -> Worksheet:
    return tmat.loss(tmat.ffn([[1.0, 2.0]], W_1=[[2.0], [0.5]], layers=1), matrices={"target": [[1.0]]})


@pytest.mark.parametrize("n", range(len(KNOWN)))
def test_twenty_steps_are_those_of_torch(n: int) -> None:
    case, (told, optimizer) = KNOWN[n], lessons()[n]
    sheet = tmat.train(run(told)[0], steps=20, optimizer=optimizer, **TOLD[optimizer])
    np.testing.assert_allclose(sheet["train"]["losses"].values[:, 0], case["losses"], rtol=0, atol=1e-10)
    for name, due in zip(case["names"], case["sums"], strict=True):
        stage, _, own = name.partition("/")
        np.testing.assert_allclose(sums(sheet[stage][own].values), due, rtol=0, atol=1e-10, err_msg=name)


def test_one_step_by_hand() -> None:
    """y = 3, target 1: dW = 2·(3 − 1)·x = (4, 8); with η = 0.1 W is 1.6 and −0.3, y = 1, and the loss goes from 4 to 0."""
    sheet = tmat.update(tmat.backward(small()), lr=0.1)
    step = sheet["update"]
    np.testing.assert_allclose(step["dW_1"].values, [[4.0], [8.0]])
    np.testing.assert_allclose(step["W_1_new"].values, [[1.6], [-0.3]])
    np.testing.assert_allclose(sheet["ffn"]["W_1"].values, [[1.6], [-0.3]])
    assert step.params["loss_before"] == 4.0
    assert step.params["loss_after"] == pytest.approx(0.0, abs=1e-12)
    assert [stage.id for stage in sheet] == ["update", "ffn", "loss"]


def test_step_by_step_is_the_loop() -> None:
    sheet = small()
    for _ in range(3):
        sheet = tmat.update(tmat.backward(sheet), lr=0.01, optimizer="adam")
    looped = tmat.train(small(), steps=3, lr=0.01, optimizer="adam")
    assert sheet["ffn"]["W_1"].values.tolist() == looped["ffn"]["W_1"].values.tolist()
    assert sheet["update-3"].params["step"] == looped["update"].params["step"] == 3


def test_another_optimizer_begins_anew() -> None:
    sheet = tmat.update(tmat.backward(small()), optimizer="adam")
    sheet = tmat.update(tmat.backward(sheet), optimizer="momentum")
    assert sheet["update-2"].params["step"] == 1
    assert sheet["update-2"]["W_1_m_before"].values.tolist() == [[0.0], [0.0]]


def test_an_input_learns_only_where_it_is_asked_for() -> None:
    assert "X_new" not in tmat.update(tmat.backward(small()))["update"]
    sheet = tmat.update(tmat.backward(small(), wrt=["X"]))
    assert [step.name for step in sheet["update"].steps] == ["X_new"]


def test_a_rounded_pass_is_done_again_rounded() -> None:
    sheet = tmat.attention([[1.0, 2.0], [0.5, 1.0]], round=2)
    sheet = tmat.update(tmat.backward(tmat.loss(sheet, matrices={"target": np.eye(2)})), round=2)
    again = tmat.attention([[1.0, 2.0], [0.5, 1.0]], round=2, matrices={
        name: sheet["attention"][name].values for name in ("W_Q", "W_K", "W_V", "W_O")
    })  # fmt: skip
    for step in again["attention"].steps:
        assert step.values.tolist() == sheet["attention"][step.name].values.tolist()


def test_a_decoder_says_the_words_of_its_new_weights() -> None:
    sheet = tmat.decode([[1.0, 0.0, 0.5, 0.2]], vocabulary=["you", "win"], target="you win", seed=1)
    sheet = tmat.train(tmat.loss(sheet), steps=25, optimizer="adam", lr=0.1)
    assert sheet["decode-1"].params["words"] == ["you", "win", "<end>"]
    assert sheet["decode-1"].params["word"] == "<end>"


def test_what_cannot_be_done_is_said() -> None:
    with pytest.raises(InputError, match="update needs gradients"):
        tmat.update(small())
    with pytest.raises(InputError, match="train needs a loss"):
        tmat.train(tmat.ffn([[1.0]], W_1=[[2.0]], layers=1))
    with pytest.raises(InputError, match="the loss is no number any more"):
        grown = tmat.ffn([[1.0, 2.0]], W_1=[[2.0], [0.5]], layers=1, activation="none")
        tmat.train(tmat.loss(grown, matrices={"target": [[1.0]]}), steps=500, lr=9.0)
    with pytest.raises(InputError, match="there is nothing to update"):
        sheet = tmat.attention(Q=[[1.0, 2.0]], K=[[1.0, 3.0], [0.0, 1.0]], V=[[1.0], [2.0]])
        tmat.update(tmat.backward(tmat.loss(sheet, matrices={"target": [[1.0]]})))
    with pytest.raises(InputError, match="cannot be worked out again"):
        sheet = tmat.attention([[1.0, 2.0]], W_Q=[[1], [0]], W_K=[[1], [0]], W_V=[[1], [1]], keep=["Z", "V"])
        tmat.update(tmat.backward(sheet, matrices={"dV": [[1.0]]}, wrt=["W_V"]))


def test_what_is_asked_for_changes_no_numbers() -> None:
    sheet = tmat.backward(
        tmat.loss(tmat.attention([[1.0, 0.0], [0.0, 1.0]], d_k=2, project=False, seed=1), target=["1", "2"])
    )
    whole, some = tmat.update(sheet), tmat.update(sheet, keep=["W_Q_new", "loss"])
    assert some["loss"]["loss"].values == whole["loss"]["loss"].values
    assert [step.name for step in some["update"].steps] == ["W_Q_new"]

"""From a pass to a trained one on the command line: loss, backward, update and train in a pipe, as a person types them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.cli.running import pipe, refused, tmat

import tmat as library

FORWARD = "attention -m X='1 0; 0 1; 1 1' --d-k 2 --seed 1"
LOSS = "loss -m target='1 0; 0 1; 1 1'"


def test_the_commands_are_the_functions() -> None:
    done = pipe(FORWARD, LOSS, "backward --wrt W_Q", "update --lr 0.5")
    sheet = library.attention(X=[[1, 0], [0, 1], [1, 1]], d_k=2, seed=1, drawing=True)
    sheet = library.loss(sheet, matrices={"target": [[1, 0], [0, 1], [1, 1]]})
    sheet = library.update(library.backward(sheet, wrt=["W_Q"]), lr=0.5)
    assert [stage["id"] for stage in done.stages] == ["update", "attention", "loss"]
    assert done["loss"].tolist() == sheet["loss"]["loss"].values.tolist()
    assert done.stages[0]["params"]["loss_after"] == done["loss"][0, 0]


def test_a_second_training_goes_on_from_the_first() -> None:
    twice = pipe(FORWARD, LOSS, "train --steps 3 --optimizer adam", "train --steps 2 --optimizer adam")
    once = pipe(FORWARD, LOSS, "train --steps 5 --optimizer adam")
    assert twice["loss"].tolist() == once["loss"].tolist()


def test_the_table_shows_the_update_and_the_stages_anew() -> None:
    text = pipe(FORWARD, LOSS, "backward --wrt W_Q", "update -f table").output
    assert text.index("W_Q_new = W_Q − 0.1·dW_Q") < text.index("Q = X·W_Q") < text.index("loss = mean of")
    assert "before" in text
    assert "after" in text


def test_the_losses_are_a_line() -> None:
    text = pipe(FORWARD, LOSS, "train --steps 5 -f table").output
    line = next(line for line in text.splitlines() if "5 steps" in line)
    assert "█" in line
    assert "▁" in line


def test_the_losses_are_a_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    picture = tmp_path / "loss.png"
    pipe(FORWARD, LOSS, f"train --steps 3 --plot {picture}")
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_gradient_from_outside_is_typed() -> None:
    done = pipe(FORWARD + " --no-project", "backward -m dZ='1 0; 0 0; 0 0' --wrt W_V")
    assert done.steps == ["dV", "dW_V"]
    weights = library.attention(X=[[1, 0], [0, 1], [1, 1]], d_k=2, seed=1, project=False, drawing=True)["attention"]
    np.testing.assert_allclose(done["dV"][:, 0], weights["weights"].values[0])
    again = pipe(FORWARD + " --no-project", "backward -m grad_Z='1 0; 0 0; 0 0' --wrt W_V")
    assert again["dV"].tolist() == done["dV"].tolist()


def test_words_are_the_target_of_a_loss() -> None:
    done = tmat("loss -m logits='2 1 0; 0 0 3' --target '1 3' --smoothing 0.1")
    assert done["losses"].shape == (2, 1)
    assert done.notes == ["target: 1 3", "label smoothing 0.1"]


@pytest.mark.parametrize("line", ["backward", "update", "train"])
def test_nothing_came_in(line: str) -> None:
    assert "no stage came in" in refused(line)

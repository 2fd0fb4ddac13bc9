"""A number followed back through the steps, and across the stages."""

from __future__ import annotations

import pytest
from tests.workings.sheets import thrones

from tmat.errors import InputError
from tmat.workings import trace


def test_one_step_back() -> None:
    root = trace(thrones(), "attention", "scores", 0, 2, 1)
    assert root.label == "scores[When, play]" and root.formula == "Σ Q[When, k] · K[play, k]"
    assert root.value == pytest.approx(49.7306)  # as its table shows it, not as the next step takes it
    assert [child.label for child in root.children] == [
        "Q[When, q1]", "K[play, k1]", "Q[When, q2]", "K[play, k2]",
        "Q[When, q3]", "K[play, k3]", "Q[When, q4]", "K[play, k4]",
    ]  # fmt: skip
    assert [child.value for child in root.children] == [3.88, 3.28, 3.8, 3.11, 4.08, 3.65, 3.42, 3.01]
    assert root.children[1].origin == "given" and not root.children[0].children


def test_what_a_step_takes_is_what_it_took() -> None:
    root = trace(thrones(), "attention", "scaled", 0, 2, 1)
    assert [child.value for child in root.children] == [49.73]


def test_repeated_cells_stand_once() -> None:
    root = trace(thrones(), "attention", "scores", 0, 2, 2)
    labels = [node.label for node in root]
    assert len(labels) == len(set(labels))
    second = root.children[2]
    assert second.label == "Q[When, q2]" and second.above == 6
    assert [child.label for child in second.children] == [f"W_Q[{n}, q2]" for n in range(1, 7)]


def test_on_into_the_stage_before() -> None:
    root = trace(thrones(), "attention", "Q", 5, 0, 9)
    x = root.children[0]
    assert x.label == "X[thrones, 1]" and x.formula == "posenc.X[thrones, 1]" and not x.origin
    onward = x.children[0]
    assert (onward.stage, onward.label, onward.formula) == ("posenc", "posenc.X[thrones, 1]", "E[thrones, 1]")
    assert onward.children[0].label == "posenc.E[thrones, 1]"
    assert root.children[1].origin == "thrones"


def test_depth_nothing() -> None:
    root = trace(thrones(), "attention", "weights", 0, 0, 0)
    assert not root.children and root.formula == "e^scaled[When, When] / Σ e^scaled[When, k]"


def test_the_softmax_leans_on_its_whole_row() -> None:
    root = trace(thrones(), "attention", "weights", 0, 2, 1)
    assert [child.label for child in root.children][:2] == ["scaled[When, play]", "scaled[When, When]"]
    assert len(root.children) == 6


def test_folded() -> None:
    root = trace(thrones(), "attention", "scores", 0, 2, 1, fold=3)
    assert len(root.children) == 3 and root.folded == 5


def test_no_such_stage() -> None:
    with pytest.raises(InputError, match="no stage 'ffn'"):
        trace(thrones(), "ffn", "Z", 0, 0, 1)

"""The stages as functions: what they take, what they give, what they say no to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tmat
from tmat.errors import InputError
from tmat.sheet.worksheet import Matrix, Worksheet
from tmat.text.vocabulary import Vocabulary

X = [[1.0, 2.0], [3.0, 4.0]]


@pytest.mark.parametrize(
    "x",
    [
        X,
        ((1, 2), (3, 4)),
        np.array(X),
        np.array(X, dtype=np.float32),
        np.array(X, dtype=">f8"),
        np.asfortranarray(X),
        np.array([[1, 2], [3, 4]]),
        Matrix.of("anything", X),
    ],
)
def test_numbers_of_any_kind(x: object) -> None:
    sheet = tmat.attention(x, project=False)
    assert sheet["attention"]["X"].values.tolist() == X
    assert (
        sheet["attention"]["Z"].values.tolist() == tmat.attention(X=X, project=False)["attention"]["Z"].values.tolist()
    )


def test_a_worksheet_goes_on() -> None:
    start = Worksheet([], Vocabulary(("you", "win"), 1), ())
    sheet = tmat.embed(start, "you win", d_model=4)
    for stage in (tmat.posenc, tmat.attention, tmat.addnorm, tmat.ffn, tmat.addnorm):
        before = sheet
        sheet = stage(before)  # type: ignore[operator]
        assert sheet.stages[:-1] == before.stages
        assert len(before.stages) == len(sheet.stages) - 1
    assert [stage.id for stage in sheet] == ["embed", "posenc", "attention", "addnorm", "ffn", "addnorm-2"]
    assert sheet["addnorm"]["residual"].values.tolist() == sheet["attention"]["X"].values.tolist()
    assert sheet["addnorm-2"]["residual"].values.tolist() == sheet["ffn"]["X"].values.tolist()
    assert sheet["addnorm-2"]["sum"].rows == ("you", "win")
    done = tmat.decode(sheet, max_tokens=1)
    assert done.tokens == ("you", "win")
    assert done.vocabulary is not None
    assert done.vocabulary.words == ("you", "win", "<start>", "<end>")


def test_a_mask_by_name_or_by_numbers() -> None:
    inf = float("-inf")
    for mask in ("causal", ["causal"], ("causal",), [[1, 0], [1, 1]], np.array([[True, False], [True, True]])):
        masked = tmat.attention(scores=X, scale=False, mask=mask)["attention"]["masked"]
        assert masked.values.tolist() == [[1, inf], [3, 4]]
    for nothing in ("none", "", (), None):
        assert "masked" not in tmat.attention(scores=X, scale=False, mask=nothing)["attention"]


def test_transposes_and_columns_for_rows() -> None:
    stage = tmat.ffn(X, matrices={"W_1.T": [[1, 2], [0, 1], [1, 1]], "b_1": [[1], [2], [3]]}, layers=1)["ffn"]
    assert stage["W_1"].size == "2×3"
    assert stage["hidden"].values.tolist() == [[6, 4, 6], [12, 6, 10]]


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "ragged": (lambda: tmat.attention([[1, 2], [3]]), "X is no matrix\n  row 2 has 1 cells, row 1 has 2"),
    "words": (lambda: tmat.attention([["a", "b"]]), "X is no matrix\n  expected rows of numbers"),
    "text": (lambda: tmat.ffn(X, W_1="abc"), "W_1 is no matrix\n  expected rows of numbers"),
    "complex": (lambda: tmat.attention([[1j, 2]]), "X is no matrix\n  expected rows of numbers"),
    "three dimensions": (lambda: tmat.attention(np.zeros((2, 2, 2))), "X has 3 dimensions"),
    "nothing": (lambda: tmat.attention([[1, None]]), "X has a cell that is not a number (NaN)\n  row 1, column 2"),
    "no columns": (lambda: tmat.attention(np.empty((3, 0))), "W_Q cannot be drawn"),
    "no columns to norm": (
        lambda: tmat.addnorm(np.empty((3, 0)), add_residual=False),
        "rows without a cell cannot be normalised\n  X is 3×0",
    ),
    "no X": (tmat.attention, "attention needs X"),
    "no E": (tmat.posenc, "posenc needs embeddings or a size"),
    "no text": (tmat.embed, "embed has no text"),
    "no vocabulary": (lambda: tmat.decode(X), "decode needs a vocabulary"),
    "no memory": (lambda: tmat.decode(vocabulary=["a"]), "decode needs the encoder's output"),
    "no option": (lambda: tmat.attention(X, head=2), "attention has no option 'head'"),
    "dtype": (lambda: tmat.attention(X, dtype="float16"), "dtype='float16' is not known"),
    "init": (lambda: tmat.attention(X, init="unifrom"), "init='unifrom' is not known"),
    "round": (lambda: tmat.attention(X, round="1.5"), "round does not understand '1.5'"),
    "twice": (lambda: tmat.embed(text="a", vocabulary=["a", "A"]), "the vocabulary: both 'a' and 'A'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    call, message = REFUSED[case]
    with pytest.raises(InputError) as caught:
        call()
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("shape", [(0, 3), (1, 1), (1, 3), (3, 1)])
def test_rows_of_any_number(shape: tuple[int, int]) -> None:
    x = np.ones(shape)
    for stage in (
        tmat.attention(x, mask="causal", valid=shape[0]),
        tmat.addnorm(x, add_residual=False),
        tmat.ffn(x),
        tmat.posenc(x),
        tmat.encode(x),
    ):
        result = stage.stages[-1].result
        assert result.size == f"{shape[0]}×{shape[1]}"
        assert np.isfinite(result.values).all()


def test_no_keys_at_all_give_no_weights_and_zeros() -> None:
    stage = tmat.attention(Q=np.ones((2, 3)), K=np.empty((0, 3)), V=np.empty((0, 2)))["attention"]
    assert stage["weights"].size == "2×0"
    assert stage["Z"].values.tolist() == [[0, 0], [0, 0]]


def test_matrices_without_columns_have_no_root_to_divide_by() -> None:
    empty = np.empty((2, 0))
    with pytest.raises(InputError) as caught:
        tmat.attention(Q=empty, K=empty, V=[[1.0], [2.0]])
    assert str(caught.value).startswith("K has no columns\n  d_k would be 0, and nothing is divided by its root\n")

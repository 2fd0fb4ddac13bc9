"""The library at a prompt: what is of another kind than expected is answered, in the words of Python."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tmat

any_: Any = tmat  # what a type checker would refuse is what is asked here
X = [[1.0, 2.0], [3.0, 4.0]]
SHEET = tmat.attention(X)
STAGE = SHEET["attention"]

REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "word for number": (lambda: any_.attention(X, heads="two"), "heads='two' does not fit\n  expected a whole number"),
    "truth for number": (lambda: any_.attention(X, heads=True), "heads=True does not fit\n  expected a whole number"),
    "number for word": (lambda: any_.attention(X, init=3), "init=3 does not fit\n  expected a text"),
    "number for truth": (lambda: any_.attention(X, scale=3), "scale=3 does not fit\n  expected True or False"),
    "word for ε": (lambda: any_.addnorm(SHEET, epsilon="x"), "epsilon='x' does not fit\n  expected a number"),
    "text": (lambda: any_.embed(text=3), "text=3 does not fit\n  expected a text"),
    "misspelt": (lambda: any_.attention(X, hedas=2), "attention has no option 'hedas'\n  did you mean heads?"),
    "by place": (lambda: any_.attention(X, 3), "attention was given 2 values without names\n  say the rest by name, as in round=2"),
    "truth for matrix": (lambda: any_.addnorm(X, residual=False), "residual is no matrix\n  expected rows of numbers, not False"),
    "keep": (lambda: any_.attention(X, keep=3), "keep takes names of matrices\n  it was given an int"),
    "missing": (lambda: tmat.attention(None), "attention needs X\n  it was not given\n  give it: X=…"),
    "vocab": (lambda: any_.vocab(3), "vocab takes a text, or chunks of one\n  it was given an int"),
    "chunks": (lambda: any_.vocab(b"ab"), "vocab takes a text, or chunks of one\n  it was given an int"),
    "embed": (lambda: any_.embed(3), "embed takes a worksheet that has a vocabulary\n  it was given an int"),
    "write what": (lambda: any_.write([1], "x.html"), "write takes a worksheet, a stage or a matrix\n  it was given a list"),
    "write where": (lambda: any_.write(SHEET, 3), "a file goes by its path, a text\n  it was given an int"),
    "write how": (lambda: tmat.write(SHEET, "x.html", format="word"), "format='word' is not known"),
    "show": (lambda: any_.show(None), "show takes a worksheet, a stage or a matrix\n  it was given None"),
    "digits": (lambda: tmat.show(SHEET, digits="a"), "digits takes a whole number\n  it was given a str"),
    "choice": (lambda: tmat.show(SHEET, digit=3), "a page has no choice 'digit'"),
    "read": (lambda: any_.read(3), "a file goes by its path, a text\n  it was given an int"),
    "matrices": (lambda: any_.read_matrices(3), "matrices are read from a text: numbers, or the path of a file\n  it was given an int"),
    "weights": (lambda: any_.read_weights(3), "weights are read from a file, or from arrays by their names\n  it was given an int"),
    "working": (lambda: any_.working(SHEET, "Q", 0, 0), "working takes a stage, then the name of its matrix\n  it was given a Worksheet"),
    "cell": (lambda: any_.working(STAGE, "Q", "a", 0), "a cell's row and column are numbers from 0\n  it was given a str"),
    "trace": (lambda: any_.trace(3, "s", "Q", 0, 0), "trace takes a worksheet, then the name of a stage and of its matrix\n  it was given an int"),
    "trace where": (lambda: tmat.trace(SHEET, "attention", "Q", 0, 9), "Q has no cell (1, 10)\n  it is 2×2"),
    "mark": (lambda: any_.mark(3, SHEET), "answers are a file, a text, arrays by their names, or a worksheet\n  it was given an int"),
    "key": (lambda: any_.mark(SHEET, 3), "a key is a worksheet\n  it was given an int"),
    "example": (lambda: any_.example(3), "an example goes by its name\n  it was given an int"),
    "scaling": (lambda: any_.scaling(3), "scaling takes widths, as in d=[4, 64]\n  it was given an int"),
    "stage": (lambda: any_.attention(X)[0], "a worksheet is asked for a stage by its name\n  it was given an int"),
    "matrix": (lambda: STAGE[3], "a stage is asked for a matrix by its name\n  it was given an int"),  # type: ignore[index]
    "labels": (lambda: tmat.Matrix.of("Q", X, rows=3), "the row labels of Q are words\n  it was given an int"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_another_kind_is_answered(case: str) -> None:
    call, told = REFUSED[case]
    with pytest.raises(tmat.InputError) as caught:
        call()
    assert str(caught.value) == told or str(caught.value).startswith(f"{told}\n")


def test_numbers_of_numpy_are_numbers() -> None:
    assert tmat.attention(X, heads=np.int64(1)) == tmat.attention(X, heads=1)  # type: ignore[arg-type]


@pytest.mark.parametrize("own", [SHEET, STAGE, STAGE["Q"]])
@pytest.mark.parametrize("suffix", ["html", "md", "json"])
def test_write_takes_a_whole_or_a_part(own: Any, suffix: str, tmp_path: Path) -> None:
    tmat.write(own, tmp_path / f"x.{suffix}")
    assert "Q" in (tmp_path / f"x.{suffix}").read_text("utf-8")
    tmat.write(own, tmp_path / "x.page", format="html")
    assert (tmp_path / "x.page").read_text("utf-8").startswith("<!DOCTYPE html>")


def test_the_module_says_what_it_has() -> None:
    assert {"attention", "write", "Matrix", "__version__", "__doc__"} <= set(dir(tmat))
    assert tmat.__version__.split(".")[0].isdigit()
    assert tmat.show(SHEET, only="Q") == tmat.show(SHEET, only=["Q"])

"""The weighted-sum notebook: the four steps of attention in symbols, cell by cell, and on small numbers of ours."""

from __future__ import annotations

import numpy as np

from tmat.articles.article import Call, Example, Fact, Letters, Part
from tmat.articles.numbers import Data
from tmat.operations.operation import Array
from tmat.sheet.worksheet import Worksheet

SAMPLES = ("A", "B")


def weighted_sum(printed: Data | None = None) -> Example:
    """The example; ``printed`` replaces the notebook's own cells."""
    features = tuple(f"{letter}{n}" for letter in "qk" for n in range(1, 7))
    call = Call(
        "attention", {"project": False}, {"Q": "Q", "K": "K", "V": "V"},
        facts=(Fact("d_k", "d_k", _width),),
        letters=(Letters("Z", "Z"), Letters("Z_rows", "Z", "rows")),
        title="the four steps: scores, scaled by √d_k, softmax, the weighted sum",
        says="the notebook prints symbols alone: the numbers of Q, K and V are ours",
    )  # fmt: skip
    return Example(
        "weighted-sum",
        "What a weighted sum of the rows of V is",
        "two samples of six features against each other, their weights times a V of three columns",
        printed or Data.read("weighted-sum"),
        (Part((call,), "the weighted sum"),),
        symbols=True,
        labels={"Q": (SAMPLES, features[:6]), "K": (SAMPLES, features[6:]), "V": (SAMPLES, ("v1", "v2", "v3"))},
        own={
            "Q": (("1", "0", "2", "0", "1", "0"), ("0", "1", "0", "1", "0", "2")),
            "K": (("1", "0", "1", "0", "1", "0"), ("0", "1", "0", "1", "0", "0")),
            "V": (("1", "2", "3"), ("4", "5", "6")),
        },
    )


def _width(sheet: Worksheet) -> Array:
    """The number under the root: the width of Q and K."""
    return np.array([[float(sheet["attention"].params["d_k"])]])  # type: ignore[arg-type]

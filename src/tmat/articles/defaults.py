"""What a stage works on where nothing is given: the thrones article's own matrices, with its own roundings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tmat.articles.numbers import data, number
from tmat.operations.operation import Array
from tmat.sheet.worksheet import Matrix
from tmat.text.vocabulary import Vocabulary

TOKENS = ("When", "you", "play", "game", "of", "thrones")
ORIGIN = "the thrones article"


@dataclass(eq=False, repr=False)
class Defaults:
    """Matrices, roundings and words that stand in for what nobody gave, and how to say so."""

    matrices: dict[str, Matrix]
    round: str | None = None
    tokens: tuple[str, ...] = TOKENS
    vocabulary: Vocabulary | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def said(self, rounded: bool) -> str:
        """What is shown, as a note: the matrices alone, or the roundings too."""
        return f"matrices {'and roundings ' if rounded and self.round else ''}of {ORIGIN}"


ATTENTION_ROUNDING = "Q=2,K=2,V=2,scores.used=2,scaled.used=2,weights=4,Z.used=2,output=2"
POSITION_ROUNDING = "PE=4,X=2"
NORM_ROUNDING = "sum=2,mean=2,std=2,normalized=2"


def vocabulary() -> Vocabulary:
    """The article's 23 words in the order of its ids."""
    return Vocabulary(tuple(data("thrones_order.txt").split()), 1)


def word_embeddings() -> Matrix:
    """A row a word: the six that are printed, the others drawn."""
    from tmat.numbers.seeding import draw

    words = vocabulary()
    rows = draw("uniform", (len(words.words), 6), seed=0, stage="thrones", name="W_E")
    printed = number("thrones", "E_columns").T
    for word, row in zip(TOKENS, printed, strict=True):
        place = words.id(word)
        assert place is not None
        rows[place - 1] = row
    origin = f"{ORIGIN}, rows it does not print drawn"
    return Matrix.of("W_E", rows, words.words, [f"e{n}" for n in range(1, 7)], origin)


def article(name: str, block: str | None = None, letter: str = "", rows: tuple[str, ...] | None = TOKENS) -> Matrix:
    """A matrix of the article under the name that a stage calls it by."""
    return labelled(name, number("thrones", block or name), letter, rows)


def labelled(name: str, values: Array, letter: str, rows: tuple[str, ...] | None) -> Matrix:
    cols = [f"{letter}{n}" for n in range(1, values.shape[1] + 1)]
    return Matrix.of(name, np.asarray(values), rows, cols, ORIGIN)


def _attention() -> Defaults:
    return Defaults(
        {
            "X": article("X"),
            "W_Q": article("W_Q", letter="q", rows=None),
            "W_K": article("W_K", letter="k", rows=None),
            "W_V": article("W_V", letter="v", rows=None),
            "W_O": article("W_O", letter="o", rows=None),
        },
        ATTENTION_ROUNDING,
    )


def _embed() -> Defaults:
    text = {"text": " ".join(TOKENS)}
    return Defaults({"W_E": word_embeddings()}, None, (), vocabulary(), text)


def _posenc() -> Defaults:
    return Defaults({"E": labelled("E", number("thrones", "E_columns").T, "e", TOKENS)}, POSITION_ROUNDING)


def _addnorm() -> Defaults:
    return Defaults({"X": article("X", "attention_output", "o"), "residual": article("residual", "X")}, NORM_ROUNDING)


def _ffn() -> Defaults:
    return Defaults({"X": article("X", "addnorm1")}, "2")


def _encode() -> Defaults:
    own = _attention().matrices
    return Defaults({name if name == "X" else f"layer1.{name}": m for name, m in own.items()}, None)


def _decode() -> Defaults:
    return Defaults({"memory": article("memory", "addnorm2"), "W_E": word_embeddings()}, None, TOKENS, vocabulary())


_OF: dict[str, Callable[[], Defaults]] = {
    "attention": _attention,
    "embed": _embed,
    "posenc": _posenc,
    "addnorm": _addnorm,
    "ffn": _ffn,
    "encode": _encode,
    "decode": _decode,
}


def defaults_of(stage: str, seed: str | None) -> Defaults | None:
    """The article's matrices for a stage, or None where a seed says that numbers are to be drawn."""
    if seed is not None or stage not in _OF:
        return None
    return _OF[stage]()

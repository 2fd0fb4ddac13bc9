"""What a stage works on where nothing is given: the thrones article's own matrices, with its own roundings."""

from __future__ import annotations

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


def _attention() -> dict[str, Matrix]:
    weights = (("W_Q", "q"), ("W_K", "k"), ("W_V", "v"), ("W_O", "o"))
    return {"X": article("X"), **{name: article(name, letter=letter, rows=None) for name, letter in weights}}


def defaults_of(stage: str) -> Defaults | None:
    """The article's matrices for a stage that has some."""
    match stage:
        case "attention":
            return Defaults(_attention(), ATTENTION_ROUNDING)
        case "encode":
            return Defaults({name if name == "X" else f"layer1.{name}": m for name, m in _attention().items()})
        case "embed":
            text = {"text": " ".join(TOKENS)}
            return Defaults({"W_E": word_embeddings()}, None, (), vocabulary(), text)
        case "posenc":
            return Defaults({"E": labelled("E", number("thrones", "E_columns").T, "e", TOKENS)}, POSITION_ROUNDING)
        case "addnorm":
            own = {"X": article("X", "attention_output", "o"), "residual": article("residual", "X")}
            return Defaults(own, NORM_ROUNDING)
        case "ffn":
            return Defaults({"X": article("X", "addnorm1")}, "2")
        case "decode":
            own = {"memory": article("memory", "addnorm2"), "W_E": word_embeddings()}
            return Defaults(own, None, TOKENS, vocabulary())
    return None

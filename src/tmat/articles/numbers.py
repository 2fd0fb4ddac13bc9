"""The numbers that articles print, as text, so that printed digits such as a last 0 are kept.

Those of the thrones article, with its roundings, are the input of a stage where nothing is given.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from tmat.operations.operation import Array
from tmat.sheet.worksheet import Matrix
from tmat.text.vocabulary import Vocabulary

BLANK = "_"


class Data:
    """The matrices of an article by name, each cell as printed; ``_`` is a cell that is not printed.

    >>> Data.read("thrones").blocks["masked_input"]
    [['1', '2', '3'], ['4', '5', '6'], ['7', '8', '9']]
    """

    def __init__(self, blocks: Mapping[str, Sequence[Sequence[str]]], name: str = "") -> None:
        self.blocks = {key: [list(row) for row in rows] for key, rows in blocks.items()}
        self.name = name

    @classmethod
    def read(cls, article: str) -> Data:
        """Read the data file of an article; one that prints no numbers has no file."""
        path = os.path.join(_FOLDER, f"{article}.txt")
        return cls(_blocks(data(f"{article}.txt")) if os.path.exists(path) else {}, article)

    def __contains__(self, block: str) -> bool:
        return block in self.blocks

    def texts(self, block: str, *, transposed: bool = False) -> list[list[str]]:
        rows = self.blocks[block]
        return [list(column) for column in zip(*rows, strict=True)] if transposed else rows

    def number(self, block: str, *, transposed: bool = False) -> Array:
        """A block as numbers; cells that are not printed are NaN."""
        return np.array(
            [
                [np.nan if text == BLANK else float(text) for text in row]
                for row in self.texts(block, transposed=transposed)
            ]
        )

    def count(self, block: str) -> int:
        """How many numbers of a block are printed."""
        return sum(text != BLANK for row in self.blocks.get(block, []) for text in row)


_FOLDER = os.path.join(os.path.dirname(__file__), "data")


def _blocks(text: str) -> dict[str, list[list[str]]]:
    blocks: dict[str, list[list[str]]] = {}
    name = ""
    for raw in text.splitlines():
        line = raw.partition("#")[0].strip()
        if not line:
            name = "" if not raw.strip() else name
        elif not name:
            name = line
            blocks[name] = []
        else:
            blocks[name].append(line.split())
    return blocks


@cache
def _printed(article: str) -> Data:
    return Data.read(article)


def number(article: str, name: str) -> Array:
    """One of an article's matrices as numbers."""
    return _printed(article).number(name)


def data(name: str) -> str:
    """A data file of the examples."""
    with open(os.path.join(_FOLDER, name), encoding="utf-8") as file:
        return file.read()


TOKENS = ("When", "you", "play", "game", "of", "thrones")
ORIGIN = "the thrones article"
PAGE = "its page: tmat example thrones"


@dataclass(eq=False, repr=False)
class Defaults:
    """The default matrices, roundings and words of a stage, and the notes about them."""

    matrices: dict[str, Matrix]
    round: str | None = None
    tokens: tuple[str, ...] = TOKENS
    vocabulary: Vocabulary | None = None
    options: dict[str, Any] = field(default_factory=dict)
    unless: tuple[str, ...] = ()  # options and matrices that do not fit the article's options
    differences: tuple[str, ...] = ()  # notes of what is not as on the article's page

    def used(self, options: Mapping[str, Any]) -> dict[str, Matrix]:
        """The matrices that the options use: without projections no weights, without a residual none."""
        unused: set[str] = set()
        if options.get("weights") is False:
            unused |= {name for name in self.matrices if name.startswith("W_")}
        if options.get("project") is False:
            unused.add("W_O")
        if options.get("add_residual") is False:
            unused.add("residual")
        return {name: matrix for name, matrix in self.matrices.items() if name not in unused}

    def notes(self, rounded: bool) -> tuple[str, ...]:
        """The notes: that matrices (and roundings) are the article's, the differences, and the command that shows its page."""
        shown = f"matrices {'and roundings ' if rounded and self.round else ''}of {ORIGIN}"
        return shown, *self.differences, PAGE


ATTENTION_ROUNDING = "Q=2,K=2,V=2,scores.used=2,scaled.used=2,weights=4,Z.used=2,output=2"
POSITION_ROUNDING = "PE=4,X=2"
NORM_ROUNDING = "sum=2,mean=2,std=2,normalized=2"
NETWORK_ROUNDING = "2"
ROUNDINGS = {
    "attention": ATTENTION_ROUNDING,
    "posenc": POSITION_ROUNDING,
    "addnorm": NORM_ROUNDING,
    "ffn": NETWORK_ROUNDING,
    "encode": f"{ATTENTION_ROUNDING},{NORM_ROUNDING},hidden=2,activated=2",
}
"""The article's roundings of each stage that it rounds."""
DIVISOR = {"epsilon": 0.0001, "epsilon_in": "deviation"}
"""The options of the article's norm: it adds its "error" ε to the deviation."""
SLIPPED = ("on its page V is Q, and the root is √6",)


def vocabulary() -> Vocabulary:
    """The article's 23 words in the order of its ids."""
    return Vocabulary(tuple(data("thrones_order.txt").split()), 1)


def word_embeddings() -> Matrix:
    """W_E, a row for each word: the six rows printed, the others drawn."""
    from tmat.numbers.seeding import draw

    words = vocabulary()
    rows = draw("uniform", (len(words.words), 6), seed=0, stage="thrones", name="W_E")
    printed = number("thrones", "E_columns").T
    for word, row in zip(TOKENS, printed, strict=True):
        place = words.id(word)
        assert place is not None
        rows[place - 1] = row
    origin = f"{ORIGIN}, the rows of other words drawn"
    return Matrix.of("W_E", rows, words.words, [f"e{n}" for n in range(1, 7)], origin)


def article(name: str, block: str | None = None, letter: str = "", rows: tuple[str, ...] | None = TOKENS) -> Matrix:
    """A matrix of the article under the stage's name for it."""
    return labelled(name, number("thrones", block or name), letter, rows)


def labelled(name: str, values: Array, letter: str, rows: tuple[str, ...] | None) -> Matrix:
    """Numbers of the article as a matrix: columns x1, x2, …, rows by these labels or numbered."""
    height, width = values.shape
    rows = rows or tuple(str(n) for n in range(1, height + 1))
    return Matrix(name, values, rows, tuple(f"{letter}{n}" for n in range(1, width + 1)), ORIGIN)


def _attention() -> dict[str, Matrix]:
    weights = (("W_Q", "q"), ("W_K", "k"), ("W_V", "v"), ("W_O", "o"))
    return {"X": article("X"), **{name: article(name, letter=letter, rows=None) for name, letter in weights}}


def defaults_of(stage: str) -> Defaults | None:
    """The article's matrices for a stage; None where it has none."""
    match stage:
        case "attention":
            return Defaults(_attention(), ATTENTION_ROUNDING, differences=SLIPPED)
        case "encode":
            own = {name if name == "X" else f"layer1.{name}": m for name, m in _attention().items()}
            return Defaults(own, differences=SLIPPED)
        case "embed":
            text = {"text": " ".join(TOKENS)}
            return Defaults({"W_E": word_embeddings()}, None, (), vocabulary(), text)
        case "posenc":
            own = {"E": labelled("E", number("thrones", "E_columns").T, "e", TOKENS)}
            return Defaults(
                own, POSITION_ROUNDING, differences=("on its page the exponent is 2i/d, and 9 sines stand for cosines",)
            )
        case "addnorm":
            own = {"X": article("X", "attention_output", "o"), "residual": article("residual", "X")}
            differences = ("X as on its page, where V is Q", "there the mean is the geometric one")
            return Defaults(own, NORM_ROUNDING, options=dict(DIVISOR), unless=("norm",), differences=differences)
        case "ffn":
            given = ("d_ff", "d_out", "W_2", "b_2", "output")
            differences = ("X as on its page, after a geometric mean", "its weights are not printed")
            return Defaults(
                {"X": article("X", "addnorm1")},
                NETWORK_ROUNDING,
                options={"layers": 1},
                unless=given,
                differences=differences,
            )
        case "decode":
            own = {"memory": article("memory", "addnorm2"), "W_E": word_embeddings()}
            return Defaults(own, None, TOKENS, vocabulary(), differences=("memory as on its page, after its slips",))
    return None

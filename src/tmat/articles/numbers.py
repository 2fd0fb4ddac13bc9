"""The numbers that an article prints, kept as text, so that a printed digit is data too."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import numpy as np

from tmat.operations.operation import Array

BLANK = "_"


class Data:
    """The matrices of an article by name, cell for cell as printed; ``_`` is a cell that it leaves out.

    >>> Data.read("thrones").blocks["masked_input"]
    [['1', '2', '3'], ['4', '5', '6'], ['7', '8', '9']]
    """

    def __init__(self, blocks: Mapping[str, Sequence[Sequence[str]]], name: str = "") -> None:
        self.blocks = {key: [list(row) for row in rows] for key, rows in blocks.items()}
        self.name = name

    @classmethod
    def read(cls, article: str) -> Data:
        """The data file of an article; an article that prints no numbers has none."""
        path = os.path.join(_FOLDER, f"{article}.txt")
        return cls(_blocks(data(f"{article}.txt")) if os.path.exists(path) else {}, article)

    def __contains__(self, block: str) -> bool:
        return block in self.blocks

    def texts(self, block: str, *, transposed: bool = False) -> list[list[str]]:
        rows = self.blocks[block]
        return [list(column) for column in zip(*rows, strict=True)] if transposed else rows

    def number(self, block: str, *, transposed: bool = False) -> Array:
        """As numbers; what is left out is NaN."""
        return np.array(
            [
                [np.nan if text == BLANK else float(text) for text in row]
                for row in self.texts(block, transposed=transposed)
            ]
        )

    def count(self, block: str) -> int:
        """How many numbers are printed there."""
        return sum(text != BLANK for row in self.blocks.get(block, []) for text in row)

    def digits(self) -> Iterator[tuple[str, int, int, int]]:
        """The place of every digit: block, row, column, place in the text."""
        for block, rows in self.blocks.items():
            for i, row in enumerate(rows):
                for j, text in enumerate(row):
                    yield from ((block, i, j, n) for n, sign in enumerate(text) if sign.isdigit())

    def changed(self, block: str, i: int, j: int, text: str) -> Data:
        """The data with one cell changed."""
        copy = Data(self.blocks, self.name)
        copy.blocks[block][i][j] = text
        return copy


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
def printed(article: str) -> dict[str, list[list[str]]]:
    """Every matrix of an article by name, number for number as printed."""
    return _blocks(data(f"{article}.txt"))


def number(article: str, name: str) -> Array:
    """One of them as numbers."""
    return np.array([[float(text) for text in row] for row in printed(article)[name]])


def data(name: str) -> str:
    """A data file of the examples."""
    with open(os.path.join(_FOLDER, name), encoding="utf-8") as file:
        return file.read()

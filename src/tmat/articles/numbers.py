"""The numbers that an article prints, as text, so that printed digits such as a last 0 are kept."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from tmat.operations.operation import Array

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

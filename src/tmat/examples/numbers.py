"""The numbers that an article prints, kept as text, so that a printed digit is data too."""

from __future__ import annotations

import os
from functools import cache

import numpy as np

from tmat.operations.operation import Array


@cache
def printed(article: str) -> dict[str, list[list[str]]]:
    """Every matrix of an article by name, number for number as printed."""
    blocks: dict[str, list[list[str]]] = {}
    name = ""
    for raw in data(f"{article}.txt").splitlines():
        line = raw.partition("#")[0].strip()
        if not line:
            name = "" if not raw.strip() else name
        elif not name:
            name = line
            blocks[name] = []
        else:
            blocks[name].append(line.split())
    return blocks


def number(article: str, name: str) -> Array:
    """One of them as numbers."""
    return np.array([[float(text) for text in row] for row in printed(article)[name]])


def data(name: str) -> str:
    """A data file of the examples."""
    with open(os.path.join(os.path.dirname(__file__), "data", name), encoding="utf-8") as file:
        return file.read()

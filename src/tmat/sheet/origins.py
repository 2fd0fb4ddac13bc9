"""The origins of given matrices, as text in a worksheet, and their captions. Only this file looks into that text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tmat.sheet.worksheet import Matrix

MANY = 12  # the most names that a caption lists


def input_of(stage: str) -> str:
    """The origin of a residual: the input of an earlier stage."""
    return f"the input of {stage}"


TIED = "W_E transposed: tied"
"""The origin of an output layer that is the transposed embedding table."""


def said(origin: str) -> str:
    """An origin as it stands in a caption.

    >>> said("wq.csv"), said("drawn: uniform, seed 0"), said("")
    ('from wq.csv', 'drawn: uniform, seed 0', '')
    """
    return origin if not origin or origin.startswith(("drawn", "from ", "given")) else f"from {origin}"


def told(given: Mapping[str, Matrix]) -> dict[str, str]:
    """The caption of each origin, with the matrices that have it: W_Q, W_K drawn: uniform, seed 0."""
    found: dict[str, list[str]] = {}
    for name, matrix in given.items():
        if matrix.origin:
            found.setdefault(matrix.origin, []).append(name)
    return {origin: f"{_listed(names)} {said(origin)}" for origin, names in found.items()}


def _listed(names: list[str]) -> str:
    """Names in a caption: the first three of many.

    >>> _listed(["W_Q", "W_K"]), _listed([f"W_{n}" for n in range(1, 20)])
    ('W_Q, W_K', 'W_1, W_2, W_3 and 16 more')
    """
    if len(names) <= MANY:
        return ", ".join(names)
    return f"{', '.join(names[:3])} and {len(names) - 3} more"


def drawn(given: Mapping[str, Matrix]) -> list[str]:
    """The captions of drawn matrices."""
    return [caption for origin, caption in told(given).items() if origin.startswith("drawn")]


def aside(origin: str) -> str:
    """An origin in brackets, to follow a matrix's size; empty where it was drawn or is unknown.

    >>> aside("wq.csv"), aside("drawn: uniform, seed 0"), aside("")
    (' (from wq.csv)', '', '')
    """
    return f" ({said(origin)})" if origin and not origin.startswith("drawn") else ""

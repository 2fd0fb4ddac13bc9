"""Where given matrices came from, as a worksheet says it. An origin is compared whole; nothing reads its words but this file."""

from __future__ import annotations


def input_of(stage: str) -> str:
    """The origin of a residual: what an earlier stage took in."""
    return f"the input of {stage}"


def said(origin: str) -> str:
    """An origin as a caption says it.

    >>> said("wq.csv"), said("drawn: uniform, seed 0"), said("")
    ('from wq.csv', 'drawn: uniform, seed 0', '')
    """
    return origin if not origin or origin.startswith(("drawn", "from ", "given")) else f"from {origin}"


def aside(origin: str) -> str:
    """An origin in brackets behind a matrix's size; nothing where it was drawn or is not known.

    >>> aside("wq.csv"), aside("drawn: uniform, seed 0"), aside("")
    (' (from wq.csv)', '', '')
    """
    return f" ({said(origin)})" if origin and not origin.startswith("drawn") else ""

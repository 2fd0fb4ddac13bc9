"""Matrices and worksheets in: typed, from files, from a stream. Each reader is imported when it is first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tmat.reading.answers import TypedMatrix, read_answers_text
    from tmat.reading.documents import Document, read_documents
    from tmat.reading.sources import (
        parse_assignment,
        read_assignment,
        read_matrices,
        read_matrix,
        read_weights,
        transpose,
    )
    from tmat.reading.worksheet_json import loads

_MODULES = {
    "TypedMatrix": "answers",
    "read_answers_text": "answers",
    "Document": "documents",
    "read_documents": "documents",
    "parse_assignment": "sources",
    "read_assignment": "sources",
    "read_matrices": "sources",
    "read_matrix": "sources",
    "read_weights": "sources",
    "transpose": "sources",
    "loads": "worksheet_json",
}

__all__ = [
    "Document",
    "TypedMatrix",
    "loads",
    "parse_assignment",
    "read_answers_text",
    "read_assignment",
    "read_documents",
    "read_matrices",
    "read_matrix",
    "read_weights",
    "transpose",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)

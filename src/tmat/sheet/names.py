"""Names as a stage looks them up: case and _ forgiven, a book's word for the paper's letter, a head's number behind."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from tmat.errors import fold
from tmat.sheet.worksheet import Matrix

ALIASES = {
    "wquery": "wq", "wkey": "wk", "wvalue": "wv", "query": "q", "key": "k", "value": "v", "wout": "wo",
    "queries": "q", "keys": "k", "values": "v", "inputs": "x",
}  # fmt: skip
"""Names that books use for the paper's letters."""

HEADS = {str(n): n for n in range(1, 65)}  # another number behind a name is no head's


@lru_cache(2048)
def canonical(name: str) -> str:
    """A name as it is looked up: folded, and a book's word for it turned into the paper's letter."""
    own = fold(name)
    stem = own.rstrip("0123456789")
    return ALIASES.get(stem, stem) + own[len(stem) :]


def stem(name: str) -> str:
    """A matrix's name without its place, its head's number and its transposition, as the paper writes it.

    >>> stem("W_Query1"), stem("layer1.cross.W_K"), stem("X.T")
    ('wq', 'wk', 'x')
    """
    own = fold(name.removesuffix(".T")).rpartition(".")[2].rstrip("0123456789")
    return ALIASES.get(own, own)


def by_name(matrices: Mapping[str, object]) -> dict[str, tuple[str, Matrix]]:
    named: dict[str, tuple[str, Matrix]] = {}
    for name, value in matrices.items():
        if value is None:
            continue
        matrix = value if isinstance(value, Matrix) else Matrix.of(name, value)
        if name.endswith(".T"):
            name = name[:-2]
            matrix = Matrix(name, matrix.values.T, matrix.cols, matrix.rows, matrix.origin)
        named[canonical(name)] = (name, matrix)
    return named

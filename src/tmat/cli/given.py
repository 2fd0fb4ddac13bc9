"""What is given for the matrix a stage works on: the words of its rows, and the sizes that were said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tmat.errors import InputError, fold

if TYPE_CHECKING:
    from tmat.sheet.worksheet import Matrix, Worksheet

A_ROW_A_TOKEN = {
    "x", "e", "q", "k", "v", "scores", "scaled", "masked", "weights", "renormalized", "dropped", "z", "concat", "pe",
    "output", "sum", "normalized", "hidden", "activated", "memory", "residual",
}  # fmt: skip
TOKENS_ACROSS = {"scores", "scaled", "masked", "weights", "renormalized", "dropped"}


def stem(name: str) -> str:
    """A matrix's name without its place, its head's number and its transposition, as the paper writes it.

    >>> stem("W_Query1"), stem("layer1.cross.W_K"), stem("X.T")
    ('wq', 'wk', 'x')
    """
    from tmat.sheet.names import ALIASES

    own = fold(name.removesuffix(".T")).rpartition(".")[2].rstrip("0123456789")
    return ALIASES.get(own, own)


def row_words(text: str) -> tuple[str, ...]:
    """The words of --tokens: parted by blanks where there are any, so that 权力 is one label; else as the tokenizer does.

    >>> row_words("当 你 权力"), row_words("当你"), row_words("When you play.")
    (('当', '你', '权力'), ('当', '你'), ('When', 'you', 'play'))
    """
    from tmat.text.tokenizing import tokens

    pieces = text.split()
    if len(pieces) < 2:
        return tuple(tokens(text))
    found = [(piece, tokens(piece)) for piece in pieces]
    return tuple(own[0] if len(own) == 1 else piece for piece, own in found if own)


def with_tokens(matrices: dict[str, object], before: Worksheet, text: str | None, main: str) -> dict[str, object]:
    """The matrices with the words of --tokens for their rows; what comes down the pipe is called by them too."""
    if not text:
        return matrices
    from tmat.engine.builder import arriving
    from tmat.sheet.worksheet import Matrix

    words = row_words(text)
    given = dict(matrices)
    flowing = arriving(before)
    if flowing is not None and not any(stem(name) in A_ROW_A_TOKEN for name in given):
        given[main] = flowing
    fits: list[str] = []
    misfit: Matrix | None = None
    for name, value in given.items():
        matrix = value if isinstance(value, Matrix) else Matrix.of(name, value)
        if stem(name) not in A_ROW_A_TOKEN:
            continue
        if matrix.height != len(words):
            misfit = misfit or matrix.renamed(name)
            continue
        fits.append(name)
        across = stem(name) in TOKENS_ACROSS and matrix.width == len(words)
        given[name] = Matrix(matrix.name, matrix.values, words, words if across else matrix.cols, matrix.origin)
    if misfit is not None and not fits:
        raise InputError(
            f"--tokens does not fit {misfit.name}",
            f"{misfit.name} is {misfit.size}{_from(misfit)}, --tokens has {len(words)} word{'' if len(words) == 1 else 's'}",
            mend="give a word a row",
        )
    return given


def refuse_sizes(matrices: Mapping[str, Any], before: Worksheet, sizes: Mapping[str, int | None], main: str) -> None:
    """Say no where --positions or --d-model speak of a matrix that has another size: they size what is drawn."""
    said = {option: size for option, size in sizes.items() if size is not None}
    if not said:
        return
    from tmat.engine.builder import arriving

    matrix = next((value for name, value in matrices.items() if stem(name) == fold(main)), None) or arriving(before)
    for option, size in said.items():
        if matrix is None:
            raise InputError(f"{option} has no use here", f"it is a size of {main}, which is not drawn here")
        if size != (matrix.height if option == "--positions" else matrix.width):
            raise InputError(
                f"{option} {size} does not fit {main}",
                f"{main} is {matrix.size}{_from(matrix)}",
                mend=f"leave {option} out, or draw {main} with it: --seed 0",
            )


def _from(matrix: Matrix) -> str:
    return f" (from {matrix.origin})" if matrix.origin and not matrix.origin.startswith("drawn") else ""

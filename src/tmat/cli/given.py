"""The matrices that -m and --weights name, and what --tokens says of them: the words of their rows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

from tmat.errors import InputError
from tmat.sheet.origins import aside

if TYPE_CHECKING:
    from tmat.cli.options import Common
    from tmat.engine.declaration import Declaration
    from tmat.sheet.worksheet import Matrix, Worksheet


def given_matrices(common: Common, declared: Declaration, options: Mapping[str, Any]) -> dict[str, Any]:
    """What -m and --weights name; a later one of the same name wins."""
    if not common.matrix and not common.weights:
        return {}
    from tmat.reading.sources import (
        of_standard_input,
        parse_assignment,
        read_matrix,
        split_selector,
    )
    from tmat.reading.weights import read_weights
    from tmat.sheet.names import canonical

    found: dict[str, Any] = {}
    for path in common.weights or ():
        found.update(read_weights(path, declared.name, layers=options.get("layers")))
    if any(of_standard_input(part.partition("=")[2]) for part in common.matrix or ()):
        common.environment.stdin = _Again(common.environment.stdin.read())
    stdin: BinaryIO = common.environment.stdin
    said: dict[str, str] = {}
    for part in common.matrix or ():
        if "=" not in part and os.path.lexists(split_selector(part)[0]):
            found.update(read_weights(part, declared.name, layers=options.get("layers")))
            continue
        name, transposed, source = parse_assignment(part)
        if said.setdefault(canonical(name), part) != part:
            raise InputError(
                f"{name} is given twice", f"-m {said[canonical(name)]}", f"-m {part}", mend="leave one of them out"
            )
        found[name] = read_matrix(name, source, stdin=stdin, transposed=transposed)
    return found


def chosen_of_batches(
    matrices: dict[str, Any], common: Common, declared: Declaration, options: Mapping[str, Any]
) -> dict[str, Any]:
    """The matrices with the one of each batch that --batch says."""
    if not matrices:
        return matrices
    from tmat.engine.inputs import unbatched
    from tmat.sheet.worksheet import Batch

    if common.batch is not None and not any(isinstance(matrix, Batch) for matrix in matrices.values()):
        raise InputError(
            f"--batch {common.batch} has no use", "no matrix given has more than two dimensions", mend="leave it out"
        )
    return unbatched(matrices, declared, common.batch, options.get("heads"), options.get("kv_heads"))


class _Again(BytesIO):
    """Standard input for more than one reader: each reads all of it."""

    def read(self, size: int | None = -1, /) -> bytes:
        self.seek(0)
        return super().read(size)


def row_words(text: str) -> tuple[str, ...]:
    """The words of --tokens: parted by blanks where there are any, so that 权力 is one label; else as the tokenizer does.

    >>> row_words("当 你 权力"), row_words("当你"), row_words("When you play."), row_words("I will work .")
    (('当', '你', '权力'), ('当', '你'), ('When', 'you', 'play'), ('I', 'will', 'work', '.'))
    """
    from tmat.text.tokenizing import tokens

    pieces = text.split()
    if len(pieces) < 2:
        return tuple(tokens(text))
    found = [(piece, tokens(piece)) for piece in pieces]
    return tuple(own[0] if len(own) == 1 else piece for piece, own in found)


def with_tokens(
    matrices: dict[str, object], before: Worksheet, text: str | None, declared: Declaration
) -> dict[str, object]:
    """The matrices with the words of --tokens for their rows; what comes down the pipe is called by them too."""
    if not text:
        return matrices
    from tmat.engine.builder import arriving
    from tmat.sheet.names import stem
    from tmat.sheet.worksheet import Matrix

    words = row_words(text)
    given = dict(matrices)
    flowing = arriving(before)
    if flowing is not None and not any(stem(name) in declared.of_tokens for name in given):
        given[declared.main] = flowing
    fits: list[str] = []
    misfit: Matrix | None = None
    for name, value in given.items():
        matrix = value if isinstance(value, Matrix) else Matrix.of(name, value)
        if stem(name) not in declared.of_tokens:
            continue
        if matrix.height != len(words):
            misfit = misfit or matrix.renamed(name)
            continue
        fits.append(name)
        across = stem(name) in declared.across and matrix.width == len(words)
        given[name] = Matrix(matrix.name, matrix.values, words, words if across else matrix.cols, matrix.origin)
    if misfit is not None and not fits:
        raise InputError(
            f"--tokens does not fit {misfit.name}",
            f"{misfit.name} is {misfit.size}{aside(misfit.origin)}, --tokens has {len(words)} word{'' if len(words) == 1 else 's'}",
            mend="give a word a row",
        )
    return given

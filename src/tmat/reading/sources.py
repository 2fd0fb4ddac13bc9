"""Matrices from wherever ``-m NAME=SOURCE`` says: typed inline, a file, one matrix of several in a file, ``-``."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from io import BytesIO
from typing import BinaryIO

from tmat.errors import InputError, expect
from tmat.reading.delimited import read_delimited
from tmat.reading.documents import Document, read_documents, together
from tmat.reading.files import as_text, open_file, read_bytes
from tmat.reading.handed_in import handed_in_text
from tmat.reading.inline import looks_inline, read_inline
from tmat.reading.pasted import read_pasted
from tmat.reading.rows import Problem
from tmat.reading.safetensors import read_tensors
from tmat.reading.tensors import Tensor, as_tensor, choose, chosen
from tmat.sheet.names import canonical
from tmat.sheet.worksheet import Batch, Matrix, Worksheet
from tmat.visible import visible

STANDARD_INPUT = "standard input"
SPREADSHEETS = (".xlsx", ".xlsm")
Take = Callable[[Mapping[str, Tensor], str | None, str], dict[str, Matrix]]
_NAME = re.compile(r"[^\W\d][\w.\-]*")


def parse_assignment(text: str) -> tuple[str, bool, str]:
    """The parts of NAME=SOURCE: the name, whether its transpose is meant (NAME.T=SOURCE), the source.

    >>> parse_assignment("layer1.W_Q.T=weights.npz:q")
    ('layer1.W_Q', True, 'weights.npz:q')
    """
    name, equals, source = text.partition("=")
    name = name.strip()
    if not equals:
        raise InputError(f"'{visible(text, 60)}' names no matrix", "expected NAME=SOURCE", mend='as in X="1 2; 3 4"')
    transposed = name.endswith(".T")
    name = name.removesuffix(".T")
    if not name:
        raise InputError(f"'{visible(text, 60)}' has no name before the =", "expected NAME=SOURCE")
    if not _NAME.fullmatch(name):
        expected = "expected letters, digits, _ and ., beginning with a letter: W_Q, layer1.cross.W_K"
        raise InputError(f"'{visible(name, 60)}' is no name for a matrix", expected)
    if not source.strip():
        raise InputError(f"'{visible(text, 60)}' has no source after the =", mend=f'as in {name}="1 2; 3 4"')
    return name, transposed, source


def transpose(matrix: Matrix) -> Matrix:
    """The transpose, with its labels."""
    if isinstance(matrix, Batch):
        return Batch(matrix.name, matrix.arrays.swapaxes(-1, -2), matrix.origin)
    return Matrix(matrix.name, matrix.values.T.copy(), matrix.cols, matrix.rows, matrix.origin)


def read_matrix(name: str, source: str, *, stdin: BinaryIO | None = None, transposed: bool = False) -> Matrix:
    """The matrix that a source holds, under the name that the caller gives it; ``transposed`` takes it the other way round.

    Where the source holds several, the one of that name; ``file:other`` chooses another. Where the names are a
    framework's (in_proj_weight, q_proj.weight), the weight as the stages take it: cut and transposed.

    >>> read_matrix("X", "1 2; 3 4").size
    '2×2'
    """

    def take(tensors: Mapping[str, Tensor], place: str | None, origin: str) -> dict[str, Matrix]:
        weight = _of_model(name, tensors, place, origin, turned=not transposed)
        return chosen(tensors, place, origin) if weight is None else {name: weight}

    found = read_matrices(source, stdin=stdin, take=take)
    if "" not in found and not _names(name, found):  # of JSON, a text, a spreadsheet
        tensors = {key: as_tensor(matrix) for key, matrix in found.items()}
        weight = _of_model(name, tensors, None, visible(source, 200), turned=not transposed)
        found = found if weight is None else {name: weight}
    matrix = _one_of(found, name, source).renamed(name)
    return transpose(matrix) if transposed else matrix


def _of_model(
    name: str, tensors: Mapping[str, Tensor], place: str | None, origin: str, *, turned: bool
) -> Matrix | None:
    """The weight of that name in a framework's file; None in other files, and where a tensor has this very name."""
    lone = tensors.keys() <= {"weight", "bias"}
    if not (lone or any(separator in key for key in tensors for separator in "._")) or (
        place is None and _names(name, tensors)
    ):
        return None
    from tmat.reading.model_weights import weight_of  # with its patterns, which other files need not wait for

    return weight_of(name, tensors, place, origin, turned=turned)


def _names(name: str, known: Iterable[str]) -> bool:
    return any(canonical(key) == canonical(name) for key in known)


def _one_of(found: Mapping[str, Matrix], name: str, source: str) -> Matrix:
    """The matrix of that name, or the only one."""
    if len(found) == 1:
        [(only, matrix)] = found.items()
        raise_problem(found, name if canonical(only) == canonical(name) else None)
        return matrix
    shown = visible(source, 200)
    try:
        raise_problem(found, name)
        return found[choose(name, found, shown)]
    except InputError as error:
        mend = f"choose one: {name}={shown}:NAME, or give the whole file for all that the stage takes of it"
        raise InputError(error.what, *error.details, mend=error.mend or mend) from None


def read_matrices(source: str, *, stdin: BinaryIO | None = None, take: Take = chosen) -> dict[str, Matrix]:
    """All matrices of a source by name; one without a name has the name "".

    A source that reads as numbers is numbers (``./1`` is a file named 1), ``-`` is standard input, else a path, with
    ``:name`` after it for one of several: in a worksheet ``sheet.json:attention.Q``, or ``sheet.json:Q`` for the
    last stage that has it. ``take`` says what is taken of a file of tensors.
    """
    expect(source, str, "matrices are read from a text: numbers, or the path of a file")
    path, name = split_selector(source.strip() if of_standard_input(source) else source)
    if path == "-":
        if stdin is None and sys.stdin is None:  # the program was started with it closed
            raise InputError("standard input is closed", "expected numbers on it, for the source -")
        return matrices_of_data(read_bytes(stdin or sys.stdin.buffer, STANDARD_INPUT), "", STANDARD_INPUT, name, take)
    try:
        return {"": read_inline(source)}
    except InputError:
        if looks_inline(source) and not os.path.lexists(path):
            raise
    return read_file(path, name, take)


def of_standard_input(source: str) -> bool:
    """Whether a source is standard input, or one matrix of it.

    >>> [of_standard_input(source) for source in ("-", " - ", "-:Q", "-1 2", "./-")]
    [True, True, True, False, False]
    """
    return source.strip() == "-" or source.strip().startswith("-:")


def split_selector(source: str) -> tuple[str, str | None]:
    r"""The path and, after a colon, the name of one matrix in it; a drive's colon is part of the path.

    >>> split_selector("w.npz:W_Q"), split_selector(r"C:\w.npz"), split_selector(r"C:\w.npz:W_Q")
    (('w.npz', 'W_Q'), ('C:\\w.npz', None), ('C:\\w.npz', 'W_Q'))
    """
    path, colon, name = source.rpartition(":")
    if not colon or not name or os.path.lexists(source):
        return source, None
    if "/" in name or "\\" in name or (len(path) == 1 and path.isalpha() and not os.path.lexists(path)):
        return source, None
    return path, name


def read_file(path: str, name: str | None = None, take: Take = chosen) -> dict[str, Matrix]:
    """The matrices of a file, or the one of that name, read as its suffix says, else as its content does."""
    origin = visible(path, 200)
    stem, suffix = os.path.splitext(path)
    suffix = suffix.lower()
    if suffix in (".csv", ".tsv") and not os.path.lexists(path) and os.path.isdir(stem):
        return _selected(_of_folder(stem, suffix), name, visible(stem, 200))
    with open_file(path) as stream:
        if stream.seekable():
            tensors = read_tensors(stream, suffix, origin)
            if tensors is not None:
                return take(tensors, name, origin)
            if suffix == ".npy":
                return _selected(_array(stream, origin), name, origin)
        return matrices_of_data(read_bytes(stream, origin), suffix, origin, name, take)


def _of_folder(folder: str, suffix: str) -> dict[str, Matrix]:
    """The matrices of a folder of .csv or .tsv files, each named by its file: tmat writes several matrices so."""
    found: dict[str, Matrix] = {}
    for name in sorted(os.listdir(folder)):
        stem, kind = os.path.splitext(name)
        if kind.lower() == suffix:
            [matrix] = read_file(os.path.join(folder, name)).values()
            found[stem] = matrix.renamed(stem)
    if not found:
        raise InputError(f"the folder {visible(folder, 200)} has no {suffix} files")
    return found


def _array(stream: BinaryIO, origin: str) -> dict[str, Matrix]:
    from tmat.reading.arrays import read_npy  # with zipfile, which matrices typed or in JSON need not wait for

    return {"": read_npy(stream, origin)}


def matrices_of_data(
    data: bytes, suffix: str, origin: str, name: str | None = None, take: Take = chosen
) -> dict[str, Matrix]:
    """The matrices of a file's bytes."""
    tensors = read_tensors(BytesIO(data), suffix, origin)
    if tensors is not None:
        return take(tensors, name, origin)
    return _selected(_all_of(data, suffix, origin), name, origin)


def _all_of(data: bytes, suffix: str, origin: str) -> Document:
    """The content of a file without tensors, by its suffix, else by its first bytes."""
    if suffix == ".npy" or data.startswith(b"\x93NUMPY"):
        return _array(BytesIO(data), origin)
    handed_in = handed_in_text(data, suffix, origin)
    if handed_in is not None:
        return _typed(handed_in, origin)
    if data.startswith(b"PK\x03\x04") or suffix in SPREADSHEETS:
        from tmat.reading.xlsx import as_worksheet, read_xlsx  # with an XML parser

        found = read_xlsx(data, origin)
        return {"": found[0].matrix} if [one.matrix.name for one in found] == [""] else as_worksheet(found)
    if suffix == ".json" or (suffix not in (".csv", ".tsv") and _begins_json(data)):
        return _json_or_print(data, suffix, origin)
    text = as_text(data, origin)
    return _delimited(text, suffix, origin) if suffix in (".csv", ".tsv") else _typed(text, origin)


def _delimited(text: str, suffix: str, origin: str) -> dict[str, Matrix]:
    """A table, or several with a name over each."""
    delimiter = "\t" if suffix == ".tsv" else None
    try:
        return {"": read_delimited(text, origin, delimiter)}
    except InputError:
        pasted = read_pasted(text, origin, commas=True)
        if pasted.found and not pasted.problems and all(each.name and not each.blanks for each in pasted.found):
            return {each.name: each.matrix for each in pasted.found}
        from tmat.reading.xlsx import named_blocks  # with an XML parser

        if blocks := named_blocks(text, origin, delimiter):
            return blocks
        raise


def _json_or_print(data: bytes, suffix: str, origin: str) -> Document:
    """JSON; where it is none, what a program prints in brackets."""
    try:
        return one_document(data, origin)
    except InputError:
        if suffix != ".json":
            with suppress(InputError):
                return _typed(as_text(data, origin), origin)
        raise


def _begins_json(data: bytes) -> bool:
    head = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"{") or re.match(rb"\[\s*(?:[\[{]|-?\d[^ ]*,|\])", head) is not None


def one_document(data: bytes, origin: str) -> Document:
    documents = list(read_documents(BytesIO(data), origin))
    if not documents:
        raise InputError(f"{origin} is empty", "expected JSON: a worksheet, named arrays or rows")
    return documents[0] if len(documents) == 1 else together(documents, origin)


def from_worksheet(sheet: Worksheet, name: str, origin: str) -> Matrix:
    """A worksheet's matrix: ``stage.name``, or the bare name for the last stage that has it."""
    known = _last_of_each(sheet, origin)
    for stage in sheet:
        known.update({f"{stage.id}.{each}": _from(stage[each], each, stage.id, origin) for each in stage.names()})
    return known[choose(name, known, origin)]


def _last_of_each(sheet: Worksheet, origin: str) -> dict[str, Matrix]:
    found = {name: _from(stage[name], name, stage.id, origin) for stage in sheet for name in stage.names()}
    if not found:
        raise InputError(f"the worksheet in {origin} has no matrices", "its stages are empty")
    return found


def _from(matrix: Matrix, name: str, stage: str, origin: str) -> Matrix:
    return Matrix(name, matrix.values, matrix.rows, matrix.cols, f"{origin}:{visible(f'{stage}.{name}', 60)}")


class Found(dict[str, Matrix]):
    """The matrices of a text by name, and the problems that cost others."""

    problems: tuple[Problem, ...] = ()


def _typed(text: str, origin: str) -> Found:
    pasted = read_pasted(text, origin)
    if not pasted.found:
        if pasted.problems:
            raise (pasted.lost or pasted.problems)[0].error
        raise InputError(
            f"{origin} holds no numbers", "expected rows of numbers, a name over them where there are several"
        )
    found = Found()
    problems = [problem for problem in pasted.problems if problem.lost]
    for each in pasted.found:
        if each.blanks:
            i, j = each.blanks[0]
            shown = visible(each.name, 60) or "the matrix"
            what = f"{shown} is not filled in: row {i + 1}, column {j + 1} is blank"
            error = InputError(what, f"in {origin}, the matrix at line {each.line}")
            problems.append(Problem(error, each.name, each.line))
        else:
            found[each.name] = each.matrix
    if not found:
        raise problems[0].error
    found.problems = tuple(problems)
    return found


def _selected(found: Document, name: str | None, origin: str) -> dict[str, Matrix]:
    """All matrices, or the one of that name."""
    if isinstance(found, Worksheet):
        return _last_of_each(found, origin) if name is None else {name: from_worksheet(found, name, origin)}
    if name is None:
        return found
    if list(found) == [""]:
        raise InputError(f"no matrix '{visible(name, 60)}' in {origin}", "it holds one matrix, without a name",
                         mend="leave out the :name")  # fmt: skip
    try:
        key = choose(name, found, origin)
    except InputError:
        raise_problem(found, name)
        raise
    return {key: found[key]}


def raise_problem(found: Mapping[str, Matrix], name: str | None) -> None:
    """Raise the problem that cost the matrix of that name; without a name, any problem."""
    problems = found.problems if isinstance(found, Found) else ()
    for problem in problems:
        if name is None or not problem.name or canonical(problem.name) == canonical(name):
            raise problem.error

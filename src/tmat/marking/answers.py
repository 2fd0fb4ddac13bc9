"""Answers: matrices by name, with the precision that their printed numbers claim."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np

from tmat.errors import InputError, fold
from tmat.numbers.claim import Claim
from tmat.numbers.floats import FloatType, computed_in
from tmat.operations.operation import Array
from tmat.reading.answers import TypedMatrix
from tmat.reading.documents import read_documents
from tmat.reading.files import as_text, read_bytes
from tmat.reading.handed_in import handed_in_text
from tmat.reading.number_text import is_exact
from tmat.reading.pasted import read_pasted
from tmat.reading.sources import SPREADSHEETS, matrices_of_data
from tmat.sheet.names import stem
from tmat.sheet.worksheet import Batch, Matrix, Worksheet
from tmat.stages import declared, stage_names
from tmat.visible import visible

TEXT_SUFFIXES = (
    ".txt", ".text", ".md", ".markdown", ".json", ".jsonl", ".tex", ".html", ".htm", ".typ", ".py", ".r", ".m", ".jl", ".log", "",
)  # fmt: skip
READABLE = (*TEXT_SUFFIXES, ".docx", ".ipynb", ".csv", ".tsv", *SPREADSHEETS, ".npy", ".npz")
"""Suffixes of files that may hold answers."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """One matrix of the answers; ``texts`` are its numbers as they were typed, where they were.

    ``given`` is True where a worksheet says that it was given, not worked out.
    """

    name: str
    values: Array
    texts: Sequence[Sequence[str]] | None = None
    stage: str | None = None
    where: str = ""
    said: Claim | None = None
    given: bool = False
    computed: bool = False  # by a program, as an array and not as text

    @property
    def type(self) -> FloatType | None:
        """The type that a program computed it in; None for numbers that were written by a person."""
        return computed_in(self.values) if self.computed else None

    @property
    def claim(self) -> Claim:
        """The precision that its numbers claim."""
        if self.said is not None:
            return self.said
        if self.texts is None:
            return Claim.of_floats(self.values)
        cells = [text for row in self.texts for text in row]
        if any(map(is_exact, cells)) and not any("." in text for text in cells):
            return Claim()  # fractions and whole numbers say exactly what they are
        return Claim.infer(self.texts)


@dataclass(frozen=True, slots=True)
class Called:
    """The step that a name in the answers means, where it is not the key's name; without a name it is data and no step."""

    stage: str | None
    name: str
    transposed: bool = False


@dataclass(frozen=True, slots=True)
class Unread:
    """A matrix among the answers that could not be read, and why; the others are marked."""

    name: str
    error: InputError


@dataclass(slots=True)
class Answers:
    """The answers of one submission, in their order.

    >>> Answers.of({"Q": [[3.88, 3.8]]}).matrices[0].claim
    Claim(decimals=2, significant=None)
    """

    matrices: list[Answer] = field(default_factory=list)
    origin: str = "answers"
    unread: list[Unread] = field(default_factory=list)

    def __iter__(self) -> Iterator[Answer]:
        return iter(self.matrices)

    def __len__(self) -> int:
        return len(self.matrices)

    def called(self, names: Mapping[str, Called]) -> Answers:
        """The same answers under the key's names; of two that mean the same step, the first."""
        found: list[Answer] = []
        taken: set[tuple[str | None, str]] = set()
        for answer in self.matrices:
            meant = names.get(answer.name) or names.get(fold(answer.name))
            if meant is not None and not meant.name:
                continue
            if meant is not None:
                texts = answer.texts
                if meant.transposed and texts is not None:
                    texts = [list(column) for column in zip(*texts, strict=True)]
                values = answer.values.T if meant.transposed else answer.values
                answer = replace(answer, name=meant.name, stage=meant.stage, values=values, texts=texts)
                if (answer.stage, answer.name) in taken:
                    continue
                taken.add((answer.stage, answer.name))
            found.append(answer)
        return Answers(found, self.origin, self.unread)

    @classmethod
    def of(cls, matrices: Mapping[str, object], origin: str = "answers", *, computed: bool = False) -> Answers:
        """From named arrays: lists, NumPy arrays, Matrix. A step of heads (heads × rows × columns) is one a head.

        Another array of more than two dimensions cannot be marked, and the others are.
        """
        answers = cls(origin=origin)
        for name, value in matrices.items():
            matrix = value if isinstance(value, Matrix) else Matrix.of(name, value)
            computed = computed or hasattr(value, "dtype")
            if isinstance(matrix, Batch) and matrix.arrays.ndim == 3 and stem(name) in _of_heads():
                each = {f"{name}{h}": matrix.nth(h) for h in range(1, len(matrix) + 1)}
                answers.matrices += [
                    Answer(own, one.values, where=one.origin, computed=computed) for own, one in each.items()
                ]
                continue
            try:
                answers.matrices.append(Answer(name, matrix.values, where=matrix.origin, computed=computed))
            except InputError as error:
                answers.unread.append(Unread(name, error))
        return answers

    @classmethod
    def of_texts(cls, typed: Iterable[TypedMatrix], origin: str = "answers") -> Answers:
        """From matrices as people type them."""
        return cls([Answer(t.name, t.matrix.values, t.texts, where=f"{origin}, line {t.line}") for t in typed], origin)

    @classmethod
    def of_worksheet(cls, sheet: Worksheet, origin: str = "answers", *, given: bool = True) -> Answers:
        """From a worksheet: every step, and the given matrices unless they are not wanted; each knows its stage."""
        found = []
        for stage in sheet.stages:
            if given:
                found += [Answer(m.name, m.values, stage=stage.id, given=True) for m in stage.given.values()]
            found += [Answer(step.name, step.values, stage=stage.id) for step in stage.steps]
        return cls(found, origin)

    @classmethod
    def of_text(cls, text: str, origin: str = "answers") -> Answers:
        """From text as people type it: a name, its rows, a blank line; # comments."""
        pasted = read_pasted(text, origin)
        if pasted.problems and not pasted.found:
            raise (pasted.lost or pasted.problems)[0].error
        answers = cls.of_texts(pasted.found, origin)
        answers.unread = [Unread(problem.name, problem.error) for problem in pasted.lost]
        return answers

    @classmethod
    def of_bytes(cls, data: bytes, origin: str = "standard input") -> Answers:
        """From the contents of a file or a stream: JSON where it begins like JSON, else text."""
        if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in (b"{", b"["):
            return cls.of_text(as_text(data, origin), origin)
        try:
            return _from_json(data, origin)
        except InputError:
            try:
                return cls.of_text(as_text(data, origin), origin)  # brackets as programs print them
            except InputError:
                pass
            raise

    @classmethod
    def of_workbook(cls, data: bytes, origin: str = "answers") -> Answers:
        """From a spreadsheet; matrices of a sheet that tmat wrote know their stage."""
        from tmat.reading.xlsx import read_xlsx  # which loads what unpacks spreadsheets

        found = read_xlsx(data, origin)
        return cls([Answer(f.matrix.name, f.matrix.values, stage=f.stage, where=f.where) for f in found], origin)

    @classmethod
    def read(cls, path: str | Path) -> Answers:
        """From a file: text, JSON (a worksheet or named arrays), .npz and whatever else holds matrices.

        Errors: a file that cannot be read, or holds no matrices.
        """
        return cls.of_file(file_data(Path(path)), str(path))

    @classmethod
    def of_file(cls, data: bytes, path: str) -> Answers:
        """From what a file holds, read as its suffix says."""
        origin = visible(path)
        suffix = Path(path).suffix.lower()
        handed_in = handed_in_text(data, suffix, origin)
        if handed_in is not None:
            answers = cls.of_text(handed_in, origin)
        elif suffix in TEXT_SUFFIXES:
            answers = cls.of_bytes(data, origin)
        elif suffix in SPREADSHEETS:
            answers = cls.of_workbook(data, origin)
        else:
            answers = cls.of(matrices_of_data(data, suffix, origin), origin, computed=suffix not in (".csv", ".tsv"))
        if not answers.matrices:
            raise InputError(
                f"no answers in {origin}",
                "expected matrices, each with its name",
                mend="a line with the name, then the rows",
            )
        return answers


@cache
def _of_heads() -> frozenset[str]:
    """The steps, folded, of which each head has its own."""
    steps = [declared(stage).steps for stage in stage_names()]
    return frozenset(fold(name) for own in steps for name, step in own.items() if step.of_a_head)


def file_data(path: Path) -> bytes:
    """All that a file of answers holds; an error where it cannot be read, or holds nothing."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise InputError(f"cannot read {path}", (error.strerror or str(error)).lower()) from None
    with stream:
        return read_bytes(stream, visible(str(path)))


def _from_json(data: bytes, origin: str) -> Answers:
    matrices: list[Answer] = []
    for document in read_documents(BytesIO(data), origin):
        if isinstance(document, Worksheet):
            matrices += Answers.of_worksheet(document, origin).matrices
        else:
            matrices += Answers.of(document, origin).matrices
    return Answers(matrices, origin)


def is_attempt(values: Array, due: Array) -> bool:
    """Whether a matrix is a real attempt: not blank, and not one number throughout unless that is right."""
    if values.shape != due.shape or np.isnan(values).all():
        return False
    known = values[~np.isnan(values)]
    constant = known.size > 1 and bool((known == known.flat[0]).all())
    return not constant or bool((due == due.flat[0]).all())

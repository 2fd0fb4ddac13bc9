"""Answers: matrices by name, with the precision that their printed numbers claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from tmat.reading.documents import document, read_documents, together
from tmat.reading.files import as_text, read_bytes
from tmat.reading.handed_in import handed_in_text
from tmat.reading.json_text import parse
from tmat.reading.naming import as_heading
from tmat.reading.pasted import NO_HEADINGS, Headings, Pasted, read_pasted
from tmat.reading.place import Place
from tmat.reading.sources import SPREADSHEETS, matrices_of_data
from tmat.reading.spelled_numbers import is_exact
from tmat.reading.zips import kind_of_zip
from tmat.sheet.names import stem
from tmat.sheet.worksheet import Batch, Matrix, Worksheet
from tmat.stages import declared, stage_names
from tmat.visible import visible

TEXT_SUFFIXES = (
    ".txt", ".text", ".md", ".markdown", ".json", ".jsonl", ".tex", ".html", ".htm", ".typ", ".py", ".r", ".m", ".jl", ".log", "",
)  # fmt: skip
READABLE = (
    *TEXT_SUFFIXES, ".docx", ".ipynb", ".csv", ".tsv", *SPREADSHEETS, ".npy", ".npz", ".pt", ".pth", ".safetensors",
)  # fmt: skip
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
    rows: Sequence[str] = ()
    cols: Sequence[str] = ()
    computed: bool = False  # by a program, as an array and not as text
    notes: tuple[str, ...] = ()  # how it was read, where that is not plain

    def transposed(self) -> Answer:
        """The matrix transposed, with its texts and labels."""
        texts = None if self.texts is None else [list(column) for column in zip(*self.texts, strict=True)]
        return replace(self, values=self.values.T, texts=texts, rows=self.cols, cols=self.rows)

    def placed(self, rows: Sequence[str], cols: Sequence[str]) -> Array:
        """Its numbers in the order of these labels, where it has the same; rows that it has not are left blank."""
        values = self.values
        by_row = _places(self.rows, rows)
        if by_row is not None and values.shape[1] == len(cols):
            values = np.full((len(rows), values.shape[1]), np.nan)
            values[by_row] = self.values
        by_column = _places(self.cols, cols)
        if by_column is not None and len(by_column) == len(cols):
            values = values[:, np.argsort(by_column)]
        return values

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
        if not any("." in text for text in cells) and any(map(is_exact, cells)):
            return Claim()  # fractions and whole numbers say exactly what they are
        return Claim.infer(self.texts)


@dataclass(frozen=True, slots=True)
class Called:
    """The step that a name in the answers means, where it is not the key's name; without a name it is data and no step."""

    stage: str | None
    name: str
    transposed: bool = False


def headings_of(names: Mapping[str, Called]) -> Headings:
    """The headings that part a page whose matrices are called so: of attention-2.Q it is attention2."""
    return {as_heading(place): name != "" for place, dot, name in (name.rpartition(".") for name in names) if dot}


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

    def transposed(self) -> Answers:
        """Each matrix transposed."""
        return Answers([answer.transposed() for answer in self.matrices], self.origin, self.unread)

    def called(self, names: Mapping[str, Called]) -> Answers:
        """The same answers under the key's names; of two that mean the same step, the first."""
        found: list[Answer] = []
        taken: set[tuple[str | None, str]] = set()
        for answer in self.matrices:
            place = f"{answer.stage}.{answer.name}" if answer.stage else answer.name
            meant = names.get(place) or names.get(fold(place)) or names.get(answer.name) or names.get(fold(answer.name))
            if meant is not None and not meant.name:
                continue
            if meant is not None:
                answer = answer.transposed() if meant.transposed else answer
                answer = replace(answer, name=meant.name, stage=meant.stage)
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
            each = {name: matrix}
            if isinstance(matrix, Batch) and matrix.arrays.ndim == 3 and stem(name) in _of_heads():
                each = {f"{name}{h}": matrix.nth(h) for h in range(1, len(matrix) + 1)}
            try:
                answers.matrices += [
                    Answer(own, one.values, where=one.origin, rows=one.rows, cols=one.cols, computed=computed)
                    for own, one in each.items()
                ]
            except InputError as error:
                answers.unread.append(Unread(name, error))
        return answers

    @classmethod
    def of_pasted(cls, pasted: Pasted, origin: str) -> Answers:
        """From what a text holds, which is marked, and what could not be read of it."""
        unread = [Unread(problem.name or "", problem.error) for problem in pasted.lost]
        return cls([_typed(one, f"{origin}, line {one.line}") for one in pasted.found], origin, unread)

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
    def of_text(cls, text: str, origin: str = "answers", headings: Headings = NO_HEADINGS) -> Answers:
        """From text as people type it: a name, its rows, a blank line; # comments; ``headings`` as in `read_pasted`."""
        pasted = read_pasted(text, origin, headings=headings)
        if pasted.problems and not pasted.found:
            raise (pasted.lost or pasted.problems)[0].error
        return cls.of_pasted(pasted, origin)

    @classmethod
    def of_bytes(cls, data: bytes, origin: str = "standard input", headings: Headings = NO_HEADINGS) -> Answers:
        """From the contents of a file or a stream: JSON where it begins like JSON, else text."""
        if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in (b"{", b"["):
            return cls.of_text(as_text(data, origin), origin, headings)
        try:
            return _from_json(data, origin)
        except InputError:
            answers = _one_by_one(data, origin)
            if answers is not None:
                return answers
            try:
                return cls.of_text(as_text(data, origin), origin)  # brackets as programs print them
            except InputError:
                pass
            raise

    @classmethod
    def of_workbook(cls, data: bytes, origin: str = "answers", headings: Headings = NO_HEADINGS) -> Answers:
        """From a spreadsheet; matrices of a sheet that tmat wrote know their stage."""
        from tmat.reading.xlsx import read_xlsx  # which loads what unpacks spreadsheets

        lost: list[tuple[str, InputError]] = []
        found = [(f, f.matrix) for f in read_xlsx(data, origin, headings, lost)]
        matrices = [Answer(m.name, m.values, stage=f.stage, where=f.where, rows=m.rows, cols=m.cols) for f, m in found]
        return cls(matrices, origin, [Unread(name, error) for name, error in lost])

    @classmethod
    def of_table(cls, data: bytes, suffix: str, origin: str = "answers") -> Answers:
        """From a table in text; where a cell cannot be read, the matrices of the others, if they have names."""
        try:
            return cls.of(matrices_of_data(data, suffix, origin), origin)
        except InputError as error:
            pasted = read_pasted(as_text(data, origin), origin, commas=suffix == ".csv")
            if not pasted.lost or not any(one.name for one in pasted.found):
                raise error
            return cls.of_pasted(pasted, origin)

    @classmethod
    def read(cls, path: str | Path, headings: Headings = NO_HEADINGS) -> Answers:
        """From a file: text, JSON (a worksheet or named arrays), .npz and whatever else holds matrices.

        Errors: a file that cannot be read, or holds no matrices.
        """
        return cls.of_file(file_data(Path(path)), str(path), headings)

    @classmethod
    def of_file(cls, data: bytes, path: str, headings: Headings = NO_HEADINGS) -> Answers:
        """From what a file holds, read as its suffix says, or its first bytes; ``headings`` as in `read_pasted`."""
        origin = visible(path)
        suffix = Path(path).suffix.lower() or _suffix_of(data)
        handed_in = handed_in_text(data, suffix, origin)
        if handed_in is not None:
            answers = cls.of_text(handed_in, origin, headings)
        elif suffix in TEXT_SUFFIXES:
            answers = cls.of_bytes(data, origin, headings)
        elif suffix in SPREADSHEETS:
            answers = cls.of_workbook(data, origin, headings)
        elif suffix in (".csv", ".tsv"):
            answers = cls.of_table(data, suffix, origin)
        else:
            answers = cls.of(matrices_of_data(data, suffix, origin), origin, computed=True)
        if not answers.matrices:
            raise InputError(
                f"no answers in {origin}",
                "expected matrices, each with its name",
                mend="a line with the name, then the rows",
            )
        return answers


def _suffix_of(data: bytes) -> str:
    """The suffix that a file of these bytes would have; nothing for text."""
    if data.startswith(b"PK\x03\x04"):
        kind = kind_of_zip(BytesIO(data))
        return ".pt" if kind == "torch" else f".{kind}"
    if data.startswith(b"\x93NUMPY"):
        return ".npy"
    return ".ipynb" if data.lstrip().startswith(b"{") and b'"nbformat"' in data and b'"cells"' in data else ""


def _one_by_one(data: bytes, origin: str) -> Answers | None:
    """The matrices of a JSON object that can be read, where some cannot; None where none can, or it is no object."""
    try:
        named = parse(data, origin)
    except InputError:
        return None
    if isinstance(named, dict) and all(type(each) in (int, float) for each in named.values()):
        return None  # settings
    answers = Answers([], origin)
    for name, rows in named.items() if isinstance(named, dict) and not {"stages", "tmat"} & set(named) else ():
        try:
            found = document({name: rows}, Place(origin))
            assert not isinstance(found, Worksheet)  # a worksheet has stages
            answers.matrices += Answers.of(found, origin).matrices
        except InputError as error:
            answers.unread.append(Unread(name, error))
    return answers if answers.matrices else None


def _places(own: Sequence[str], due: Sequence[str]) -> list[int] | None:
    """The places of labels among those that are due; None where they are the same, are none, or leave it open."""
    labels, wanted = list(map(fold, own)), list(map(fold, due))
    counted = [str(n) for n in range(1, len(labels) + 1)]
    if labels in (wanted, counted) or len(set(wanted)) < len(wanted) or len(set(labels)) < len(labels):
        return None
    return [wanted.index(label) for label in labels] if labels and set(labels) <= set(wanted) else None


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


def _typed(one: TypedMatrix, where: str) -> Answer:
    matrix = one.matrix
    return Answer(one.name, matrix.values, one.texts, where=where, rows=matrix.rows, cols=matrix.cols, notes=one.notes)


def _from_json(data: bytes, origin: str) -> Answers:
    matrices: list[Answer] = []
    documents = list(read_documents(BytesIO(data), origin))
    if len(documents) > 1 and not any(isinstance(each, Worksheet) for each in documents):
        documents = [together(documents, origin)]
    for n, one in enumerate(documents, start=1):
        found = Answers.of_worksheet(one, origin) if isinstance(one, Worksheet) else Answers.of(one, origin)
        matrices += found.matrices if n == 1 else [replace(each, stage=f"{n}.{each.stage}") for each in found.matrices]
    return Answers(matrices, origin)

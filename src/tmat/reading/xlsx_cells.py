"""The cells of a spreadsheet (.xlsx), read from its parts: a zip of XML, taken with care as it may come from anybody.

python-calamine does not do: two cells in opposite corners make it ask for 512 GiB and end the process, and a formula
that was never calculated, an error and a blank are all the same to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from posixpath import normpath
from typing import Literal, TypeVar
from xml.etree.ElementTree import ParseError, XMLParser
from zipfile import ZipFile

from tmat.errors import InputError, LimitError
from tmat.reading.zips import DAMAGED
from tmat.visible import visible

LARGEST = 2**29
"""Bytes of XML that are read from one workbook: a zip of little may hold endlessly much."""
MOST_CELLS = 5_000_000
_CHUNK, _LARGEST_CHUNK = 1 << 16, 1 << 24
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_WORKSHEET = "/worksheet"
_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}  # formats that every program knows by number
_NO_PART_OF_A_DATE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|general', re.IGNORECASE)

Kind = Literal["number", "text", "error", "formula", "date"]


@dataclass(frozen=True, slots=True)
class SheetCell:
    """What stands in a cell; a formula is one whose result was not saved with it."""

    kind: Kind
    text: str


@dataclass(slots=True)
class Sheet:
    """A sheet by its name: the cells by row, then by column, both counted from 0."""

    name: str
    rows: dict[int, dict[int, SheetCell]] = field(default_factory=dict)


def read_sheets(data: bytes, origin: str) -> list[Sheet]:
    """The sheets of a workbook, in their order.

    Errors: what is no workbook, is damaged, locked, or larger than is read.
    """
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(
            f"{origin} is an old .xls, or locked by a password", mend="save it as .xlsx, without a password"
        )
    try:
        with ZipFile(BytesIO(data)) as archive:
            return _Workbook(archive, origin).sheets()
    except DAMAGED as error:
        if isinstance(error, RuntimeError) and "password" in str(error):
            raise InputError(f"{origin} is locked by a password", mend="save it without one") from None
        raise InputError(f"{origin} is no .xlsx workbook, or damaged", visible(str(error), 120)) from None


class _DoctypeError(Exception):
    """A document type, which could declare entities that expand without end."""


class _Target:
    """What the parser calls at each tag."""

    def doctype(self, name: str, public: str, system: str) -> None:
        raise _DoctypeError


_T = TypeVar("_T", bound=_Target)


class _Workbook:
    def __init__(self, archive: ZipFile, origin: str) -> None:
        self.archive = archive
        self.origin = origin
        self.left = LARGEST
        self.names = set(archive.namelist())
        if "xl/workbook.xml" not in self.names:
            raise InputError(
                f"{origin} is no .xlsx workbook", "it is a zip without xl/workbook.xml", mend="save it as .xlsx"
            )

    def sheets(self) -> list[Sheet]:
        places = {id: (target, kind) for id, target, kind in self._relations()}
        shared, dates = self._shared(), self._dates()
        found: list[Sheet] = []
        cells = 0
        for name, id in self._listed():
            part, kind = places.get(id, ("", _WORKSHEET))
            if not kind.endswith(_WORKSHEET):
                continue  # a chart on a sheet of its own
            if part not in self.names:
                raise InputError(f"{self.origin} is damaged", f"sheet {visible(name, 40)} is listed, and not in it")
            sheet = Sheet(name)
            cells += self._parse(part, _Cells(sheet, shared, dates, MOST_CELLS - cells, self.origin)).count
            found.append(sheet)
        return found

    def _listed(self) -> list[tuple[str, str]]:
        sheets = self._parse("xl/workbook.xml", _Attributes("sheet")).found
        return [(sheet.get("name", ""), sheet.get("id", "")) for sheet in sheets]

    def _relations(self) -> Iterator[tuple[str, str, str]]:
        for relation in self._parse("xl/_rels/workbook.xml.rels", _Attributes("Relationship")).found:
            target = relation.get("Target", "")
            path = normpath(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
            yield relation.get("Id", ""), path, relation.get("Type", "")

    def _shared(self) -> list[str]:
        return self._parse("xl/sharedStrings.xml", _Texts()).found

    def _dates(self) -> set[str]:
        """The numbers of the cell styles that show a number as a date or a time."""
        styles = self._parse("xl/styles.xml", _Styles())
        return {str(n) for n, id in enumerate(styles.used) if _of_date(id, styles.formats.get(id))}

    def _parse(self, part: str, target: _T) -> _T:
        """Feed a part, if it is there, to a target, a chunk at a time, within what may be read in all.

        The parser begins a tag or a comment anew at every chunk that does not end it, so chunks grow.
        """
        if part not in self.names:
            return target
        parser = XMLParser(target=target)
        size = _CHUNK
        try:
            with self.archive.open(part) as stream:
                while chunk := stream.read(size):
                    size = min(2 * size, _LARGEST_CHUNK)
                    self.left -= len(chunk)
                    if self.left < 0:
                        what = f"{self.origin} holds more than {LARGEST >> 20} MiB when unpacked"
                        raise LimitError(what, mend="pass large matrices as .npz")
                    parser.feed(chunk)
            parser.close()
        except ParseError as error:
            raise InputError(f"{self.origin} is damaged", f"{part}: {visible(str(error), 100)}") from None
        except _DoctypeError:
            raise InputError(
                f"{self.origin} is refused", f"{part} declares a document type, which no spreadsheet program writes"
            ) from None
        return target


class _Attributes(_Target):
    """The attributes of all tags of a name, without their namespaces."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.found: list[dict[str, str]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == self.tag:
            self.found.append({_local(key): value for key, value in attributes.items()})


class _Texts(_Target):
    """The shared texts; one in several looks is put together, how it is read aloud (rPh) left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] = []
        self._inside = False
        self._aloud = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if name == "si":
            self._parts = []
        self._aloud += name == "rPh"
        self._inside = name == "t" and not self._aloud

    def end(self, tag: str) -> None:
        name = _local(tag)
        if name == "si":
            self.found.append("".join(self._parts))
        self._aloud -= name == "rPh"
        self._inside = False

    def data(self, text: str) -> None:
        if self._inside:
            self._parts.append(text)


class _Styles(_Target):
    """The formats of numbers that a workbook has of its own, and which one each look of a cell uses."""

    def __init__(self) -> None:
        self.formats: dict[str, str] = {}
        self.used: list[str] = []
        self._cells = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        self._cells = name == "cellXfs" or (self._cells and name != "cellStyles")
        if name == "numFmt":
            self.formats.setdefault(attributes.get("numFmtId", ""), attributes.get("formatCode", ""))
        elif name == "xf" and self._cells:
            self.used.append(attributes.get("numFmtId", ""))


class _Cells(_Target):
    """The cells of a sheet that hold something."""

    def __init__(self, sheet: Sheet, shared: list[str], dates: set[str], most: int, origin: str) -> None:
        self.sheet = sheet
        self.shared = shared
        self.dates = dates
        self.most = most
        self.origin = origin
        self.count = 0
        self._row, self._column = -1, -1
        self._type = ""
        self._dated = False
        self._formula = False
        self._inside = False
        self._parts: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if name == "row":
            self._row = _counted(attributes.get("r"), self._row + 1)
            self._column = -1
        elif name == "c":
            self._place(attributes.get("r"))
            self._type = attributes.get("t", "n")
            self._dated = self._type == "d" or attributes.get("s") in self.dates
            self._formula = False
            self._parts = []
        elif name == "f":
            self._formula = True
        self._inside = name in ("v", "t")

    def end(self, tag: str) -> None:
        self._inside = False
        if _local(tag) != "c":
            return
        cell = self._cell("".join(self._parts))
        if cell is not None:
            self.count += 1
            if self.count > self.most:
                raise LimitError(
                    f"{self.origin} has more than {MOST_CELLS:,} cells", mend="pass large matrices as .npz"
                )
            self.sheet.rows.setdefault(self._row, {})[self._column] = cell

    def data(self, text: str) -> None:
        if self._inside:
            self._parts.append(text)

    def _place(self, reference: str | None) -> None:
        self._column += 1
        found = _REFERENCE.fullmatch(reference or "")
        if found is not None:
            self._column = column_of(found[1])
            self._row = int(found[2]) - 1

    def _cell(self, text: str) -> SheetCell | None:
        kind = self._type
        if kind == "s":
            n = int(text) if text.isdecimal() and len(text) < 10 else -1
            text, kind = (self.shared[n] if 0 <= n < len(self.shared) else ""), "str"
        if kind in ("str", "inlineStr"):
            return SheetCell("text", text) if text.strip() else None
        if not text:
            return SheetCell("formula", "") if self._formula else None
        if kind == "e":
            return SheetCell("error", text)
        if kind == "b":
            return SheetCell("text", "TRUE" if text == "1" else "FALSE")
        return SheetCell("date" if self._dated else "number", text)


def _local(tag: str) -> str:
    """A name without its namespace."""
    return tag.rpartition("}")[2]


def _of_date(id: str, format: str | None) -> bool:
    """Whether a format of numbers shows a date: by its own letters, else by the number that every program knows."""
    if format is None:
        return id.isdecimal() and len(id) < 5 and int(id) in _DATES
    return re.search("[dmyhs]", _NO_PART_OF_A_DATE.sub("", format), re.IGNORECASE) is not None


def _counted(text: str | None, otherwise: int) -> int:
    return int(text) - 1 if text is not None and text.isdecimal() and 0 < len(text) < 9 else otherwise


def column_of(letters: str) -> int:
    """The place of a column from 0.

    >>> column_of("A"), column_of("XFD")
    (0, 16383)
    """
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1


def letters_of(column: int) -> str:
    """The letters of a column.

    >>> letters_of(0), letters_of(27), letters_of(16383)
    ('A', 'AB', 'XFD')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters

"""JSON documents out of a stream, one after another, each as soon as it is complete.

A document ends where its outermost bracket closes. To find that place without looking at every byte in
Python, a slice of the stream is first boiled down to its brackets and quotes, strings are taken out, and
pairs are struck off: what stays are the brackets that close earlier slices' and those left open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, TypeAlias

from tmat.errors import InputError, LimitError
from tmat.reading.json_matrix import loose_matrix, named_matrices
from tmat.reading.json_text import BOM, DEEPEST, Start, parse, refuse_other_encodings, too_deep
from tmat.reading.place import Place
from tmat.reading.worksheet_json import worksheet
from tmat.sheet.worksheet import Matrix, Worksheet
from tmat.visible import visible

Document: TypeAlias = "Worksheet | dict[str, Matrix]"

LARGEST_DOCUMENT = 2**31
_CHUNK = 1 << 20
_SHORT = 1 << 9
_ESCAPED = re.compile(rb"\\.", re.DOTALL)
_STRING = re.compile(rb'"[^"]*"')
_MARK = re.compile(rb'["\[\]{}]|\\.', re.DOTALL)
_FIRST = re.compile(rb"(?:[ \t\r\n\x1e]|" + BOM + rb")*")
_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NO_MARKS = bytes(byte for byte in range(256) if byte not in b'"[]{}')


def read_documents(stream: BinaryIO, origin: str = "standard input") -> Iterator[Document]:
    r"""The worksheets, or named matrices, of a stream of JSON documents, each yielded once it is complete.

    A bare array is a matrix without a name. An empty stream has no documents.

    >>> from io import BytesIO
    >>> [list(document) for document in read_documents(BytesIO(b'{"Q": [[1, 2]], "K": 3}\n[[1, 2], [3, 4]]'))]
    [['Q', 'K'], ['']]
    """
    for n, (text, start) in enumerate(_texts(stream, origin), 1):
        value = parse(text, origin, start)
        del text
        yield document(value, Place(origin if n == 1 else f"{origin}, document {n} (line {start.line})"))


def document(value: object, place: Place) -> Document:
    """What a parsed JSON document is: a worksheet where it says so, else named arrays, else a bare array."""
    if isinstance(value, dict):
        if "tmat" in value or isinstance(value.get("stages"), list):
            return worksheet(value, place)
        return named_matrices(value, place)
    return {"": loose_matrix(value, "", place.origin, place)}


class _Text:
    """One JSON text in the making: its pieces, and how deep in brackets they have come."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.size = 0
        self.depth = 0
        self.in_string = False
        self.escaped = False

    def take(self, piece: bytes, origin: str) -> int | None:
        """Add a piece; where the text ends within it, add only that part and answer the part's length."""
        before = (self.depth, self.in_string, self.escaped)
        end = None
        rest = piece
        if not self.pieces:
            # The opening bracket is counted apart, so that it cannot be struck off with its own end.
            self.depth, rest = 1, piece[1:]
        if self._closes(rest, origin):
            if len(piece) > _SHORT:  # nearer by halves, which takes no step in Python for each mark
                self.depth, self.in_string, self.escaped = before
                half = len(piece) // 2
                end = self.take(piece[:half], origin)
                return half + (self.take(piece[half:], origin) or 0) if end is None else end
            end = _end(piece, *before)
            piece = piece[:end]
        self.pieces.append(piece)
        self.size += len(piece)
        if self.size > LARGEST_DOCUMENT:
            raise LimitError(
                f"a JSON document of more than {LARGEST_DOCUMENT / 2**30:g} GiB",
                f"in {origin}",
                mend="keep fewer matrices (‹keep›), or pass them as .npz",
            )
        return end

    def end(self, place: Start) -> Start:
        """Where a text that begins at a place ends."""
        for piece in self.pieces:
            place = place.after(piece)
        return place

    def whole(self) -> bytes:
        """The text, which is then let go of: it may be most of the memory."""
        joined = b"".join(self.pieces)
        self.pieces.clear()
        return joined

    def _closes(self, piece: bytes, origin: str) -> bool:
        if self.escaped:
            piece = piece[1:]
            self.escaped = False
        if b"\\" in piece:
            piece = _ESCAPED.sub(b"", piece)
            self.escaped = piece.endswith(b"\\")
        marks = piece.translate(_BRACKETS, _NO_MARKS)
        # A pair of quotes with nothing between them opens and closes a string, or joins two: nothing is lost.
        marks = marks.replace(b'""', b"")
        if self.in_string:
            marks = b'"' + marks
        if b'"' in marks:
            marks = _STRING.sub(b"", marks)
            marks, quote, _ = marks.partition(b'"')
            self.in_string = bool(quote)
        for _ in range(DEEPEST):
            if b"[]" not in marks:
                break
            marks = marks.replace(b"[]", b"")
        closing = marks.count(b"]")
        if b"[]" not in marks and closing >= self.depth:
            return True
        self.depth += len(marks) - 2 * closing
        if b"[]" in marks or self.depth > DEEPEST:
            raise too_deep(origin)
        return False


def _end(piece: bytes, depth: int, in_string: bool, escaped: bool) -> int:
    """Where in the piece the last open bracket closes."""
    for found in _MARK.finditer(piece, 1 if escaped else 0):
        mark = found.group()
        if mark == b'"':
            in_string = not in_string
        elif not in_string and len(mark) == 1:
            depth += 1 if mark in b"[{" else -1
            if depth == 0:
                return found.end()
    return len(piece)


def _texts(stream: BinaryIO, origin: str) -> Iterator[tuple[bytes, Start]]:
    """Each JSON text with the place where it begins."""
    place = Start()
    text: _Text | None = None
    slice_size = 0
    first = True
    for chunk in _chunks(stream, origin):
        start = 0
        if first:
            refuse_utf16(chunk, origin)
            first = False
        while start < len(chunk):
            if text is None:
                begin = _skip(chunk, start)
                place = place.after(chunk[start:begin])
                start = begin
                if start == len(chunk):
                    break
                if chunk[start] not in b"[{":
                    raise _no_document(chunk[start:], origin, place)
                text = _Text()
                # Slices double, so that many small documents in a chunk cost no more than one large one.
                slice_size = 1 << 8
            piece = chunk[start : start + slice_size]
            end = text.take(piece, origin)
            start += len(piece) if end is None else end
            slice_size = min(4 * slice_size, _CHUNK)
            if end is not None:
                begun, place = place, text.end(place)
                yield text.whole(), begun
                text = None
    if text is not None:
        yield text.whole(), place


def _chunks(stream: BinaryIO, origin: str) -> Iterator[bytes]:
    """What the stream has, as it arrives: read1 does not wait for a full buffer."""
    read = getattr(stream, "read1", stream.read)
    try:
        while chunk := read(_CHUNK):
            yield chunk
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot read {origin}", reason.lower()) from None


def _skip(chunk: bytes, start: int) -> int:
    """The first byte that is neither white space, a byte order mark nor a record separator (RFC 7464)."""
    found = _FIRST.match(chunk, start)
    return found.end() if found else start


def refuse_utf16(chunk: bytes, origin: str) -> None:
    if chunk[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in chunk[:2]:
        refuse_other_encodings(chunk, origin)


def _no_document(rest: bytes, origin: str, start: Start) -> InputError:
    if rest[:1] >= b"\x80":
        refuse_other_encodings(rest, origin, start)
    excerpt = rest[:40].decode("utf-8", "replace").split("\n")[0]
    return InputError(
        f"no JSON here: '{visible(excerpt, 30)}'",
        f"in {origin}, line {start.line}, column {start.column}",
        "expected a worksheet ({…}), an object of named arrays, or an array of rows ([…])",
        mend="a table typed as text goes in by name: -m X=-" if rest[:1] in b"-+.0123456789" else None,
    )

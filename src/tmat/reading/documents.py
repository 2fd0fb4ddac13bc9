"""JSON documents from a stream, each as soon as it is complete: where its first bracket closes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, TypeAlias

from tmat.engine.limits import refuse_document
from tmat.errors import InputError
from tmat.reading.json_matrix import loose_matrix, named_matrices, records
from tmat.reading.json_text import BOM, DEEPEST, Start, parse, refuse_other_encodings, too_deep
from tmat.reading.place import Place
from tmat.reading.worksheet_json import worksheet
from tmat.sheet.worksheet import Batch, Matrix, Worksheet
from tmat.visible import visible

Document: TypeAlias = "Worksheet | dict[str, Matrix]"

_CHUNK = 1 << 20
_BLANK = re.compile(rb"(?:[ \t\r\n\x1e]|" + BOM + rb")*")  # white space, a byte order mark, RFC 7464's separator
_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_NO_MARKS = bytes(byte for byte in range(256) if byte not in b'"[]{}')
_STRING = rb'[^"\\]*+(?:\\.[^"\\]*+)*+"'  # what follows its opening quote
_PLAIN = rb'[^"\[\]{}]*+(?:"%b[^"\[\]{}]*+)*+' % _STRING  # brackets stand in strings only
_END_OF_STRING = re.compile(_STRING, re.DOTALL)
# The next bracket, or the quote of a string without an end; rows of numbers or words are passed over whole.
_NEXT = re.compile(rb'%b(?:\[%b\]%b)*+(["\[\]{}]?)' % (_PLAIN, _PLAIN, _PLAIN), re.DOTALL)


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
    table = records(value, place)
    return {"": loose_matrix(value, "", place.origin, place) if table is None else table}


def together(documents: list[Document], origin: str) -> dict[str, Matrix]:
    """The matrices of several documents of named arrays, as a file of JSON lines has them.

    A name that each of several lines gives one row is a matrix of these rows; lines that give the same names one number
    each are the rows of one matrix, the names over its columns.
    """
    found: dict[str, list[Matrix]] = {}
    for each in documents:
        if isinstance(each, Worksheet):
            raise InputError(f"{origin} holds {len(documents)} JSON documents", "expected one worksheet here")
        for name, matrix in each.items():
            found.setdefault(name, []).append(matrix)
    if "" in found:
        what = f"{origin} holds {len(documents)} JSON documents"
        raise InputError(what, "expected one here, or objects of named arrays")
    sizes = {part.size for parts in found.values() for part in parts}
    if len(found) > 1 and sizes == {"1×1"} and all(len(parts) == len(documents) for parts in found.values()):
        rows = [[parts[n].values[0, 0] for parts in found.values()] for n in range(len(documents))]
        return {"": Matrix.of("", rows, None, list(found), origin)}
    return {name: parts[0] if len(parts) == 1 else _stacked(name, parts, origin) for name, parts in found.items()}


def _stacked(name: str, rows: list[Matrix], origin: str) -> Matrix:
    if any(isinstance(row, Batch) or row.height > 1 or row.width != rows[0].width for row in rows):
        raise InputError(f"'{visible(name, 60)}' is given twice", f"in {origin}", "expected each matrix once, or a row of it in each line")  # fmt: skip
    return Matrix.of(name, [row.values[0] for row in rows], origin=rows[0].origin)


def _texts(stream: BinaryIO, origin: str) -> Iterator[tuple[bytes, Start]]:
    """Each JSON text with the place where it begins."""
    place = Start()
    text = bytearray()
    depth, in_string = 0, False
    size = 0
    backslash = b""  # at the end of a chunk, kept for what it escapes
    for n, chunk in enumerate(_chunks(stream, origin)):
        if n == 0 and (chunk[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in chunk[:2]):
            refuse_other_encodings(chunk, origin)
        chunk, backslash, at = backslash + chunk, b"", 0
        while at < len(chunk):
            if not text:
                begin = _end_of(_BLANK, chunk, at)
                place = place.after(chunk[at:begin])
                if begin == len(chunk):
                    break
                if chunk[begin] not in b"[{":
                    raise _no_document(chunk[begin:], origin, place)
                text += chunk[begin : begin + 1]
                at, depth, size = begin + 1, 1, 1 << 8
                continue
            piece = chunk[at : at + size]
            size = min(4 * size, _CHUNK)  # a piece grows with the text: many small texts in a chunk cost as much as one
            if (len(piece) - len(piece.rstrip(b"\\"))) % 2:
                piece = piece[:-1]
                if not piece:
                    backslash = b"\\"
                    break
            before = depth, in_string
            end, depth, in_string = _follow(_marks(piece), *before, origin)
            if end is not None:
                end, depth, in_string = _follow(piece, *before, origin)
                piece = piece[:end]
            text += piece
            at += len(piece)
            refuse_document(len(text), f"in {origin}")
            if end is not None:
                whole, begun = bytes(text), place
                text.clear()
                place = place.after(whole)
                yield whole, begun
    if text:
        yield bytes(text) + backslash, place


def _marks(text: bytes) -> bytes:
    """Only the brackets and quotes of a text: a fast filter before _follow. Two adjacent quotes cancel."""
    return (_ESCAPE.sub(b"", text) if b"\\" in text else text).translate(None, _NO_MARKS).replace(b'""', b"")


def _follow(text: bytes, depth: int, in_string: bool, origin: str) -> tuple[int | None, int, bool]:
    """Count brackets: the end of the outermost one or None, the depth at the end, and whether a string is open."""
    at = 0
    if in_string:
        at = _end_of(_END_OF_STRING, text, 0)
        if at == 0:
            return None, depth, True
    while (found := _NEXT.match(text, at)) and (mark := found[1]):
        if mark == b'"':
            return None, depth, True
        at = found.end()
        depth += 1 if mark in b"[{" else -1
        if depth == 0:
            return at, 0, False
        if depth > DEEPEST:
            raise too_deep(origin)
    return None, depth, False


def _end_of(pattern: re.Pattern[bytes], text: bytes, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start


def _chunks(stream: BinaryIO, origin: str) -> Iterator[bytes]:
    """Chunks as they arrive: read1 does not wait for a full buffer."""
    read = getattr(stream, "read1", stream.read)
    try:
        while chunk := read(_CHUNK):
            yield chunk
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot read {origin}", reason.lower()) from None


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

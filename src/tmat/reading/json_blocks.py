"""Large matrices of a JSON text, read some rows at a time.

Parsed whole, a matrix is an object for every number before it is an array. Parsed in blocks, the objects of one
block make room for those of the next. Only what is exactly an array of rows of numbers is taken: anything else is
left to the parser of whole texts, which can say what is wrong with it.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Matrices: TypeAlias = dict[str, NDArray[np.float64]]

BLOCK = 1 << 14
"""Bytes of text that are parsed together, with what is left of the row they end in."""

_OPEN = re.compile(rb"\[(?<![^:\s]\[)[ \t\r\n]*(?=\[)")
_NEXT = re.compile(rb"[ \t\r\n]*(,?)[ \t\r\n]*")
# What the words in place of matrices begin with is no character (Unicode keeps it for such uses). A text that holds it,
# as it is or escaped, could hold such a word of its own: it is left alone.
_MARK = "\ufdd0"
_ESCAPED_MARK = re.compile(rb"\\u[fF][dD][dD]0")
# What stands in for the names while numbers are parsed: as long as they are, because texts of one length are replaced
# fastest. Next to another digit, sign or exponent none of them is a number: before it is a sign, after it overflows.
_STAND_INS = (
    (b'"-Infinity"', b"-4.71098e99", -np.inf),
    (b'"Infinity"', b"-4.7109e99", np.inf),
    (b'"NaN"', b"-7e99", np.nan),
)


def cut(data: bytes, least: int) -> tuple[bytes, Matrices] | None:
    """The text with a word in place of each matrix of so many bytes, and the matrices by these words; None without any.

    >>> import json
    >>> text, matrices = cut(b'{"X": [[1, 2], [3, "-Infinity"]]}', least=10)
    >>> matrices[json.loads(text)["X"]]
    array([[  1.,   2.],
           [  3., -inf]])
    """
    rest: list[bytes] = []
    matrices: Matrices = {}
    copied = at = 0
    while opened := _OPEN.search(data, at):
        start, first = opened.span()
        # Neither numbers nor their names hold a colon or a brace: the last bracket before one closes the matrix.
        bound = _find(data, b"}", first, _find(data, b":", first, len(data)))
        close = data.rfind(b"]", first, bound)
        if close < 0:
            return None
        at = close + 1
        if at - start < least:
            continue
        matrix = _matrix(data, first, close)
        if matrix is None:
            return None
        word = f"{_MARK}{len(matrices)}"
        matrices[word] = matrix
        rest += (data[copied:start], f'"{word}"'.encode())
        copied = at
    text = b"".join((*rest, data[copied:]))
    if not matrices or text.count(_MARK.encode()) > len(matrices) or _ESCAPED_MARK.search(text):
        return None
    return text, matrices


def _find(data: bytes, mark: bytes, start: int, end: int) -> int:
    found = data.find(mark, start, end)
    return end if found < 0 else found


def _matrix(data: bytes, at: int, close: int) -> NDArray[np.float64] | None:
    """The rows between two places of a text; None where they are not rows of numbers, all of one length."""
    numbers = bytearray()
    width = 0
    comma = b","
    while comma:
        end = data.find(b"]", min(at + BLOCK, close), close) + 1 or data.rfind(b"]", at, close) + 1
        rows = _rows(data[at:end])
        if rows is None or rows.shape[1] != (width or rows.shape[1]):
            return None
        width = rows.shape[1]
        numbers += rows.data
        following = _NEXT.match(data, end, close)
        assert following is not None  # nothing matches, too
        at, comma = following.end(), following[1]
    return np.frombuffer(numbers).reshape(-1, width) if at == close else None


def _rows(text: bytes) -> NDArray[np.float64] | None:
    """A block of rows, parted by commas."""
    import orjson

    names = 0
    stand_ins: list[tuple[float, float]] = []
    if b'"' in text:
        names = int(np.count_nonzero(np.frombuffer(text, np.uint8) == ord('"'))) // 2
        for name, digits, number in _STAND_INS:
            text = text.replace(name, digits)
            stand_ins.append((float(digits), number))
            if b'"' not in text:
                break
        else:
            return None  # some other word
    if b"u" in text or b"s" in text:
        return None  # true or false, which would pass for numbers
    try:
        rows = orjson.loads(b"[%b]" % text)
        width = len(rows[0])
        if not width or set(map(type, rows)) != {list} or set(map(len, rows)) != {width}:
            return None
        numbers = np.empty((len(rows), width))
        cells = rows[0] if len(rows) == 1 else chain.from_iterable(rows)
        struct.pack_into(f"{numbers.size}d", numbers.data, 0, *cells)
    except (ValueError, TypeError, LookupError, struct.error):
        return None
    for stand_in, number in stand_ins:
        where = numbers == stand_in
        names -= int(np.count_nonzero(where))
        np.putmask(numbers, where, number)
    return None if names else numbers  # one too many was a number of the text's own


def put_back(value: Any, matrices: Matrices) -> Any:
    """The parsed text with its matrices where their words are; ValueError where a word is not where a matrix may be."""
    root = {"": value}
    left = dict(matrices)
    for fields, key in list(_places(root)):
        word = fields.get(key)
        if isinstance(word, str) and word in left:
            fields[key] = left.pop(word)
    if left:
        raise ValueError(f"{len(left)} elsewhere")
    return root[""]


def _places(root: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Where documents hold matrices: in the steps and given values of a worksheet, under names, or alone."""
    value = root[""]
    if not isinstance(value, dict):
        yield root, ""
    elif "tmat" in value or isinstance(value.get("stages"), list):
        for stage in _objects(value.get("stages")):
            for matrix in (*_objects(stage.get("given")), *_objects(stage.get("steps"))):
                yield matrix, "values"
    else:
        for name, matrix in value.items():
            if isinstance(matrix, dict):
                yield matrix, "values"
            elif name != "stages":  # as an array of rows it would have made a worksheet of the document
                yield value, name


def _objects(value: Any) -> list[dict[str, Any]]:
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [each for each in values if isinstance(each, dict)]

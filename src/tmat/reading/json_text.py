"""Parsing JSON, with errors by line and column."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

import orjson

from tmat.errors import InputError
from tmat.visible import visible

DEEPEST = 64
"""Levels of nesting that are read; a worksheet has seven."""

BOM = b"\xef\xbb\xbf"
_CONTINUATION = bytes(range(0x80, 0xC0))
_KEY = re.compile(rb'"[ \t\r\n]*:')
_BARE = re.compile(r"-?(?:NaN|nan|Infinity|inf)")


class Start(NamedTuple):
    """Where a text begins in its source."""

    line: int = 1
    column: int = 1
    byte: int = 0

    def after(self, passed: bytes) -> Start:
        """The place after some more bytes; a column is a character, not a byte."""
        breaks = passed.count(b"\n")
        last = passed[passed.rfind(b"\n") + 1 :] if breaks else passed
        characters = len(last) if last.isascii() else len(last.translate(None, _CONTINUATION))
        column = (1 if breaks else self.column) + characters
        return Start(self.line + breaks, column, self.byte + len(passed))


def parse(data: bytes, origin: str, start: Start = Start()) -> Any:  # noqa: B008 (it is immutable)
    """The value of one JSON text."""
    data = data.removeprefix(BOM)
    try:
        value = orjson.loads(data)
        _refuse_twins(data, value, f"{origin}, line {start.line}")
        return value
    except orjson.JSONDecodeError as error:
        refuse_other_encodings(data, origin, start)
        at_line = start.line + error.lineno - 1
        at_column = error.colno + (start.column - 1 if error.lineno == 1 else 0)
        raise _syntax(str(error.msg), error.doc, error.pos, f"{origin}, line {at_line}, column {at_column}") from None
    except RecursionError:
        raise too_deep(origin) from None


def _refuse_twins(data: bytes, value: Any, where: str) -> None:
    """Refuse an object that has a key twice: parsers silently take one of the two."""
    if not isinstance(value, dict):
        return
    keys = _keys(value)
    if data.count(b":") <= keys or len(_KEY.findall(data)) <= keys:
        return

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            twin = next(key for n, (key, _) in enumerate(pairs) if key in dict(pairs[:n]))
            what = f'"{visible(twin, 60)}" is there twice in one object'
            raise InputError(what, f"in {where}", "expected each key once")
        return found

    json.loads(data, object_pairs_hook=once)


def _keys(value: Any) -> int:
    """The number of keys in a value's objects; of arrays, only arrays of objects are searched."""
    count = 0
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            count += len(value)
            waiting += value.values()
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            waiting += value
    return count


def _syntax(message: str, text: str, position: int, where: str) -> InputError:
    before = text[max(0, position - 30) : position]
    after = text[position : position + 30]
    if not after.strip() or not text.strip():
        return InputError(
            "the JSON stops before its end",
            f"in {where}, after: {visible(before)}" if before else f"in {where}",
            "expected more: a bracket or a quote is still open",
            mend="was the command that wrote it stopped, or the file cut short?",
        )
    reads = f"reads: {visible(before)} ⟨here⟩ {visible(after)}"
    return InputError(f"malformed JSON: {message}", f"in {where}", reads, mend=_mend(message, before, after))


def _mend(message: str, before: str, after: str) -> str | None:
    if _BARE.match(after) or _BARE.match(before[-1:] + after):
        return 'JSON has no bare NaN or Infinity: write "NaN", "Infinity", "-Infinity" in quotes'
    if after.startswith("'"):
        return "JSON takes double quotes"
    if re.match(r"True|False|None", after):
        return "JSON says true, false and null"
    if "trailing comma" in message or after[:1] in "]}":
        return "take away the last comma, or add what should follow it"
    if "infinity" in message:
        return "the largest 64-bit float is about 1.8e308"
    return None


def too_deep(origin: str) -> InputError:
    return InputError(
        f"the JSON is nested more than {DEEPEST} levels deep", f"in {origin}", "expected a worksheet or arrays of rows"
    )


def refuse_other_encodings(data: bytes, origin: str, start: Start = Start()) -> None:  # noqa: B008
    """Refuse UTF-16, UTF-32 and anything else that is not UTF-8."""
    head = bytes(data[:4])
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or (len(head) > 1 and b"\0" in head[:2] and head.strip(b"\0")):
        raise InputError(
            f"{origin} is UTF-16 or UTF-32 text", f"it begins with the bytes {head.hex(' ')}", mend="save it as UTF-8"
        )
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = start.line + data.count(b"\n", 0, error.start)
        where = f"byte {start.byte + error.start} (line {line}) is 0x{data[error.start]:02x}"
        raise InputError(f"{origin} is not UTF-8 text", where, mend="save it as UTF-8") from None

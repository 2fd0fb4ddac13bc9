"""Counting the words of a text of any length, piece by piece: the vocabulary is held in memory, the text is not."""

from __future__ import annotations

import codecs
import io
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from tmat.errors import InputError, LimitError
from tmat.progress import working
from tmat.text.splitting import Splitter, checked, clean, splitter
from tmat.text.tokenizing import check_case, compared

PIECE = 1 << 18
"""Characters (or bytes) of a piece."""

LONGEST_WORD = 1 << 20
SHOWN = 400


@dataclass(frozen=True, slots=True)
class Counts:
    """The count of each word of a text; words as first spelled, in the order first seen."""

    words: dict[str, int]
    total: int
    first: tuple[str, ...]

    @property
    def cut(self) -> bool:
        """Whether ``first``, the tokens kept for display, are not all."""
        return self.total > len(self.first)


def count(
    chunks: Iterable[str],
    *,
    tokenizer: str = "words",
    case: str = "fold",
    special: Iterable[str] = (),
    keep: int = SHOWN,
) -> Counts:
    """Count the words of a text that comes in chunks, which may be cut anywhere.

    The first ``keep`` tokens are kept as they are in the text. Memory grows only with the number of different words.

    >>> count(["The storm, th", "e storm"]).words
    {'The': 2, 'storm': 2}
    """
    check_case(case)
    split = splitter(tokenizer, special)
    seen: Counter[str] = Counter()
    first: list[str] = []
    for found in _pieces(chunks, split):
        seen.update(found)
        if len(first) < keep:
            first.extend(found[: keep - len(first)])
    return Counts(_merged(seen, case), seen.total(), tuple(first))


def _merged(seen: dict[str, int], case: str) -> dict[str, int]:
    """The counts by word, those that are the same when folded added up under the first spelling.

    Folding the different words at the end is far less work than folding each token.
    """
    if case == "keep":
        return dict(seen)
    keys = list(map(compared, seen))
    if len(set(keys)) == len(keys):
        return dict(seen)
    spelled: dict[str, str] = {}
    words: dict[str, int] = {}
    for alike, (word, n) in zip(keys, seen.items(), strict=True):
        spelling = spelled.setdefault(alike, word)
        words[spelling] = words.get(spelling, 0) + n
    return words


def _pieces(chunks: Iterable[str], split: Splitter, size: int = PIECE) -> Iterator[Sequence[str]]:
    """The tokens of the chunks in groups; no token is cut."""
    open_text = ""
    for text in _regrouped(chunks, size):
        found, open_text = split.settled(clean(open_text + text))
        if len(open_text) > LONGEST_WORD:
            raise LimitError(
                f"a word of more than {LONGEST_WORD:,} characters",
                f"it begins {open_text[:40]}",
                mend="a text that long without any space may not be text, or try the tokenizer chars",
            )
        yield found
    yield split.split(open_text)


def _regrouped(chunks: Iterable[str], size: int) -> Iterator[str]:
    """The same text in chunks of about one size: small ones joined, large ones split."""
    waiting: list[str] = []
    length = before = 0
    for chunk in chunks:
        for start in range(0, len(chunk), size):
            part = chunk[start : start + size]
            waiting.append(checked(part, before=before))
            length += len(part)
            before += len(part)
            if length >= size:
                yield "".join(waiting)
                waiting, length = [], 0
    if waiting:
        yield "".join(waiting)


def read_chunks(stream: BinaryIO, origin: str) -> Iterator[str]:
    """The text of a stream of UTF-8 bytes, chunk by chunk.

    A byte order mark is skipped; CR LF becomes LF.

    Errors: bytes that are not UTF-8, with their place and ``origin``, the name of the file.

    >>> "".join(read_chunks(io.BytesIO("当你玩".encode()), "play.txt"))
    '当你玩'
    """
    with working(f"reading {origin}", _size(stream)) as step:
        yield from _decoded(stream, origin, step)


def _decoded(stream: BinaryIO, origin: str, step: Callable[[int], None]) -> Iterator[str]:
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8-sig")(), translate=True)
    taken = lines = 0
    while True:
        data = stream.read(PIECE)
        taken += len(data)
        step(taken)
        try:
            text = decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            # error.object ends where we have read to, and may begin in the chunk before.
            place = taken - len(error.object) + error.start
            line = lines + error.object[: error.start].count(b"\n") + 1
            raise _not_utf8(origin, place, line, error) from None
        if "\0" in text:
            raise InputError(f"{origin} is no text", "it holds a byte that is 0", mend="save it as UTF-8 text")
        if text:
            yield text
        if not data:
            return
        lines += text.count("\n")


def _size(stream: BinaryIO) -> int | None:
    """The bytes of a file; None for a pipe."""
    try:
        return os.fstat(stream.fileno()).st_size or None
    except (OSError, ValueError, AttributeError):
        return None


def _not_utf8(origin: str, place: int, line: int, error: UnicodeDecodeError) -> InputError:
    byte = error.object[error.start]
    ends = error.end >= len(error.object) and "end" in error.reason
    why = "begins a character that is not finished" if ends else "does not fit there"
    utf16 = place == 0 and error.object[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    return InputError(
        f"{origin} is not UTF-8 text",
        "it begins as UTF-16 text does" if utf16 else f"byte {place} (line {line}), 0x{byte:02x}, {why}",
        mend="save it as UTF-8, or convert it: iconv -f " + ("UTF-16" if utf16 else "LATIN1") + " -t UTF-8",
    )

"""Parses which cells are meant: ``scores[When, play]``, ``scores[1, 3]``, a row, a column, a step, or all.

>>> parse_cell("attention-2.scores[When, play]")
Place(stage='attention-2', name='scores', row='When', col='play')
>>> parse_cell("Z[*,2]")
Place(stage=None, name='Z', row=None, col='2')
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tmat.errors import InputError, meant
from tmat.sheet.names import placed, stands_at
from tmat.sheet.worksheet import Matrix, Stage, Worksheet
from tmat.visible import visible

EXAMPLE = "write a cell as scores[When, play] or scores[1, 3], a row scores[When], a column scores[*, play]"
_SHOWN = 12  # the most labels listed in an error


class Place(NamedTuple):
    """A cell, row, column or matrix as typed: None for a part that was left out."""

    stage: str | None
    name: str
    row: str | None
    col: str | None


def parse_cell(text: str) -> Place:
    """Split what was typed into its parts; quotes around labels are removed, ``#2`` is kept.

    Errors: brackets that do not match, more than a row and a column.
    """
    whole = text.strip()
    head, bracket, rest = whole.partition("[")
    stage, _, name = head.strip().rpartition(".")
    if not bracket:
        parts: list[str | None] = []
    elif not rest.endswith("]"):
        raise InputError(f"'{visible(whole)}' does not end in ]", mend=EXAMPLE)
    else:
        parts = [_plain(part) for part in _parted(rest[:-1])]
    if not name or len(parts) > 2:
        wrong = "names no matrix" if not name else f"has {len(parts)} places between its brackets"
        quoted = ', and a label that has a comma in quotes: scores[",", play]' if len(parts) > 2 else ""
        raise InputError(f"'{visible(whole)}' {wrong}", mend=EXAMPLE + quoted)
    row, col = (*parts, None, None)[:2]
    return Place(stage or None, name, row, col)


def _parted(text: str) -> list[str]:
    """The text split at commas outside quotes."""
    return re.findall(r'(?:^|(?<=,))(?:\s*"[^"]*"[^,]*|[^,]*)', text)


def _plain(part: str) -> str | None:
    own = part.strip()
    quoted = re.fullmatch(r'"([^"]*)"((?:#\d+)?)', own)
    if quoted:
        return quoted[1] + quoted[2]
    return None if own in ("", "*") else own


def cells(sheet: Worksheet | Stage, text: str = "") -> Iterator[tuple[Stage, str, int, int]]:
    """The cells that a text means, row by row; without a text, those of all steps of all stages.

    Without a stage, the last one that has the matrix is meant; with a layer (layer2.scores), the one in that layer.
    Labels are compared as written, then without case; a number that is no label counts from 1.

    Errors: an unknown stage, matrix or label, with the nearest known one.
    """
    stages = [sheet] if isinstance(sheet, Stage) else sheet.stages
    if not text.strip():
        for stage in stages:
            for step in stage.steps:
                yield from _all(stage, step.result)
        return
    place = parse_cell(text)
    stage, matrix = _found(stages, place)
    row, col = place.row, place.col
    if matrix.height == 1 and row is not None and col is None:
        row, col = None, row
    rows = range(matrix.height) if row is None else [place_of(row, matrix.rows, matrix.name, "row")]
    cols = range(matrix.width) if col is None else [place_of(col, matrix.cols, matrix.name, "column")]
    yield from ((stage, matrix.name, i, j) for i in rows for j in cols)


def _all(stage: Stage, matrix: Matrix) -> Iterator[tuple[Stage, str, int, int]]:
    yield from ((stage, matrix.name, i, j) for i in range(matrix.height) for j in range(matrix.width))


def _found(stages: Sequence[Stage], place: Place) -> tuple[Stage, Matrix]:
    if not stages:
        raise InputError(f"no matrix '{visible(place.name)}'", "the worksheet has no stages yet")
    full = place.name if place.stage is None else f"{place.stage}.{place.name}"
    for stage in reversed(stages):
        if full in stage:  # a name may have points of its own: layer1.W_Q
            return stage, _called(stage, full)
    if place.stage is None:
        known = list(dict.fromkeys(name for stage in reversed(stages) for name in stage.names()))
        raise _unknown(f"no matrix '{visible(place.name)}' in this worksheet", place.name, known)
    for stage in sorted(stages, key=lambda stage: -len(stage.id)):  # ids may have points too
        if full.startswith(f"{stage.id}."):
            return stage, _called(stage, full.removeprefix(f"{stage.id}."))
    for stage in reversed(placed(stages)):
        if stands_at(stage, place.stage) and place.name in stage:
            return stage, _called(stage, place.name)
    ids = [stage.id for stage in stages]
    raise _unknown(f"no stage '{visible(place.stage)}' in this worksheet", place.stage, ids)


def _called(stage: Stage, name: str) -> Matrix:
    """The matrix by the name that the steps use."""
    matrix = stage[name]
    known = next((key for key, given in stage.given.items() if given is matrix), matrix.name)
    return matrix if known == matrix.name else matrix.renamed(known)


def place_of(label: str, labels: Sequence[str], name: str, side: str = "row") -> int:
    """The index of a label; ``the#2`` is the second "the", a number that is no label counts from 1.

    >>> place_of("the#2", ["the", "game", "the"], "X"), place_of("2", ["When", "you"], "X")
    (2, 1)
    """
    alike = _alike(label, labels)
    if alike:
        return alike[0]
    stem, mark, count = label.rpartition("#")
    if mark and count.isdecimal() and len(count) < 10:
        alike = _alike(stem, labels)
        if 1 <= int(count) <= len(alike):
            return alike[int(count) - 1]
    if label.isdecimal() and len(label) < 10 and 1 <= int(label) <= len(labels):
        return int(label) - 1
    raise _unknown(f"{name} has no {side} '{visible(label)}'", label, labels, f"its {side}s are ")


def _alike(label: str, labels: Sequence[str]) -> list[int]:
    """The indices of a label: as written, else without case, else without a tokenizer's sign for a blank."""
    exact = [n for n, other in enumerate(labels) if label in (other, visible(other))]
    near = exact or [n for n, other in enumerate(labels) if label.casefold() == visible(other).casefold()]
    return near or [n for n, other in enumerate(labels) if label.casefold() == other.lstrip("Ġ▁").casefold() != ""]


def _unknown(what: str, name: str, known: Iterable[str], kind: str = "it has ") -> InputError:
    names = [visible(other) for other in dict.fromkeys(known)]
    more = f" … ({len(names)} in all)" if len(names) > _SHOWN else ""
    return InputError(what, f"{kind}{', '.join(names[:_SHOWN])}{more}", mend=meant(name, names))

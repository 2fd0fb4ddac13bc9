"""Running an example: each call as the article went on, slips included, and as it should have been."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from tmat.articles.article import Call, Example, Part
from tmat.engine.rounding import Rounding
from tmat.reading.answers import read_answers_text
from tmat.reading.sources import from_worksheet, transpose
from tmat.sheet.worksheet import Matrix, Stage, Worksheet


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """The result of a call: the stage as the article went on, and ``key``, the same without this call's slips."""

    call: Call
    sheet: Worksheet
    stage: Stage
    key: Stage


@dataclass(frozen=True, slots=True, eq=False)
class PartDone:
    """The results of one part's calls, and the worksheets at its end, several for a batch."""

    part: Part
    calls: list[Done]
    sheets: list[Worksheet]


def run(example: Example, *, corrected: bool = False) -> list[PartDone]:
    """Run the parts of an example; ``corrected``: without the article's slips."""
    matrices = matrices_of(example)
    return [_part(example, part, matrices, corrected) for part in example.parts]


def _part(example: Example, part: Part, matrices: Mapping[str, Matrix], corrected: bool) -> PartDone:
    sheet: Worksheet | None = None
    calls: list[Done] = []
    if part.source:
        matrix = matrices[part.source]
        sheet = Worksheet([Stage("matrices", "matrices", given={part.source: matrix}, output=part.source)])
    for call in part.calls:
        before = sheet
        flowing = {name: carried(sheet, place) for name, place in call.flows.items()} if corrected and sheet else {}
        key = _called(example, call, before, {**matrices_for(call.given, matrices), **flowing}, computing=True)
        sheet = key
        if call.slipped and not corrected:
            given = matrices_for({**call.given, **call.slipped}, matrices)
            sheet = _called(example, call, before, given, computing=False)
        calls.append(Done(call, sheet, sheet.stages[-1], key.stages[-1]))
    assert sheet is not None
    return PartDone(part, calls, [sheet] * part.batch)


def _called(
    example: Example, call: Call, before: Worksheet | None, given: Mapping[str, Matrix], *, computing: bool
) -> Worksheet:
    options = options_of(call, computing=computing)
    function: Callable[..., Worksheet] = getattr(import_module(f"tmat.stages.{call.stage}"), call.stage)
    if call.stage == "vocab":
        return function(example.files[options.pop("corpus")], **options)
    return function(before if before is not None else Worksheet(), matrices=given, **options)


def matrices_for(named: Mapping[str, str], matrices: Mapping[str, Matrix]) -> dict[str, Matrix]:
    """The matrices of a call; NAME.T is given transposed."""
    given: dict[str, Matrix] = {}
    for name, block in named.items():
        given[name.removesuffix(".T")] = transpose(matrices[block]) if name.endswith(".T") else matrices[block]
    return given


def carried(sheet: Worksheet, place: str) -> Matrix:
    """A step of an earlier stage, as the script reads it from a saved worksheet."""
    return from_worksheet(sheet, place, kept_file(place))


def kept_file(place: str) -> str:
    return f"{place.partition('.')[0]}.json"


def options_of(call: Call, *, computing: bool) -> dict[str, Any]:
    """The options of a call, without roundings of steps that are given."""
    options = {**call.options, **(call.computing if computing else {})}
    if not computing and "round" in options:
        options["round"] = _of_computed(str(options["round"]), call.slipped)
    return {name: value for name, value in options.items() if value != ""}


def _of_computed(rounding: str, slipped: Mapping[str, str]) -> str:
    folded = Rounding.parse(",".join(f"{name.removesuffix('.T')}=0" for name in slipped)).names()
    parts = [part for part in rounding.split(",") if not (Rounding.parse(part).names() & folded)]
    return ",".join(parts)


# -- the numbers as the script writes them to a file and the stages read them


def file_name(example: Example) -> str:
    return f"{example.name}.txt"


def matrices_of(example: Example) -> dict[str, Matrix]:
    """The matrices of the calls, read as a stage reads them from the script's file."""
    text = file_text(example)
    return {typed.name: typed.matrix for typed in read_answers_text(text, file_name(example))} if text else {}


def file_text(example: Example) -> str:
    """The data file of the script: every matrix that a call is given, with its name and labels."""
    names = list(dict.fromkeys(_taken(example)))
    return "\n\n".join("\n".join(_block(example, name)) for name in names) + "\n" if names else ""


def _taken(example: Example) -> Iterator[str]:
    for part in example.parts:
        if part.source:
            yield part.source
        for call in part.calls:
            yield from call.given.values()
            yield from call.slipped.values()


def _block(example: Example, name: str) -> Iterator[str]:
    rows, cols = example.labels.get(name, (None, None))
    cells = example.texts(name)
    table: list[Sequence[str]] = [cols] if cols is not None else []
    table += cells
    wide = [max(len(text) for text in column) for column in zip(*table, strict=True)]
    lead = max((len(word) for word in rows), default=0) + 1 if rows is not None else 0
    yield name
    for n, row in enumerate(table, start=-(cols is not None)):
        label = rows[n] if rows is not None and n >= 0 else ""
        yield (label.ljust(lead) + " ".join(text.rjust(w) for text, w in zip(row, wide, strict=True))).rstrip()

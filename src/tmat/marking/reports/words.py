"""The sentences of a report: what happened, in which cells, without giving the right numbers away.

This is the only place where findings become sentences; no code reads them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any

from tmat.marking.findings import Cell, Extent, Finding, Kind, Mistake, Note, Remark, Scope, cells_of
from tmat.marking.verdicts import Reading, Report, StepReport, Unknown, Verdict
from tmat.numbers import format_number
from tmat.visible import visible

MOST_NAMED = 6
TOLD = (Remark.FOREIGN, Remark.ON_FOREIGN, Remark.NO_WORK, Remark.TOO_WIDE, Remark.ON_NO_ATTEMPT, Remark.RESTS)
"""Why a whole step is wrong, where nothing more is to be said."""
MOST_CELLS = 4  # that are told one by one


# -- a finding


def sentence(finding: Finding) -> str:
    """A finding as a sentence, with a perhaps where it is not sure.

    >>> doubled = Mistake("sign", "the sign of {result} is wrong", "look at {0} again", "Z", ("weights", "V"))
    >>> sentence(Finding(Kind.SLIP, (doubled,), ()))
    'the sign of Z is wrong'
    """
    text = happened(finding)
    return text if finding.sure else f"perhaps {text}"


def happened(finding: Finding) -> str:
    """What a finding says happened, however sure it is."""
    whole = finding.extent is Extent.MATRIX
    return ", or ".join(said_of(mistake, whole=whole) for mistake in finding.mistakes)


def mend(finding: Finding) -> str:
    """What to do about it."""
    return mend_of(finding.mistakes[0])


def said_of(mistake: Mistake, *, whole: bool = True) -> str:
    """What one mistake did, with the one before it, and the step it was made in where that was not handed in.

    {every} begins a sentence of numbers: of all of the matrix, or of those in the cells that are told.
    """
    text = _filled(mistake.said, mistake, "every number is" if whole else "the numbers are")
    place = "" if mistake.within is None else f"in {_within(mistake)}: "
    first = mistake.first
    if first is None:
        return place + text
    before = said_of(first, whole=whole)
    if first.within is None:
        return f"{place}{before}, and {text}"
    return f"{before}, and {text}" if _within(first) == _within(mistake) else f"{before}, and {place}{text}"


def _within(mistake: Mistake) -> str:
    """The hidden steps in which a mistake was made."""
    match mistake.scope:
        case Scope.HEADS:
            return "every head"
        case Scope.LAYERS:
            return "every layer"
        case Scope.STEPS if len(mistake.alike) <= MOST_CELLS:
            return _listed(mistake.alike)
        case Scope.STEPS:
            return f"{', '.join(mistake.alike[:MOST_CELLS])} and {len(mistake.alike) - MOST_CELLS} more"
        case _:
            return str(mistake.within)


def mend_of(mistake: Mistake) -> str:
    """What to do about one mistake."""
    text = _filled(mistake.mend, mistake)
    return text if mistake.first is None else f"{mend_of(mistake.first)}; {text}"


def _filled(text: str, mistake: Mistake, every: str = "") -> str:
    """A slip's sentence with the names and numbers of this step in it."""
    if "{" not in text:
        return text
    known: dict[str, Any] = {**mistake.params, "result": mistake.result, "every": every}
    details = {name: _detail(value, mistake.operands, known) for name, value in mistake.details.items()}
    return _NAMES.vformat(text, mistake.operands, {**known, **details})


def _detail(value: object, operands: Sequence[str], known: Mapping[str, Any]) -> object:
    """A detail, which may name an operand or a parameter itself."""
    if not isinstance(value, str) or "{" not in value:
        return value
    try:
        return _NAMES.vformat(value, operands, known)
    except ValueError:
        return value  # a matrix whose name has a brace in it


class _Names(Formatter):
    """{0} is an operand and {result} a name; what is not known is "it". {x:decimals} is a number of decimals, {x: and } a list."""

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        if isinstance(key, int):
            return args[key] if key < len(args) else "it"
        return kwargs.get(key, "it")

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "decimals":
            return "whole numbers" if value == 0 else _count(value, "decimal")
        if isinstance(value, tuple):
            return format_spec.join(value)
        return format_number(value) if isinstance(value, float) else str(value)


_NAMES = _Names()


# -- notes and names


def note(one: Note) -> str:  # noqa: C901, PLR0912 - one table: a line a remark
    """A note as a sentence."""
    names = " and ".join(one.matrices)
    match one.remark:
        case Remark.FOLLOWS:
            return f"follows from your {names}"
        case Remark.HABIT:
            return f"the same again as in {names}, and charged there"
        case Remark.NOT_COPIED:
            return f"{names} is given: it was not copied as it stands"
        case Remark.AS_PRINTED:
            return "marked by the article as it is printed, its slips included"
        case Remark.AS_CORRECTED:
            return "marked by the article as corrected"
        case Remark.READ_AS:
            return f"handed in as {visible(names)}"
        case Remark.FOREIGN:
            it, are = ("it", "is") if len(one.matrices) == 1 else ("them", "are")
            return f"{_listed(one.matrices)} {are} not this sheet's: nothing that rests on {it} counts"
        case Remark.ON_FOREIGN:
            return f"rests on {names}: another sheet's numbers"
        case Remark.ON_ITS_SIDE:
            return "every matrix stands on its side, as on a page that has a token in each column"
        case Remark.UPRIGHT:
            return "no matrix stands on its side: the page has a token in each row"
        case Remark.BLIND:
            return "no more is right here than chance would give: it is not counted, nor is what follows from the rest"
        case Remark.NO_WORK:
            return "not counted"
        case Remark.TOO_WIDE:
            return "one number throughout, to fewer decimals than the other steps: not counted"
        case Remark.NO_ATTEMPT:
            return "no attempt: nothing that follows from it is counted"
        case Remark.ON_NO_ATTEMPT:
            return f"built on {names}, which was no attempt"
        case Remark.BLANK:
            return f"{one.count} left blank"
        case Remark.ROUNDING:
            return f"{_count(one.count, 'cell')} off by rounding before this step: keep more decimals on the way"
        case Remark.RESTS:
            return f"right for your {names}, which is wrong by no known bug: it earns nothing"
        case Remark.DIFFERS:
            i, j = one.cell
            off = "is not finite" if one.most == float("inf") else f"is off by {one.most:.2g}"
            return (
                f"{_count(one.count, 'cell')} beyond what {one.matrices[1]} allows: "
                f"[{i + 1}, {j + 1}] {off}, {one.allowed:.1g} is allowed"
            )
        case Remark.HAND_IN:
            return f"hand in {names} too, to hear whether it goes wrong before or after"
        case Remark.SHORT_PRODUCTS:
            return "right for products of TF32; float32 throughout would be nearer"
        case Remark.TOO_SHORT:
            return f"{_count(one.count, 'cell')} rounded too far: {_count(one.decimals or 0, 'decimal')} are asked"
        case Remark.SHAPE:
            printed, due = ("×".join(map(str, shape)) for shape in one.shapes)
            return f"{names} is {printed}, {due} is due"


def unknown(one: Unknown) -> str:
    """A name that the key does not know, or a matrix that could not be read."""
    if one.why:
        return f"not read: {visible(one.why)}" + (f" ({one.where})" if one.where else "")
    said = f"the key has no step '{visible(one.name)}'"
    if one.nearest:
        said += f": did you mean {one.nearest}?"
    return said + (f" ({one.where})" if one.where else "")


def reading(one: Reading) -> str:
    """How a matrix was read."""
    return f"{visible(one.name) or 'the matrix'} was read so: {visible(one.how)}" + (
        f" ({one.where})" if one.where else ""
    )


def on_the_whole(report: Report) -> list[str]:
    """What is said of no single step: of the submission, of what was not read, and of how the rest was."""
    return [*map(note, report.remarks), *map(unknown, report.unknown), *map(reading, report.readings)]


# -- where


def where(step: StepReport, cells: Sequence[Cell]) -> str:
    """The cells as people point at them: whole rows and columns by name, single cells by both.

    Nothing where it is the whole matrix.
    """
    height, width = step.cells.shape
    extent, rows, columns = extent_of(cells, height, width)
    if extent is Extent.MATRIX:
        return ""
    if extent is Extent.ROWS:
        return f"in {_lines('row', rows, step.rows)}"
    if extent is Extent.COLUMNS:
        return f"in {_lines('column', columns, step.cols)}"
    if len(cells) <= MOST_CELLS:
        return "at " + ", ".join(f"[{_label(step.rows, i)}, {_label(step.cols, j)}]" for i, j in cells)
    if len(rows) < height:
        return f"{len(cells)} cells, in {_lines('row', rows, step.rows)}"
    if len(columns) < width:
        return f"{len(cells)} cells, in {_lines('column', columns, step.cols)}"
    return f"{len(cells)} cells"


def extent_of(cells: Sequence[Cell], height: int, width: int) -> tuple[Extent, list[int], list[int]]:
    """The extent of some cells in a matrix, and their rows and columns; no cells stand for all.

    >>> extent_of([(1, 0), (1, 1)], 3, 2)
    (<Extent.ROWS: 'rows'>, [1], [0, 1])
    """
    rows, columns = (sorted({cell[axis] for cell in cells}) for axis in (0, 1))
    count = len(set(cells))
    if not cells or len(cells) == height * width:
        return Extent.MATRIX, rows, columns
    if count == len(rows) * width:
        return Extent.ROWS, rows, columns
    if count == len(columns) * height:
        return Extent.COLUMNS, rows, columns
    return Extent.CELLS, rows, columns


def _lines(kind: str, numbers: Sequence[int], labels: Sequence[str]) -> str:
    names = [_label(labels, number) for number in numbers[:MOST_NAMED]]
    more = f" and {len(numbers) - MOST_NAMED} more" if len(numbers) > MOST_NAMED else ""
    return f"{kind}{'' if len(numbers) == 1 else 's'} {', '.join(names)}{more}"


def _label(labels: Sequence[str], number: int) -> str:
    return labels[number] if number < len(labels) else str(number + 1)


# -- a step


def sentences(step: StepReport) -> list[str]:
    """The sentences about a step; none where all is right."""
    said = []
    for finding in step.findings:
        place = where(step, finding.cells)
        said.append(f"{sentence(finding)} ({place})" if place else sentence(finding))
        if finding.settled_by:
            said.append(f"found from {_called(step)} alone; {finding.settled_by} would settle it")
    said += (note(one) for one in step.notes if one.remark is not Remark.HAND_IN)
    told = any(one.remark in TOLD for one in step.notes)
    short = sum(one.count for one in step.notes if one.remark is Remark.TOO_SHORT)
    if step.count(Verdict.WRONG) > short and not told and not any(f.kind is Kind.PROPERTY for f in step.findings):
        said.append(_unexplained(step))
    said += (note(one) for one in step.notes if one.remark is Remark.HAND_IN)
    if step.verdict is Verdict.MISSING and not any(one.remark is Remark.BLANK for one in step.notes):
        said.append("missing")
    return said


def _called(step: StepReport) -> str:
    """A step in a sentence: the output is a word, other names are letters."""
    return f"the {step.name}" if step.name == step.label == "output" else step.label


def _unexplained(step: StepReport) -> str:
    wrong = cells_of(step.cells == int(Verdict.WRONG))
    if len(wrong) == step.size:
        return "wrong, by no slip that is known here"
    place = where(step, wrong)
    counted = len(wrong) > MOST_CELLS and extent_of(wrong, *step.cells.shape)[0] is Extent.CELLS
    return f"wrong: {place}" if counted else f"wrong {place}"


def mends(step: StepReport) -> list[str]:
    """What to do about a step's findings, one each."""
    return [text for text in map(mend, step.findings) if text]


def standing(step: StepReport) -> str:
    """How many cells are right or follow, as a line of the table shows it."""
    good = step.right + step.count(Verdict.FOLLOWS)
    if step.verdict is Verdict.MISSING and not good:
        return "–"
    return f"{good} of {step.size}"


def _listed(names: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

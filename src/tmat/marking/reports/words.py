"""The words of a report: which cells, what happened, without giving the right numbers away."""

from __future__ import annotations

from collections.abc import Sequence

from tmat.marking.verdicts import Finding, StepReport, Verdict

MOST_NAMED = 6


def where(step: StepReport, cells: Sequence[tuple[int, int]]) -> str:
    """The cells as people point at them: whole rows and columns by name, single cells by both.

    Nothing where it is the whole matrix.
    """
    if not cells or len(cells) == step.size:
        return ""
    height, width = step.cells.shape
    rows = sorted({i for i, _ in cells})
    cols = sorted({j for _, j in cells})
    own = set(cells)
    if len(own) == len(rows) * width:
        return _lines("row", rows, step.rows)
    if len(own) == len(cols) * height:
        return _lines("column", cols, step.cols)
    if len(cells) <= 4:
        return "at " + ", ".join(f"[{_label(step.rows, i)}, {_label(step.cols, j)}]" for i, j in cells)
    if len(rows) < height:
        return f"{len(cells)} cells, in {_lines('row', rows, step.rows).removeprefix('in ')}"
    if len(cols) < width:
        return f"{len(cells)} cells, in {_lines('column', cols, step.cols).removeprefix('in ')}"
    return f"{len(cells)} cells"


def _lines(kind: str, places: Sequence[int], labels: Sequence[str]) -> str:
    names = [_label(labels, place) for place in places[:MOST_NAMED]]
    more = f" and {len(places) - MOST_NAMED} more" if len(places) > MOST_NAMED else ""
    return f"in {kind}{'' if len(places) == 1 else 's'} {', '.join(names)}{more}"


def _label(labels: Sequence[str], place: int) -> str:
    return labels[place] if place < len(labels) else str(place + 1)


def told(step: StepReport, finding: Finding) -> str:
    """A finding's sentence with the cells it is about."""
    place = where(step, finding.cells)
    return f"{finding.sentence} ({place})" if place else finding.sentence


def sentences(step: StepReport) -> list[str]:
    """What there is to say about a step, a sentence each; nothing where all is right."""
    said = [told(step, finding) for finding in step.findings]
    wrong = step.count(Verdict.WRONG)
    said += step.notes
    if wrong and not any(f.kind == "property" for f in step.findings):
        cells = [
            (i, j)
            for i in range(step.cells.shape[0])
            for j in range(step.cells.shape[1])
            if step.cells[i, j] == int(Verdict.WRONG)
        ]
        place = where(step, cells)
        if wrong == step.size:
            said.append("wrong, by no slip that is known here")
        else:
            said.append(f"wrong {place}" if place.startswith(("at", "in")) else f"wrong: {place}")
    if step.verdict is Verdict.MISSING and not step.notes:
        said.append("missing")
    return said


def score(step: StepReport) -> str:
    """How many cells are right: 24 of 24."""
    return f"{step.right} of {step.size}" if step.verdict is not Verdict.MISSING or step.right else "–"


def standing(step: StepReport) -> str:
    """The count with what follows counted in, as a line of the table shows it."""
    follows = step.count(Verdict.FOLLOWS)
    good = step.right + follows
    if step.verdict is Verdict.MISSING and not good:
        return "–"
    return f"{good} of {step.size}"

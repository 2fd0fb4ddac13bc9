"""The worksheets of an article as pages, with its printed numbers, verdicts and errata as remarks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tmat.articles.auditing import Audit, Audited, Cells
from tmat.articles.changes import changed, side_by_side
from tmat.articles.letters import spaced, symbols_of
from tmat.articles.numbers import BLANK
from tmat.articles.running import Done, PartDone
from tmat.articles.scripting import script
from tmat.articles.verdicts import errata, summary, verdict
from tmat.errors import fold
from tmat.marking.reports.words import mend, sentence
from tmat.sheet.remarks import Correction, Cover, Remark, Remarks, Said, Table
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet


def pages(audited: Audited, *, corrected: bool = False) -> list[Worksheet]:
    """A page for each part, the first with the cover; a ``corrected`` run has no slips, and so no verdicts."""
    made: list[Worksheet] = []
    before: PartDone | None = None
    for part in audited.parts:
        sheet = part.calls[-1].sheet
        own = {done.stage.id: _stage(audited, part, done, before, corrected) for done in part.calls}
        stages = [own[stage.id] for stage in sheet.stages if stage.id in own]
        made.append(Worksheet(stages, sheet.vocabulary, sheet.tokens))
        before = part
    made[0].cover = _cover(audited, corrected)
    return made


def _stage(audited: Audited, part: PartDone, done: Done, before: PartDone | None, corrected: bool) -> Stage:
    """The corrected stage with the numbers that the article went on from."""
    steps = [replace(step, result=_taken(done, step)) for step in done.key.steps]
    return replace(done.key, steps=steps, remarks=_remarks(audited, part, done, before, corrected))


def _taken(done: Done, step: Step) -> Matrix:
    """The numbers of a step that the article went on from: computed, or printed where there is a slip."""
    own = done.stage.step(step.name)
    if own is not None:
        return own.result
    values = done.stage[step.name].values if step.name in done.stage else step.values
    return Matrix(step.name, values, step.result.rows, step.result.cols)


def _remarks(audited: Audited, part: PartDone, done: Done, before: PartDone | None, corrected: bool) -> Remarks:
    article, key = audited.example, done.key
    known = {fold(name): name for name in key.names()}
    audits: dict[str, list[Audit]] = {}
    for one in audited.of(done):
        audits.setdefault(known.get(fold(one.name), one.name), []).append(one)
    of = {
        name: tuple(_remark(audited, one, n > 0) for n, one in enumerate(audits.get(name, ()))) for name in key.names()
    }
    unsaid = (Remark((Said("not printed", "caption"),)),) if done.call.prints and not corrected else ()
    of |= {step.name: unsaid for step in key.steps if not of[step.name]}
    introduction = [Said(text, "sentence") for text in changed(before, part)] if article.compares else []
    if done.call.says:
        introduction.append(Said(done.call.says, "caption"))
    end = [tuple(_fact(audited, found)) for name, found in audits.items() if name not in of]
    if part.part.batch > 1 and done is part.calls[-1]:
        end.append((Said(f"the same for each of the {part.part.batch} of the batch", "caption", 4),))
    return Remarks(
        done.call.headed or part.part.title,
        tuple(introduction),
        {name: remarks for name, remarks in of.items() if remarks},
        {name: _correction(one) for name, found in audits.items() for one in found[::-1] if _is_wrong(one)},
        {step.name: spaced(symbols_of(key, step.name, "cells")) for step in key.steps} if article.symbols else {},
        tuple(end),
    )


def _remark(audited: Audited, one: Audit, again: bool) -> Remark:
    said = tuple(verdict(one, audited.example, again=again))
    return Remark(said, one.texts, one.unexplained) if one.symbols else Remark(said)


def _fact(audited: Audited, found: list[Audit]) -> Iterator[Said]:
    for n, one in enumerate(found):
        yield Said(f"{one.name}: {' '.join(text for row in one.texts for text in row)}", "name")
        yield from (said._replace(indent=2) for said in verdict(one, audited.example, again=n > 0))


def _is_wrong(one: Audit) -> bool:
    """Whether a matrix is printed whole, and some of it is wrong."""
    whole = one.printed is not None and not any(text == BLANK for row in one.texts for text in row)
    return whole and bool(_wrong(one).any())


def _wrong(one: Audit) -> Cells:
    return one.explained | one.unexplained


def _correction(one: Audit) -> Correction:
    assert one.printed is not None
    decimals = max(len(text.partition(".")[2]) for row in one.texts for text in row)
    return Correction(one.printed, _wrong(one), one.right, decimals)


# -- the cover


def _cover(audited: Audited, corrected: bool) -> Cover:
    article = audited.example
    tables = [] if corrected else [_errata(audited), _differences(audited)]
    if article.compares:
        tables.append(side_by_side(audited.parts))
    if not corrected:
        tables.append(_claims(audited))
    return Cover(
        article.name,
        article.title,
        article.summary,
        () if corrected else tuple(summary(audited)),
        tuple(table for table in tables if table.rows),
        script(article, corrected=corrected),
    )


def _errata(audited: Audited) -> Table:
    rows: list[tuple[str, ...]] = []
    for title, one in errata(audited):
        for finding in one.findings:
            count = f"{len(finding.cells)} of {one.size}"
            rows.append((title, one.name, count, " or ".join(finding.names), sentence(finding), mend(finding)))
        if one.unexplained.any():
            rows.append((title, one.name, f"{int(one.unexplained.sum())} of {one.size}", "unexplained", "", ""))
    head = ("where", "matrix", "numbers", "slip", "what happened", "what is due")
    return Table("errata", head, tuple(rows), ())


def _differences(audited: Audited) -> Table:
    """The conventions of the article that differ from the paper."""
    remarks = audited.example.remarks
    said = tuple(
        (Said(f"said: {theirs}", "follows"), Said(f"the paper: {paper}", "caption", 2)) for theirs, paper in remarks
    )
    return Table("otherwise than the paper", ("the article", "the paper"), remarks, said)


def _claims(audited: Audited) -> Table:
    held = [(one.same.claim, f"{one.equal} of {one.size}", one.equal == one.size) for one in audited.agreements]
    said = tuple(Said(f"{claim}: {cells} cells", "right" if holds else "wrong") for claim, cells, holds in held)
    return Table("claims", ("claim", "cells"), tuple((claim, cells) for claim, cells, _ in held), (said,))

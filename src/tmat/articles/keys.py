"""A worked example as a key for marking: its corrected steps, and the article's names for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from tmat.articles import load
from tmat.articles.article import Call, Example, Part, Printed
from tmat.articles.running import PartDone, run
from tmat.articles.scripting import opening
from tmat.errors import fold
from tmat.marking.answers import Called
from tmat.marking.key import KeySheet
from tmat.marking.printed import PrintedMatrix
from tmat.numbers.claim import Claim
from tmat.reading.naming import as_heading
from tmat.reading.number_text import number
from tmat.sheet.worksheet import Stage, Step, Worksheet

DATA = Called("", "")
"""Stands for a block that is data, and not marked."""


def key_of(name: str) -> tuple[Worksheet, dict[str, Called]]:
    """The key of an example, all parts in one worksheet, corrected and as printed; and the article's names for its steps.

    >>> sheet, called = key_of("thrones")
    >>> called["addnorm1"]
    Called(stage='addnorm', name='normalized', transposed=False)
    """
    whole = load(name)
    corrected, called = _in_one(whole, corrected=True)
    printed, _ = _in_one(whole, corrected=False)
    return KeySheet(corrected.stages, corrected.vocabulary, corrected.tokens, printed=printed), called


def _in_one(whole: Example, *, corrected: bool) -> tuple[Worksheet, dict[str, Called]]:
    """All parts of an example in one worksheet, and the article's names for its steps."""
    stages: list[Stage] = []
    called: dict[str, Called] = {}
    vocabulary = None
    tokens: tuple[str, ...] = ()
    number = 0
    for part, done in zip(whole.parts, run(whole, corrected=corrected), strict=True):
        number += part.batch
        ids: dict[str, str] = {}
        for sheet in () if part.ours else done.sheets[:1]:
            vocabulary, tokens = vocabulary or sheet.vocabulary, tokens or sheet.tokens
            for stage in sheet.stages:
                ids[stage.id] = Worksheet(stages).next_id(stage.stage)
                stages.append(replace(stage, id=ids[stage.id]))
            own = [stage for stage in sheet.stages if stage.stage != "matrices"]
            for call, stage in zip(part.calls, own[-len(part.calls) :], strict=True):
                if not corrected:
                    place = next(n for n, each in enumerate(stages) if each.id == ids[stage.id])
                    stages[place] = _as_printed(whole, call, stages[place])
                    continue
                for printed in call.prints:
                    whole_step = _fits(whole, printed, stage)
                    called[printed.block] = (
                        Called(ids[stage.id], printed.step, printed.transposed) if whole_step else DATA
                    )
                for fact in call.facts:
                    called[fact.block] = DATA
        called |= _under_headings(part, done, number, ids)
    for one in (True, False):
        called[f"{as_heading(opening(whole, corrected=one))}."] = DATA  # the script at the end of a page
    for block in _data(whole):
        called.setdefault(block, DATA)
    return Worksheet(stages, vocabulary, tokens), called


def _under_headings(part: Part, done: PartDone, number: int, ids: Mapping[str, str]) -> dict[str, Called]:
    """What a page of all parts calls the matrices of one, by its heading or number; ``number`` is that of its last worksheet."""
    headings = {one.stage.id: one.call.headed or part.title for one in done.calls}
    found: dict[str, Called] = {}
    for stage in done.sheets[0].stages:
        places = [str(n) for n in range(number - part.batch + 1, number + 1)]
        places += [f"{n}.{stage.id}" for n in places] + [stage.id] * (number == part.batch)
        if stage.id in headings:
            heading = as_heading(headings[stage.id])
            places += [heading, f"{heading}.{stage.id}"]
        for name in stage.names():
            meant = Called(ids[stage.id], name) if ids else DATA
            found |= {fold(f"{place}.{name}"): meant for place in places}
    return found


def _as_printed(whole: Example, call: Call, stage: Stage) -> Stage:
    """The stage with the article's printed numbers in the steps that do not come out."""
    own: dict[str, Step] = {}
    for printed in call.prints:
        step = next((each for each in stage.steps if each.name == printed.step), None)
        if step is None or printed.given or not _fits(whole, printed, stage):
            continue
        texts = whole.texts(printed.block)
        values = np.array([[number(text) for text in row] for row in texts], dtype=np.float64)
        page = PrintedMatrix(values, Claim.infer(texts), texts)
        if not page.fits(step.values.T if printed.transposed else step.values).all():
            values = values.T if printed.transposed else values
            own[step.name] = replace(step, result=replace(step.result, values=values))
    return replace(stage, steps=[own.get(step.name, step) for step in stage.steps]) if own else stage


def _fits(whole: Example, printed: Printed, stage: Stage) -> bool:
    """Whether the article prints all of a step, not a row or two of it."""
    texts = whole.texts(printed.block)
    shape = (len(texts), len(texts[0]))
    return not any("_" in row for row in texts) and stage[printed.step].values.shape == (
        shape[::-1] if printed.transposed else shape
    )


def _data(whole: Example) -> list[str]:
    """The blocks that are data and no steps."""
    given = [block for part in whole.parts for call in part.calls for block in call.given.values()]
    return [block for block in (*whole.given, *given) if block not in ("X", "W_Q", "W_K", "W_V", "W_O")]

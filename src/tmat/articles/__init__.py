"""The worked articles: their printed numbers as data, their calculations as calls of stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from tmat.errors import InputError, expect, meant

if TYPE_CHECKING:
    from tmat.articles.article import Example
    from tmat.articles.numbers import Data
    from tmat.articles.running import PartDone
    from tmat.sheet.worksheet import Worksheet

EXAMPLES = {
    "thrones": "one sentence by hand, from the corpus to the predicted word",
    "weighted-sum": "the four steps of attention in symbols, each cell written out",
    "causal": "−∞ above the diagonal, and outputs that know only the past",
    "seven-versions": "attention in seven versions, and what changed from each to the next",
    "journey": "the book's third chapter: without weights, trained, masked, in heads",
}
"""The examples and what each shows, in the order of the list."""
TITLES = {
    "thrones": "漫画 Transformer: 手把手用数学公式推导",
    "weighted-sum": "自注意力机制的计算",
    "causal": "因果自注意力机制",
    "seven-versions": "通过7个版本的attention的变形,搞懂transformer多头注意力机制",
    "journey": "《從零構建大語言模型》學習筆記4,注意力機制1",
}
"""The titles of the articles."""


def example(name: str, *, corrected: bool = False, remarks: bool = True, part: int | None = None) -> list[Worksheet]:
    """The worksheets of a worked example as the article computed it, with its printed numbers, verdicts and errata.

    ``corrected``: the calculation without the article's slips. ``remarks=False``: the numbers only, in half the time.
    ``part``: only this numbered step of the article, or this part of the example where the article numbers no steps.

    Errors: an unknown example or part.

    >>> [[stage.id for stage in sheet] for sheet in example("causal", remarks=False)]
    [['attention'], ['attention'], ['attention']]
    """
    from tmat.articles.auditing import audit
    from tmat.articles.pages import pages
    from tmat.articles.running import run

    found = load(name)
    if not remarks:
        done = run(found, corrected=corrected)
        return [sheet for n, own in enumerate(done, 1) for sheet in _of_part(found, own, n, own.sheets, part)]
    audited = audit(found, corrected=corrected)
    drawn = pages(audited, corrected=corrected)
    return [
        replace(sheet, page=page)
        for n, (own, whole) in enumerate(zip(audited.parts, drawn, strict=True), 1)
        for page in _of_part(found, own, n, [whole], part)
        for sheet in _of_part(found, own, n, own.sheets, part)
    ]


def _of_part(found: Example, done: PartDone, n: int, sheets: Sequence[Worksheet], part: int | None) -> list[Worksheet]:
    """The worksheets of the n-th part, with only the stages of the wanted step or part."""
    if part is None:
        return list(sheets)
    known = found.numbers
    if part not in known:
        raise InputError(f"{found.name} has no part {part}", f"it has {known[0]} to {known[-1]}")
    ids = {own.stage.id for own in done.calls if part in (own.call.numbers or (n,))}
    chosen = [replace(sheet, stages=[s for s in sheet.stages if s.id in ids], cover=None) for sheet in sheets]
    return [sheet for sheet in chosen if sheet.stages]


def load(name: str, printed: Data | None = None) -> Example:
    """The definition of a worked example; ``printed`` replaces the numbers that its article prints.

    >>> load("causal").title
    'Each output knows only the past'
    """
    expect(name, str, "an example goes by its name")
    if name not in EXAMPLES:
        raise InputError(f"no example '{name}'", f"there are {', '.join(EXAMPLES)}", mend=meant(name, EXAMPLES))
    own = name.replace("-", "_")
    found: Example = getattr(import_module(f"tmat.articles.{own}"), own)(printed)
    return found

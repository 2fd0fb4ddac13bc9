"""The worked articles: their numbers as data, their steps as stage calls."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from tmat.errors import InputError, expect, meant

if TYPE_CHECKING:
    from tmat.articles.article import Example
    from tmat.articles.numbers import Data
    from tmat.sheet.worksheet import Worksheet

EXAMPLES = {
    "thrones": "one sentence by hand, from the corpus to the predicted word",
    "weighted-sum": "the four steps of attention in symbols, each cell written out",
    "causal": "−∞ above the diagonal, and outputs that know only the past",
    "seven-versions": "attention in seven versions, and what changed from each to the next",
    "journey": "the book's third chapter: without weights, trained, masked, in heads",
}
"""The examples and what each shows, in the order of the list."""


def example(name: str, *, corrected: bool = False, remarks: bool = True) -> list[Worksheet]:
    """The worksheets of a worked example, as the article went on; on pages they carry what it printed, verdicts and errata.

    ``corrected``: the calculation without the article's slips. ``remarks=False``: the numbers alone, in half the time.

    >>> [[stage.id for stage in sheet] for sheet in example("causal", remarks=False)]
    [['attention'], ['attention'], ['attention']]
    """
    from tmat.articles.auditing import audit
    from tmat.articles.pages import pages
    from tmat.articles.running import run

    found = load(name)
    if not remarks:
        return [sheet for part in run(found, corrected=corrected) for sheet in part.sheets]
    audited = audit(found, corrected=corrected)
    drawn = pages(audited, corrected=corrected)
    return [replace(sheet, page=page) for part, page in zip(audited.parts, drawn, strict=True) for sheet in part.sheets]


def load(name: str, printed: Data | None = None) -> Example:
    """What a worked example is made of; ``printed`` stands in for the numbers that its article prints.

    >>> load("causal").title
    'Each output knows only the past'
    """
    expect(name, str, "an example goes by its name")
    if name not in EXAMPLES:
        raise InputError(f"no example '{name}'", f"there are {', '.join(EXAMPLES)}", mend=meant(name, EXAMPLES))
    own = name.replace("-", "_")
    found: Example = getattr(import_module(f"tmat.articles.{own}"), own)(printed)
    return found

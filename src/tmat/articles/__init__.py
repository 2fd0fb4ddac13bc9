"""The worked articles: their numbers as data, their steps as stage calls."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from tmat.errors import InputError, nearest

if TYPE_CHECKING:
    from tmat.articles.article import Example
    from tmat.articles.numbers import Data

EXAMPLES = {
    "thrones": "one sentence by hand, from the corpus to the predicted word",
    "weighted-sum": "the four steps of attention in symbols, each cell written out",
    "causal": "−∞ above the diagonal, and outputs that know only the past",
    "seven-versions": "attention in seven versions, and what changed from each to the next",
    "journey": "the book's third chapter: without weights, trained, masked, in heads",
}
"""The examples and what each shows, in the order of the list."""


def example(name: str, printed: Data | None = None) -> Example:
    """A worked example by its name; ``printed`` stands in for the numbers that its article prints.

    >>> example("causal").title
    'Each output knows only the past'
    """
    if name not in EXAMPLES:
        near = nearest(name, EXAMPLES)
        raise InputError(
            f"no example '{name}'",
            f"there are {', '.join(EXAMPLES)}",
            mend=f"did you mean {near[0]}?" if near else None,
        )
    own = name.replace("-", "_")
    found: Example = getattr(import_module(f"tmat.articles.{own}"), own)(printed)
    return found

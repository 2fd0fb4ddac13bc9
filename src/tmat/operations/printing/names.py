"""The name of a matrix in its parts, for notations that set an index below: W_Q is W with a Q."""

from __future__ import annotations

import re
from typing import NamedTuple

from tmat.operations.expression import Expression
from tmat.operations.formula import Symbol

GREEK = {"gamma": "γ", "beta": "β"}
_INDEXED = re.compile(r"([^_]*?[^_\d])(?:_(.+)|(\d+))")


class Name(NamedTuple):
    """``place`` is the layer with its point, ``stem`` a letter, Greek for gamma, or a word, ``below`` the index."""

    place: str
    stem: str
    below: str

    @property
    def is_word(self) -> bool:
        """Whether any part of it is more than a letter with its index."""
        return bool(self.place) or not is_letter(self.stem) or not is_index(self.below)


def parted(name: str) -> Name:
    """The parts of a name.

    >>> tuple(parted("W_Q")), tuple(parted("scores2")), tuple(parted("layer1.gamma"))
    (('', 'W', 'Q'), ('', 'scores', '2'), ('layer1.', 'γ', ''))
    """
    place, point, own = name.rpartition(".")
    found = None if own in GREEK else _INDEXED.fullmatch(own)
    stem, below = (found[1], found[2] or found[3]) if found else (own, "")
    return Name(place + point if place else "", GREEK.get(stem, stem), below)


def is_letter(text: str) -> bool:
    return (len(text) == 1 and text.isalpha() and text.isascii()) or text in GREEK.values()


def is_index(text: str) -> bool:
    """Whether an index is a letter or a number, and no word."""
    return not text or (text.isascii() and text.isalnum() and (len(text) == 1 or text.isdigit()))


def is_worded(factor: Expression) -> bool:
    """Whether a factor is set off from the next: a word is, as is anything but a matrix."""
    return not isinstance(factor, Symbol) or parted(factor.name).is_word

"""The common part of LaTeX, MathML and Typst: names with indices, functions by their signs."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

from tmat.operations.expression import Expression, Quotient
from tmat.operations.formula import Selection, Symbol, matrices
from tmat.operations.printing.text import ATOM, LOOSE, POWER, PRODUCT, SUM, At, Bound, Notation
from tmat.operations.selections import Choice, Larger

KNOWN = frozenset({"exp", "sin", "cos", "tanh", "ln", "max", "argmax"})


class Typeset(Notation):
    """A notation that is typeset; subclasses say how a letter, a word, an index or a root is written."""

    spoken = False
    beside = " "
    after_function = " "  # where no bracket follows
    thin: str  # between a word and what it is multiplied by
    top: str  # of a transposed matrix
    to: str
    not_zero: str
    dots: str
    quad: str
    upright_as: str  # a word of mathematics, such as the name of a matrix; % stands for the text
    label_as: str  # text that is no mathematics
    root_as: str
    floor_as: str
    absolute_as: str
    overlined_as: str

    # -- what subclasses say

    @abstractmethod
    def escaped(self, text: str) -> str:
        """A text with the characters escaped that are markup."""

    @abstractmethod
    def scripts(self, stem: str, below: str = "", above: str = "") -> str:
        """An index below, an exponent above, or both."""

    @abstractmethod
    def cases(self, then: str, holds: str, otherwise: str) -> Bound:
        """One value where a condition holds, else another."""

    @abstractmethod
    def known(self, function: str) -> str:
        """A function that has a sign of its own."""

    def one(self, text: str) -> str:
        """A text as one element, for a root or a bar to go over."""
        return text

    def upright(self, text: str) -> str:
        return self.upright_as.replace("%", self.escaped(text))

    def label(self, text: str) -> str:
        return self.label_as.replace("%", self.escaped(text))

    def between(self, text: str) -> str:
        """Words between formulas, with the blanks at their ends."""
        return self.label(text)

    def apart(self, text: str) -> str:
        """A term after words: a minus that begins it is its sign, and no difference."""
        return text

    def square(self, text: str) -> str:
        return f"[{text}]"

    def grouped(self, text: str) -> str:
        """A text that may have an index, before it takes another."""
        return text

    def word(self, text: str, below: str = "", above: str = "") -> str:
        return self.scripts(self.upright(text), below, above)

    def indexed_function(self, sign: str, below: str) -> str:
        return self.scripts(sign, below)

    # -- what they share

    def power(self, at: At, base: Expression, exponent: Expression) -> Bound:
        return self._raised(at, base, self._exponent(at, exponent)), POWER

    def transposed(self, at: At, inner: Expression) -> Bound:
        return self._raised(at, inner, self.top), POWER

    def _raised(self, at: At, base: Expression, above: str) -> str:
        return (
            self.name(base.name, above=above) if isinstance(base, Symbol) else self.scripts(at(base, ATOM), "", above)
        )

    def _exponent(self, at: At, exponent: Expression) -> str:
        if isinstance(exponent, Quotient):
            return at(exponent.top, PRODUCT) + self.slash.strip() + at(exponent.bottom, POWER)
        return at(exponent, LOOSE)

    def call(self, at: At, function: str, argument: Expression) -> Bound:
        match function:
            case "exp":
                return self.scripts(self.letter("e"), "", self._exponent(at, argument)), POWER
            case "sqrt":
                return self.root_as.replace("%", self.one(at(argument, LOOSE))), ATOM
            case "floor":
                return self.floor_as.replace("%", self._share(at, argument)), ATOM
            case "abs":
                return self.absolute_as.replace("%", at(argument, LOOSE)), ATOM
            case "mean":
                return self.overlined_as.replace("%", self.one(at(argument, LOOSE))), ATOM
            case "argmax":
                return self.function(function) + self.after_function + at(argument, POWER), PRODUCT
        return self.function(function) + self.brackets(at(argument, LOOSE)), ATOM

    def function(self, name: str) -> str:
        """The name of a function, or of several; gelu_tanh is gelu with the index tanh."""
        if ", " in name:
            return self.comma.strip().join(map(self.function, name.split(", ")))
        name, _, below = name.partition("_")
        sign = self.known(name) if name in KNOWN else self.words(name)
        return self.indexed_function(sign, self.function(below)) if below else sign

    def among(self, function: str, terms: Sequence[str]) -> Bound:
        return self.function(function) + self.brackets(self.comma.join(terms)), ATOM

    def choice(self, at: At, choice: Choice) -> Bound:
        then, test, otherwise = (at(part, LOOSE) for part in (choice.then, choice.test, choice.otherwise))
        return self.cases(then, test if isinstance(choice.test, Larger) else test + self.not_zero, otherwise)

    def masked(self, at: At, choice: Choice) -> Bound:
        then, test, otherwise = at(choice.then, SUM), at(choice.test, SUM), at(choice.otherwise, LOOSE)
        return f"{then}{self.between(' where ')}{test}{self.between(', else ')}{self.apart(otherwise)}", LOOSE

    def symbol(self, letter: str, indices: Sequence[int]) -> str:
        comma = self.comma.strip() if any(index > 9 for index in indices) else ""
        digits = [str(index) for index in indices]
        below = comma.join(map(self.number, digits)) if comma else self.number("".join(digits))
        place = below if indices else ""
        return self.scripts(self.letter(letter), place) if len(letter) == 1 else self.word(letter, place)

    def name(self, name: str, *, above: str = "", index: str = "") -> str:
        """A matrix's name: W_Q is W with the index Q, a word is upright; ``index`` is the index of a name without one."""
        own = parted(name)
        below = index or own.below
        if not index and below:
            below = self.number(below) if below.isdigit() and is_index(below) else self._index(below)
        before = self.upright(own.place) if own.place else ""
        if is_letter(own.stem):
            return before + self.scripts(self.letter(own.stem), below, above)
        return before + self.word(own.stem, below, above)

    def _index(self, below: str) -> str:
        return self.letter(below) if is_index(below) else self.upright(below)

    def named(self, name: str, places: Sequence[str], running: str) -> str:
        labels = [place if place == running else self.label(place) for place in places]
        return self.name(name) + (self.square(self.comma.join(labels)) if labels else "")

    def selection(self, at: At, e: Selection) -> str:
        places = self.comma.strip().join(at(place, LOOSE) for place in e.places)
        if any(matrices(place) for place in e.places):
            return at(e.matrix, ATOM) + self.square(places)
        if isinstance(e.matrix, Symbol) and not parted(e.matrix.name).below:
            return self.name(e.matrix.name, index=places)
        return self.scripts(self.grouped(at(e.matrix, ATOM)), places)

    def side_by_side(self, matrices: Sequence[str]) -> str:
        return self.square(self.comma.join(matrices))

    def beside_each_other(self, left: Expression, right: Expression) -> str:
        return self.thin if is_worded(left) else self.beside

    def scientific(self, mantissa: str, exponent: int) -> str:
        raised = self.number(str(exponent).replace("-", "−"))
        return self.number(mantissa) + self.times + self.scripts(self.number("10"), "", raised)

    def more(self, count: int) -> str:
        words = self.label(f" {count} more term{'' if count == 1 else 's'} ")
        return f"{self.dots} {words} {self.dots}"

    def note(self, text: str) -> str:
        return self.quad + self.label(f"({text})")

    def arrow(self, before: str, after: str) -> str:
        return before + self.to + after

    def words(self, text: str) -> str:
        return self.upright(text)


GREEK = {"gamma": "γ", "beta": "β"}
_INDEXED = re.compile(r"([^_]*?[^_\d])(?:_(.+)|(\d+))")


class Name(NamedTuple):
    """``place``: the layer and its point; ``stem``: a letter (Greek for gamma) or a word; ``below``: the index."""

    place: str
    stem: str
    below: str

    @property
    def is_word(self) -> bool:
        """Whether it is more than a letter with a short index."""
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
    """Whether an index is a letter or a number, not a word."""
    return not text or (text.isascii() and text.isalnum() and (len(text) == 1 or text.isdigit()))


def is_worded(factor: Expression) -> bool:
    """Whether a factor needs a space after it: a word does, as does anything but a matrix."""
    return not isinstance(factor, Symbol) or parted(factor.name).is_word

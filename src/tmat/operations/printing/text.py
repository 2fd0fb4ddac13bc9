"""The notation of plain text, and the base class of all other notations.

A notation joins the texts of the parts. ``at(expression, level)`` is the printer's method: the text of a part, in
brackets where its precedence is below the level.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from tmat.operations.expression import Expression, Number, Quotient
from tmat.operations.formula import Places, Selection
from tmat.operations.selections import Choice, Larger

At: TypeAlias = Callable[[Expression, int], str]
Bound: TypeAlias = tuple[str, int]  # a text and its precedence

LOOSE, SUM, QUOTIENT, PRODUCT, POWER, ATOM = range(6)

_SUPERSCRIPTS = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class Notation:
    """One line of text, as a person types it: √6, e^23.8, (0.79 − 1.2)²."""

    beside = ""  # between two symbols
    times = "·"  # between two numbers
    spaced_times = " · "  # between two named cells
    plus = " + "
    minus = " − "
    negation = "−"
    slash = " / "
    hadamard = " ∘ "  # between two matrices, cell by cell
    outer = " + "  # between two matrices, every row of the one with every row of the other
    comma = ", "
    below = " < "
    equal, about = "=", "≈"
    equals = " = "  # between a name and its formula
    given = "is given:"
    spoken = True  # a Prose is printed in words

    def brackets(self, text: str) -> str:
        return f"({text})"

    def negative(self, text: str) -> str:
        return self.negation + text

    def quotient(self, at: At, top: Expression, bottom: Expression) -> Bound:
        return at(top, PRODUCT) + self.slash + at(bottom, POWER), QUOTIENT

    def power(self, at: At, base: Expression, exponent: Expression) -> Bound:
        raised = self._exponent(at, exponent)
        if isinstance(exponent, Number) and raised.isdigit():
            return at(base, ATOM) + superscript(raised), POWER
        return f"{at(base, ATOM)}^{raised}", POWER

    def call(self, at: At, function: str, argument: Expression) -> Bound:
        if function == "exp":
            return f"e^{self._exponent(at, argument)}", POWER
        if function == "sqrt":
            return f"√{at(argument, ATOM)}", POWER
        if function == "floor":
            return f"⌊{self._share(at, argument)}⌋", ATOM
        if function == "abs":
            return f"|{at(argument, LOOSE)}|", ATOM
        return f"{function}({at(argument, LOOSE)})", ATOM

    def _exponent(self, at: At, exponent: Expression) -> str:
        if isinstance(exponent, Quotient):
            return f"({self._share(at, exponent)})"
        return at(exponent, ATOM)

    def _share(self, at: At, e: Expression) -> str:
        """A quotient without blanks around the slash."""
        return (
            f"{at(e.top, POWER)}{self.slash.strip()}{at(e.bottom, POWER)}" if isinstance(e, Quotient) else at(e, LOOSE)
        )

    def among(self, function: str, terms: Sequence[str]) -> Bound:
        """max, min or argmax of several terms."""
        return f"{function}({self.comma.join(terms)})", ATOM

    def series(self, function: str, letter: str, text: str) -> Bound:
        """Σ, max or argmax of one term over the running index ``letter``."""
        return (f"Σ {text}", POWER) if function == "sum" else (f"{function}({text})", ATOM)

    def choice(self, at: At, choice: Choice) -> Bound:
        then, test, otherwise = at(choice.then, SUM), at(choice.test, SUM), at(choice.otherwise, LOOSE)
        holds = test if isinstance(choice.test, Larger) else f"{test} is not 0"
        return f"{then} where {holds}, else {otherwise}", LOOSE

    def more(self, count: int) -> str:
        return f"… {count} more term{'' if count == 1 else 's'} …"

    def symbol(self, letter: str, indices: Sequence[int]) -> str:
        comma = "," if any(index > 9 for index in indices) else ""
        return letter + comma.join(str(index) for index in indices).translate(_SUBSCRIPTS)

    def letter(self, letter: str) -> str:
        """The letter of a running index."""
        return letter

    def named(self, name: str, places: Sequence[str], running: str) -> str:
        """A cell by its matrix's name and its labels; ``running`` is the one that is an index, no label."""
        return f"{name}[{', '.join(places)}]"

    def number(self, text: str) -> str:
        return text

    def scientific(self, mantissa: str, exponent: int) -> str:
        return f"{mantissa}·10{superscript(str(exponent).replace('-', '−'))}"

    def note(self, text: str) -> str:
        return f" ({text})"

    def arrow(self, before: str, after: str) -> str:
        return f"{before} → {after}"

    # -- whole matrices

    def name(self, name: str) -> str:
        return name

    def words(self, text: str) -> str:
        return text

    def transposed(self, at: At, inner: Expression) -> Bound:
        return f"{at(inner, ATOM)}ᵀ", POWER

    def beside_each_other(self, left: Expression, right: Expression) -> str:
        """The sign between the factors of a matrix product."""
        return self.times

    def side_by_side(self, matrices: Sequence[str]) -> str:
        return f"[{self.comma.join(matrices)}]"

    def masked(self, at: At, choice: Choice) -> Bound:
        """A masked matrix."""
        return f"{at(choice.then, SUM)} where {at(choice.test, SUM)}, else {at(choice.otherwise, LOOSE)}", LOOSE

    def places(self, places: Places) -> str:
        return ":" if places.first is None else f"{places.first}…{places.last}"

    def selection(self, at: At, e: Selection) -> str:
        return f"{at(e.matrix, ATOM)}[{', '.join(at(place, LOOSE) for place in e.places)}]"


class Caption(Notation):
    """Plain text with blanks in exponents, for captions: sin, cos(pos / 10000^(2⌊i/2⌋ / 6))."""

    def _exponent(self, at: At, exponent: Expression) -> str:
        return at(exponent, ATOM)


def superscript(digits: str) -> str:
    """
    >>> superscript("−12")
    '⁻¹²'
    """
    return digits.translate(_SUPERSCRIPTS)


TEXT = Notation()
CAPTION = Caption()

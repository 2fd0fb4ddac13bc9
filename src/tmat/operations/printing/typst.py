"""Mathematics in Typst, without the dollars: ``frac(e^(s_(11)), e^(s_(11)) + e^(s_(12)))``."""

from __future__ import annotations

from collections.abc import Sequence

from tmat.operations.expression import Expression, Quotient
from tmat.operations.formula import Places, Selection, matrices
from tmat.operations.printing.names import is_index, is_letter, is_worded, parted
from tmat.operations.printing.text import ATOM, LOOSE, POWER, PRODUCT, At, Bound
from tmat.operations.printing.typeset import Typeset
from tmat.operations.selections import Choice


class Typst(Typeset):
    """What is no sign, letter or number of mathematics stands in quotes: nothing in it is markup."""

    beside = " "
    times = spaced_times = " dot "
    minus = " - "
    slash = " \\/ "
    hadamard = " compose "
    outer = " plus.o "
    about = "approx"
    given = '" is given: "'

    def negative(self, text: str) -> str:
        return f"-{text}"

    def quotient(self, at: At, top: Expression, bottom: Expression) -> Bound:
        return f"frac({at(top, LOOSE)}, {at(bottom, LOOSE)})", POWER

    def power(self, at: At, base: Expression, exponent: Expression) -> Bound:
        return f"{at(base, ATOM)}^({self._exponent(at, exponent)})", POWER

    def _exponent(self, at: At, exponent: Expression) -> str:
        if isinstance(exponent, Quotient):
            return f"{at(exponent.top, PRODUCT)} \\/ {at(exponent.bottom, POWER)}"
        return at(exponent, LOOSE)

    def known(self, function: str) -> str:
        return "arg max" if function == "argmax" else function

    def below(self, stem: str, index: str) -> str:
        return f"{stem}_({index})"

    def e_to(self, exponent: str) -> str:
        return f"e^({exponent})"

    def root(self, text: str) -> str:
        return f"sqrt({text})"

    def overlined(self, text: str) -> str:
        return f"overline({text})"

    def series(self, function: str, letter: str, text: str) -> Bound:
        return f"{'sum' if function == 'sum' else self.function(function)}_({letter}) {text}", POWER

    def choice(self, at: At, choice: Choice) -> Bound:
        then, test, otherwise = (at(part, LOOSE) for part in (choice.then, choice.test, choice.otherwise))
        return f'cases({then} & "where " {test} != 0, {otherwise} & "else")', ATOM

    def more(self, count: int) -> str:
        return f'dots.c " {count} more term{"" if count == 1 else "s"} " dots.c'

    def symbol(self, letter: str, indices: Sequence[int]) -> str:
        stem = letter if len(letter) == 1 else quoted(letter)
        comma = "," if any(index > 9 for index in indices) else ""
        return f"{stem}_({comma.join(map(str, indices))})" if indices else stem

    def named(self, name: str, places: Sequence[str], running: str) -> str:
        said = [place if place == running else quoted(place) for place in places]
        return self.name(name) + (f"[{self.comma.join(said)}]" if said else "")

    def number(self, text: str) -> str:
        return text.replace("−", "-").replace("NaN", '"NaN"')

    def scientific(self, mantissa: str, exponent: int) -> str:
        return f"{mantissa.replace('−', '-')} dot 10^({exponent})"

    def note(self, text: str) -> str:
        return f" quad {quoted(f'({text})')}"

    def arrow(self, before: str, after: str) -> str:
        return f"{before} -> {after}"

    def name(self, name: str) -> str:
        own = parted(name)
        stem = own.stem if own.is_greek or is_letter(own.stem) else quoted(own.stem)
        below = own.below if is_index(own.below) else quoted(own.below)
        return (quoted(own.place) if own.place else "") + stem + (f"_({below})" if below else "")

    def words(self, text: str) -> str:
        return quoted(text)

    def transposed(self, at: At, inner: Expression) -> Bound:
        return f"{at(inner, ATOM)}^top", POWER

    def beside_each_other(self, left: Expression, right: Expression) -> str:
        return " thin " if is_worded(left) else " "

    def places(self, places: Places) -> str:
        return ":" if places.first is None else f"{places.first}…{places.last}"

    def selection(self, at: At, e: Selection) -> str:
        matrix, places = at(e.matrix, ATOM), self.comma.join(at(place, LOOSE) for place in e.places)
        return f"{matrix}[{places}]" if any(any(matrices(place)) for place in e.places) else f"{matrix}_({places})"


def quoted(text: str) -> str:
    r"""A text from outside as a string: nothing in it is markup or mathematics.

    >>> print(quoted('a "b" \\c'))
    "a \"b\" \\c"
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


TYPST = Typst()

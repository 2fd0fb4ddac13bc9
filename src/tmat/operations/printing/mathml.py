"""Mathematics in MathML: the elements of a row, for a ``math`` element to hold.

>>> from tmat.operations.expression import Operand, sqrt
>>> from tmat.operations.printing.symbols import Symbols
>>> print(Symbols(MATHML).text(sqrt(Operand("Q", shape=(6, 2))[0, 1])))
<msqrt><mrow><msub><mi>q</mi><mn>12</mn></msub></mrow></msqrt>
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tmat.operations.expression import Expression
from tmat.operations.formula import Places, Selection, Symbol, matrices
from tmat.operations.printing.names import is_index, is_letter, is_worded, parted
from tmat.operations.printing.text import ATOM, LOOSE, POWER, At, Bound
from tmat.operations.printing.typeset import Typeset
from tmat.operations.selections import Choice

THIN = '<mspace width="0.17em"/>'
_GREEK = {"gamma": "γ", "beta": "β"}


class Mathml(Typeset):
    """Every text is the elements of a row; ``_one`` makes one element of them."""

    beside = ""
    times = spaced_times = "<mo>·</mo>"
    plus = "<mo>+</mo>"
    minus = "<mo>−</mo>"
    slash = "<mo>/</mo>"
    hadamard = "<mo>∘</mo>"
    outer = "<mo>⊕</mo>"
    comma = "<mo>,</mo>"
    equal, about = "<mo>=</mo>", "<mo>≈</mo>"
    equals = equal
    given = "<mtext> is given: </mtext>"
    thin = THIN

    def brackets(self, text: str) -> str:
        return _fenced("(", text, ")")

    def negative(self, text: str) -> str:
        return f"<mo>−</mo>{text}"

    def quotient(self, at: At, top: Expression, bottom: Expression) -> Bound:
        return f"<mfrac>{_one(at(top, LOOSE))}{_one(at(bottom, LOOSE))}</mfrac>", POWER

    def power(self, at: At, base: Expression, exponent: Expression) -> Bound:
        raised = self._exponent(at, exponent)
        if isinstance(base, Symbol):
            return _named(base.name, raised), POWER
        return f"<msup>{_one(at(base, ATOM))}{_one(raised)}</msup>", POWER

    def known(self, function: str) -> str:
        return f"<mi>arg</mi>{THIN}<mi>max</mi>" if function == "argmax" else f"<mi>{function}</mi>"

    def below(self, stem: str, index: str) -> str:
        return f"<msub>{stem}{index}</msub>"

    def e_to(self, exponent: str) -> str:
        return f"<msup><mi>e</mi>{_one(exponent)}</msup>"

    def root(self, text: str) -> str:
        return f"<msqrt>{_one(text)}</msqrt>"

    def overlined(self, text: str) -> str:
        return f'<mover>{_one(text)}<mo stretchy="true">¯</mo></mover>'

    def series(self, function: str, letter: str, text: str) -> Bound:
        sign = "<mo>∑</mo>" if function == "sum" else _one(self.function(function))
        return f"<msub>{sign}{letter}</msub>{text}", POWER

    def choice(self, at: At, choice: Choice) -> Bound:
        then, test, otherwise = (at(part, LOOSE) for part in (choice.then, choice.test, choice.otherwise))
        rows = (then, f"<mtext>where </mtext>{test}<mo>≠</mo><mn>0</mn>"), (otherwise, "<mtext>else</mtext>")
        table = "".join(f"<mtr>{''.join(f'<mtd>{cell}</mtd>' for cell in row)}</mtr>" for row in rows)
        return f'<mrow><mo form="prefix" stretchy="true">{{</mo><mtable>{table}</mtable></mrow>', ATOM

    def more(self, count: int) -> str:
        return f"<mo>⋯</mo><mtext> {count} more term{'' if count == 1 else 's'} </mtext><mo>⋯</mo>"

    def symbol(self, letter: str, indices: Sequence[int]) -> str:
        stem = f"<mi>{letter}</mi>" if len(letter) == 1 else _upright(letter)
        below = self.comma.join(f"<mn>{index}</mn>" for index in indices)
        if all(index < 10 for index in indices):
            below = f"<mn>{''.join(map(str, indices))}</mn>"
        return f"<msub>{stem}{_one(below)}</msub>" if indices else stem

    def letter(self, letter: str) -> str:
        return f"<mi>{letter}</mi>"

    def named(self, name: str, places: Sequence[str], running: str) -> str:
        said = [place if place == running else f"<mtext>{escape(place)}</mtext>" for place in places]
        return _named(name) + (_fenced("[", self.comma.join(said), "]") if said else "")

    def number(self, text: str) -> str:
        digits = text.removeprefix("−")
        sign = "<mo>−</mo>" if digits != text else ""
        if digits in ("∞", "π"):
            return f"{sign}<mi>{digits}</mi>"
        return f"{sign}<mn>{digits}</mn>" if digits != "NaN" else f"{sign}<mtext>NaN</mtext>"

    def scientific(self, mantissa: str, exponent: int) -> str:
        raised = _one(self.number(str(exponent).replace("-", "−")))
        return f"{self.number(mantissa)}{self.times}<msup><mn>10</mn>{raised}</msup>"

    def note(self, text: str) -> str:
        return f'<mspace width="1em"/><mtext>({escape(text)})</mtext>'

    def arrow(self, before: str, after: str) -> str:
        return f"{before}<mo>→</mo>{after}"

    def name(self, name: str) -> str:
        return _named(name)

    def words(self, text: str) -> str:
        return _upright(text)

    def transposed(self, at: At, inner: Expression) -> Bound:
        if isinstance(inner, Symbol):
            return _named(inner.name, "<mo>⊤</mo>"), POWER
        return f"<msup>{_one(at(inner, ATOM))}<mo>⊤</mo></msup>", POWER

    def beside_each_other(self, left: Expression, right: Expression) -> str:
        return THIN if is_worded(left) else ""

    def side_by_side(self, matrices: Sequence[str]) -> str:
        return _fenced("[", self.comma.join(matrices), "]")

    def places(self, places: Places) -> str:
        if places.first is None:
            return "<mo>:</mo>"
        return f"{THIN}<mn>{places.first}</mn><mo>…</mo><mn>{places.last}</mn>"

    def selection(self, at: At, e: Selection) -> str:
        matrix, places = at(e.matrix, ATOM), self.comma.join(at(place, LOOSE) for place in e.places)
        if any(any(matrices(place)) for place in e.places):
            return matrix + _fenced("[", places, "]")
        return f"<msub>{_one(matrix)}{_one(places)}</msub>"


def _one(row: str) -> str:
    """The row as one element: itself where it has two tags and so is one already."""
    return row if row.count("<") == 2 else f"<mrow>{row}</mrow>"


def _fenced(opening: str, row: str, closing: str) -> str:
    fences = (
        f'<mo form="{form}" stretchy="false">{sign}</mo>' for form, sign in (("prefix", opening), ("postfix", closing))
    )
    return row.join(fences)


def _upright(text: str) -> str:
    return f'<mi mathvariant="normal">{escape(text)}</mi>'


def _named(name: str, above: str = "") -> str:
    """A matrix's name, its index below, and what is raised after it above."""
    own = parted(name)
    before = _upright(own.place) if own.place else ""
    upright = not (own.is_greek or is_letter(own.stem))
    stem = _upright(own.stem) if upright else f"<mi>{_GREEK.get(own.stem, own.stem)}</mi>"
    below = _index(own.below)
    if below and above:
        return f"{before}<msubsup>{stem}{below}{above}</msubsup>"
    if above:
        return f"{before}<msup>{stem}{above}</msup>"
    return f"{before}<msub>{stem}{below}</msub>" if below else before + stem


def _index(below: str) -> str:
    if not below:
        return ""
    if not is_index(below):
        return _upright(below)
    return f"<mn>{below}</mn>" if below.isdigit() else f"<mi>{below}</mi>"


MATHML = Mathml()

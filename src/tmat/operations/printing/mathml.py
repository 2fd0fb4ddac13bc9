"""Mathematics in MathML, to be put into a ``math`` element.

>>> from tmat.operations.expression import Operand, sqrt
>>> from tmat.operations.printing.symbols import Symbols
>>> print(Symbols(MATHML).text(sqrt(Operand("Q", shape=(6, 2))[0, 1])))
<msqrt><mrow><msub><mi>q</mi><mn>12</mn></msub></mrow></msqrt>
"""

from __future__ import annotations

from html import escape

from tmat.operations.expression import Expression
from tmat.operations.formula import Places
from tmat.operations.printing.text import ATOM, LOOSE, POWER, At, Bound
from tmat.operations.printing.typeset import Typeset


class Mathml(Typeset):
    """Every text is a sequence of elements; ``_one`` wraps it in a single one.

    The bar of a mean is a border that the page's style draws (``.over``): few fonts have a sign that stretches over a word.
    """

    beside = ""
    times = spaced_times = "<mo>·</mo>"
    plus = "<mo>+</mo>"
    minus = negation = "<mo>−</mo>"
    slash = "<mo>/</mo>"
    hadamard = "<mo>∘</mo>"
    outer = "<mo>⊕</mo>"
    comma = "<mo>,</mo>"
    below = "<mo>&lt;</mo>"
    equal, about = "<mo>=</mo>", "<mo>≈</mo>"
    equals = equal
    given = "<mtext> is given: </mtext>"
    thin = after_function = '<mspace width="0.17em"/>'
    top = "<mo>⊤</mo>"
    to = "<mo>→</mo>"
    not_zero = "<mo>≠</mo><mn>0</mn>"
    dots = "<mo>⋯</mo>"
    quad = '<mspace width="1em"/>'
    upright_as, label_as = '<mi mathvariant="normal">%</mi>', "<mtext>%</mtext>"
    floor_as = "<mo>⌊</mo>%<mo>⌋</mo>"
    absolute_as = "<mo>|</mo>%<mo>|</mo>"
    root_as, overlined_as = "<msqrt>%</msqrt>", '<mrow class="over">%</mrow>'

    def brackets(self, text: str) -> str:
        return _fenced("(", text, ")")

    def square(self, text: str) -> str:
        return _fenced("[", text, "]")

    def quotient(self, at: At, top: Expression, bottom: Expression) -> Bound:
        return f"<mfrac>{_one(at(top, LOOSE))}{_one(at(bottom, LOOSE))}</mfrac>", POWER

    def letter(self, letter: str) -> str:
        return f"<mi>{letter}</mi>"

    def escaped(self, text: str) -> str:
        return escape(text)

    def between(self, text: str) -> str:
        return self.label(text.replace(" ", "\u00a0"))

    def apart(self, text: str) -> str:
        return _one(text)

    def one(self, text: str) -> str:
        return _one(text)

    def known(self, function: str) -> str:
        return f"<mi>arg</mi>{self.thin}<mi>max</mi>" if function == "argmax" else f"<mi>{function}</mi>"

    def scripts(self, stem: str, below: str = "", above: str = "") -> str:
        kind = "msubsup" if below and above else "msub" if below else "msup"
        parts = "".join(_one(part) for part in (stem, below, above) if part)
        return f"<{kind}>{parts}</{kind}>" if below or above else stem

    def series(self, function: str, letter: str, text: str) -> Bound:
        sign = "<mo>∑</mo>" if function == "sum" else self.function(function)
        return self.scripts(sign, letter) + text, POWER

    def cases(self, then: str, holds: str, otherwise: str) -> Bound:
        rows = (then, f"<mtext>where </mtext>{holds}"), (otherwise, "<mtext>else</mtext>")
        table = "".join(f"<mtr>{''.join(f'<mtd>{cell}</mtd>' for cell in row)}</mtr>" for row in rows)
        return f'<mrow><mo form="prefix" stretchy="true">{{</mo><mtable>{table}</mtable></mrow>', ATOM

    def number(self, text: str) -> str:
        digits = text.removeprefix("−")
        sign = self.negation if digits != text else ""
        if digits in ("∞", "π"):
            return f"{sign}<mi>{digits}</mi>"
        return sign + (f"<mn>{digits}</mn>" if digits != "NaN" else self.label(digits))

    def places(self, places: Places) -> str:
        if places.first is None:
            return "<mo>:</mo>"
        return f"{self.thin}<mn>{places.first}</mn><mo>…</mo><mn>{places.last}</mn>"


def _one(row: str) -> str:
    """The sequence as one element: wrapped, unless it has just two tags."""
    return row if row.count("<") == 2 else f"<mrow>{row}</mrow>"


def _fenced(opening: str, row: str, closing: str) -> str:
    fences = (
        f'<mo form="{form}" stretchy="false">{sign}</mo>' for form, sign in (("prefix", opening), ("postfix", closing))
    )
    return row.join(fences)


MATHML = Mathml()

"""Mathematics in Typst, without the dollars: ``frac(e^(s_(11)), e^(s_(11)) + e^(s_(12)))``."""

from __future__ import annotations

from tmat.operations.expression import Expression
from tmat.operations.printing.text import ATOM, LOOSE, POWER, At, Bound
from tmat.operations.printing.typeset import Typeset


class Typst(Typeset):
    """Texts are written as quoted strings, so that nothing in them is markup."""

    times = spaced_times = " dot "
    minus, negation = " - ", "-"
    slash = r" \/ "
    hadamard = " compose "
    outer = " plus.o "
    about = "approx"
    given = '" is given: "'
    thin = " thin "
    top = "top"
    to = " -> "
    not_zero = " != 0"
    dots = "dots.c"
    quad = " quad "
    upright_as = label_as = "%"
    floor_as = "floor(%)"
    absolute_as = "abs(%)"
    root_as, overlined_as = "sqrt(%)", "overline(%)"

    def quotient(self, at: At, top: Expression, bottom: Expression) -> Bound:
        return f"frac({at(top, LOOSE)}, {at(bottom, LOOSE)})", POWER

    def escaped(self, text: str) -> str:
        return quoted(text)

    def apart(self, text: str) -> str:
        return f"lr({text})"

    def known(self, function: str) -> str:
        return "arg max" if function == "argmax" else function

    def scripts(self, stem: str, below: str = "", above: str = "") -> str:
        return stem + (f"_({below})" if below else "") + (f"^({above})" if above else "")

    def series(self, function: str, letter: str, text: str) -> Bound:
        return f"{'sum' if function == 'sum' else self.function(function)}_({letter}) {text}", POWER

    def cases(self, then: str, holds: str, otherwise: str) -> Bound:
        return f'cases({then} & "where " {holds}, {otherwise} & "else")', ATOM

    def number(self, text: str) -> str:
        return text.replace("−", "-").replace("NaN", '"NaN"')


def quoted(text: str) -> str:
    r"""A text as a Typst string.

    >>> print(quoted('a "b" \\c'))
    "a \"b\" \\c"
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


TYPST = Typst()

"""How a piece of mathematics is set, whatever stands in its places: as a line of text, or as LaTeX.

A notation puts together what a printer hands it. ``at(expression, level)`` is the printer's own:
the text of a part, in brackets where it binds less tightly than the level.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from tmat.operations.expression import Expression, Number, Quotient
from tmat.operations.selections import Choice

At: TypeAlias = Callable[[Expression, int], str]
Bound: TypeAlias = tuple[str, int]  # a text and how tightly it binds

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
    equal, about = "=", "≈"

    def brackets(self, text: str) -> str:
        return f"({text})"

    def negative(self, text: str) -> str:
        return f"−{text}"

    def quotient(self, at: At, top: Expression, bottom: Expression) -> Bound:
        return f"{at(top, PRODUCT)} / {at(bottom, POWER)}", QUOTIENT

    def power(self, at: At, base: Expression, exponent: Expression) -> Bound:
        raised = self._exponent(at, exponent)
        if isinstance(exponent, Number) and raised.isdigit():
            return at(base, ATOM) + raised.translate(_SUPERSCRIPTS), POWER
        return f"{at(base, ATOM)}^{raised}", POWER

    def call(self, at: At, function: str, argument: Expression) -> Bound:
        if function == "exp":
            return f"e^{self._exponent(at, argument)}", POWER
        if function == "sqrt":
            return f"√{at(argument, ATOM)}", POWER
        return f"{function}({at(argument, LOOSE)})", ATOM

    def _exponent(self, at: At, exponent: Expression) -> str:
        if isinstance(exponent, Quotient):
            return f"({at(exponent.top, POWER)}/{at(exponent.bottom, POWER)})"
        return at(exponent, ATOM)

    def among(self, function: str, terms: Sequence[str]) -> Bound:
        """The largest, or the place of the largest, of several."""
        return f"{function}({', '.join(terms)})", ATOM

    def series(self, function: str, letter: str, text: str) -> Bound:
        """Σ, max or argmax of one term for each value of the running letter."""
        return (f"Σ {text}", POWER) if function == "sum" else (f"{function}({text})", ATOM)

    def choice(self, at: At, choice: Choice) -> Bound:
        then, test, otherwise = at(choice.then, SUM), at(choice.test, SUM), at(choice.otherwise, LOOSE)
        return f"{then} where {test} is not 0, else {otherwise}", LOOSE

    def more(self, count: int) -> str:
        return f"… {count} more term{'' if count == 1 else 's'} …"

    def symbol(self, letter: str, indices: Sequence[int]) -> str:
        comma = "," if any(index > 9 for index in indices) else ""
        return letter + comma.join(str(index) for index in indices).translate(_SUBSCRIPTS)

    def named(self, name: str, places: Sequence[str], running: str) -> str:
        """A cell by its matrix's name and its labels; the running letter is no label."""
        return f"{name}[{', '.join(places)}]"

    def number(self, text: str) -> str:
        return text

    def scientific(self, mantissa: str, exponent: int) -> str:
        return f"{mantissa}·10{str(exponent).replace('-', '−').translate(_SUPERSCRIPTS)}"

    def note(self, text: str) -> str:
        return f" ({text})"

    def arrow(self, before: str, after: str) -> str:
        return f"{before} → {after}"


class Latex(Notation):
    r"""LaTeX mathematics, without the dollars: \frac{e^{s_{11}}}{…}."""

    beside = " "
    times = r" \cdot "
    spaced_times = r" \cdot "
    minus = " - "
    about = r"\approx"

    def brackets(self, text: str) -> str:
        return rf"\left({text}\right)"

    def negative(self, text: str) -> str:
        return f"-{text}"

    def quotient(self, at: At, top: Expression, bottom: Expression) -> Bound:
        return rf"\frac{{{at(top, LOOSE)}}}{{{at(bottom, LOOSE)}}}", POWER

    def power(self, at: At, base: Expression, exponent: Expression) -> Bound:
        return f"{at(base, ATOM)}^{{{self._exponent(at, exponent)}}}", POWER

    def call(self, at: At, function: str, argument: Expression) -> Bound:
        if function == "exp":
            return f"e^{{{self._exponent(at, argument)}}}", POWER
        if function == "sqrt":
            return rf"\sqrt{{{at(argument, LOOSE)}}}", ATOM
        return self._function(function) + self.brackets(at(argument, LOOSE)), ATOM

    def _exponent(self, at: At, exponent: Expression) -> str:
        if isinstance(exponent, Quotient):
            return f"{at(exponent.top, PRODUCT)}/{at(exponent.bottom, POWER)}"
        return at(exponent, LOOSE)

    def _function(self, name: str) -> str:
        if name == "argmax":
            return r"\arg\max"
        return f"\\{name}" if name in _KNOWN else rf"\operatorname{{{name}}}"

    def among(self, function: str, terms: Sequence[str]) -> Bound:
        return self._function(function) + self.brackets(", ".join(terms)), ATOM

    def series(self, function: str, letter: str, text: str) -> Bound:
        sign = r"\sum" if function == "sum" else self._function(function)
        return f"{sign}_{{{letter}}} {text}", PRODUCT

    def choice(self, at: At, choice: Choice) -> Bound:
        then, test, otherwise = (at(part, LOOSE) for part in (choice.then, choice.test, choice.otherwise))
        rows = rf"{then} & \text{{where }} {test} \ne 0 \\ {otherwise} & \text{{else}}"
        return rf"\begin{{cases}} {rows} \end{{cases}}", ATOM

    def more(self, count: int) -> str:
        return rf"\cdots \text{{ {count} more term{'' if count == 1 else 's'} }} \cdots"

    def symbol(self, letter: str, indices: Sequence[int]) -> str:
        stem = letter if len(letter) == 1 else rf"\mathrm{{{latex_text(letter)}}}"
        comma = "," if any(index > 9 for index in indices) else ""
        below = comma.join(map(str, indices))
        return _GREEK.get(stem, stem) + (f"_{{{below}}}" if below else "")

    def named(self, name: str, places: Sequence[str], running: str) -> str:
        said = [place if place == running else rf"\text{{{latex_text(place)}}}" for place in places]
        return latex_name(name) + (f"[{', '.join(said)}]" if said else "")

    def number(self, text: str) -> str:
        plain = text.replace("−", "-").replace("∞", r"\infty").replace("π", r"\pi")
        return plain.replace("NaN", r"\text{NaN}")

    def scientific(self, mantissa: str, exponent: int) -> str:
        return rf"{mantissa.replace('−', '-')} \cdot 10^{{{exponent}}}"

    def note(self, text: str) -> str:
        return rf"\quad\text{{({latex_text(text)})}}"

    def arrow(self, before: str, after: str) -> str:
        return rf"{before} \to {after}"


_GREEK = {"μ": r"\mu", "σ": r"\sigma", "γ": r"\gamma", "β": r"\beta"}
_KNOWN = frozenset({"exp", "sin", "cos", "tanh", "max"})
_LATEX_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "−": "$-$",
    "∞": r"$\infty$",
    "\n": " ",
    "\r": " ",
    "\t": " ",
}


def latex_text(text: str) -> str:
    r"""A label or a name as LaTeX text: nothing in it is a command, a group or the end of the mathematics.

    >>> print(latex_text("50%_of {it}"))
    50\%\_of \{it\}
    """
    return "".join(_LATEX_SPECIAL.get(character, character) for character in text)


def latex_name(name: str) -> str:
    r"""A matrix's name in mathematics: W_Q is W with a Q below, a word stands upright.

    >>> print(latex_name("W_Q"), latex_name("scores2"), latex_name("layer1.gamma"))
    W_{Q} \mathrm{scores}_{2} \mathrm{layer1.}\gamma
    """
    place, dot, own = name.rpartition(".")
    if own in ("gamma", "beta"):
        stem, below = f"\\{own}", ""
    else:
        parted = re.fullmatch(r"([^_]*?[^_\d])(?:_(.+)|(\d+))", own)
        head, below = (parted[1], parted[2] or parted[3]) if parted else (own, "")
        letter = len(head) == 1 and head.isalpha() and head.isascii()
        stem = head if letter else rf"\mathrm{{{latex_text(head)}}}"
    if below and not (below.isascii() and below.isalnum() and (len(below) == 1 or below.isdigit())):
        below = rf"\mathrm{{{latex_text(below)}}}"
    before = rf"\mathrm{{{latex_text(place + dot)}}}" if place else ""
    return before + stem + (f"_{{{below}}}" if below else "")


TEXT = Notation()
LATEX = Latex()

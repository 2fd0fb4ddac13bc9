r"""LaTeX's mathematics as MathML: as much of it as formulas are written with.

>>> print(mathml(r"\sqrt{6}"))
<math><msqrt><mn>6</mn></msqrt></math>
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}^_]|\d+(?:\.\d+)?|\s+|.", re.DOTALL)
SIGNS = {
    "sum": "∑", "cdot": "·", "circ": "∘", "times": "×", "top": "⊤", "ldots": "…", "cdots": "⋯", "to": "→", "pm": "±",
    "approx": "≈", "le": "≤", "ge": "≥", "ne": "≠", "in": "∈", "mid": "∣", "oplus": "⊕",
}  # fmt: skip
LETTERS = {
    "infty": "∞", "beta": "β", "gamma": "γ", "mu": "μ", "sigma": "σ", "pi": "π", "epsilon": "ε", "varepsilon": "ε",
    "alpha": "α", "theta": "θ", "Phi": "Φ",
}  # fmt: skip
FUNCTIONS = frozenset({"max", "min", "tanh", "exp", "sin", "cos", "arg", "log"})
SPACES = {",": "0.17em", " ": "0.3em", ";": "0.28em", "quad": "1em", "thinspace": "0.17em"}
TEXT = frozenset({"mathrm", "text", "operatorname"})
NO_SIGN = frozenset({"textstyle", "displaystyle", "left", "right", "nolimits"})
_ESCAPED = {r"\textbackslash": "\\", r"\textasciicircum": "^", r"\textasciitilde": "~"}


class Unknown(ValueError):
    """Something that formulas are not written with."""


def mathml(latex: str) -> str:
    """The formula as a math element.

    Errors: Unknown, for a command that is not known here.
    """
    return f"<math>{''.join(_Reader(latex).row())}</math>"


class _Reader:
    """Reads a formula from left to right."""

    def __init__(self, latex: str) -> None:
        self.tokens: list[str] = _TOKEN.findall(latex)
        self.at = 0

    def next(self) -> str:
        if self.at == len(self.tokens):
            raise Unknown("the formula ends too soon")
        self.at += 1
        return self.tokens[self.at - 1]

    def row(self, end: str = "") -> Iterator[str]:
        """The elements up to the end."""
        done: list[str] = []
        while self.at < len(self.tokens) and self.tokens[self.at] != end:
            token = self.next()
            if token in ("^", "_"):
                self.script(done, token)
            else:
                done += self.element(token)
        if end:
            self.next()
        return iter(done)

    def script(self, done: list[str], mark: str) -> None:
        """An index or an exponent, or both, on what stands before."""
        base = done.pop() if done else "<mrow></mrow>"
        first = self.argument()
        if self.at < len(self.tokens) and self.tokens[self.at] in "^_" and self.tokens[self.at] != mark:
            self.next()
            second = self.argument()
            below, above = (first, second) if mark == "_" else (second, first)
            done.append(f"<msubsup>{base}{below}{above}</msubsup>")
        else:
            kind = "msub" if mark == "_" else "msup"
            done.append(f"<{kind}>{base}{first}</{kind}>")

    def argument(self) -> str:
        """What a command or a script applies to, as one element."""
        token = self.next()
        while token.isspace():
            token = self.next()
        if token == "{":
            inner = list(self.row("}"))
            return inner[0] if len(inner) == 1 else f"<mrow>{''.join(inner)}</mrow>"
        return "".join(self.element(token))

    def element(self, token: str) -> list[str]:
        if token.isspace():
            return []
        if token == "{":
            return [f"<mrow>{''.join(self.row('}'))}</mrow>"]
        if token.startswith("\\"):
            return self.command(token[1:])
        if token == "}":
            raise Unknown("a brace too many")
        if token[0].isdigit():
            return [f"<mn>{token}</mn>"]
        if token in "([":
            return [f'<mo form="prefix" stretchy="false">{token}</mo>']
        if token in ")]":
            return [f'<mo form="postfix" stretchy="false">{token}</mo>']
        return [f"<mi>{escape(token)}</mi>" if token.isalpha() else f"<mo>{escape(token.replace('-', '−'))}</mo>"]

    def command(self, name: str) -> list[str]:
        if name in TEXT:
            said = self.words()
            return [f"<mtext>{said}</mtext>" if name == "text" else f'<mi mathvariant="normal">{said}</mi>']
        if name == "frac":
            return [f"<mfrac>{self.argument()}{self.argument()}</mfrac>"]
        if name == "sqrt":
            return [f"<msqrt>{self.argument()}</msqrt>"]
        if name == "overline":
            return [f'<mover>{self.argument()}<mo stretchy="true">¯</mo></mover>']
        if name in SPACES:
            return [f'<mspace width="{SPACES[name]}"/>']
        if name in SIGNS:
            return [f"<mo>{SIGNS[name]}</mo>"]
        if name in LETTERS:
            return [f"<mi>{LETTERS[name]}</mi>"]
        if name in FUNCTIONS:
            follows = next((token for token in self.tokens[self.at :] if not token.isspace()), "")
            air = ['<mspace width="0.17em"/>'] if follows.startswith("\\") or follows.isalpha() else []
            return [f"<mi>{name}</mi>", *air]
        if name in NO_SIGN:
            return []
        if len(name) == 1 and not name.isalnum():
            return [f"<mo>{escape(name)}</mo>"]
        raise Unknown(f"no \\{name} here")

    def words(self) -> str:
        """The text of a group, its escapes undone."""
        if self.next() != "{":
            raise Unknown("words want braces")
        said, depth = "", 1
        while True:
            token = self.next()
            if token == "{":
                depth += 1
            elif token == "}":
                depth -= 1
                if not depth:
                    return escape(said)
            elif token in _ESCAPED:
                said += _ESCAPED[token]
            elif token.startswith("\\") and len(token) == 2:
                said += token[1]
            elif token.startswith("\\"):
                said += LETTERS.get(token[1:]) or SIGNS.get(token[1:]) or ""
            elif token != "$":
                said += token

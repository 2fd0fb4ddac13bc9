"""What the notations that typeset have in common: functions by their signs, and no words where there is a sign."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from tmat.operations.expression import Expression
from tmat.operations.printing.text import ATOM, LOOSE, POWER, PRODUCT, At, Bound, Notation
from tmat.operations.selections import Choice

KNOWN = frozenset({"exp", "sin", "cos", "tanh", "max", "argmax"})


class Typeset(Notation):
    """LaTeX, MathML and Typst say how a root, an index or a word looks."""

    spoken = False
    thin = " "  # the space after a function that has no brackets

    def call(self, at: At, function: str, argument: Expression) -> Bound:
        match function:
            case "exp":
                return self.e_to(self._exponent(at, argument)), POWER
            case "sqrt":
                return self.root(at(argument, LOOSE)), ATOM
            case "mean":
                return self.overlined(at(argument, LOOSE)), ATOM
            case "argmax":
                return self.function(function) + self.thin + at(argument, POWER), PRODUCT
        return self.function(function) + self.brackets(at(argument, LOOSE)), ATOM

    def _exponent(self, at: At, exponent: Expression) -> str:
        return at(exponent, LOOSE)

    def function(self, name: str) -> str:
        """The sign of a function, or of several; gelu_tanh is gelu with tanh below."""
        if ", " in name:
            return self.comma.strip().join(map(self.function, name.split(", ")))
        name, _, below = name.partition("_")
        sign = self.known(name) if name in KNOWN else self.words(name)
        return self.below(sign, self.function(below)) if below else sign

    def among(self, function: str, terms: Sequence[str]) -> Bound:
        return self.function(function) + self.brackets(self.comma.join(terms)), ATOM

    def masked(self, at: At, choice: Choice) -> Bound:
        return self.among("mask", [at(part, LOOSE) for part in (choice.then, choice.test, choice.otherwise)])

    # -- what each says in its own way

    @abstractmethod
    def known(self, function: str) -> str:
        """A function that has a sign of its own."""

    @abstractmethod
    def below(self, stem: str, index: str) -> str: ...

    @abstractmethod
    def e_to(self, exponent: str) -> str: ...

    @abstractmethod
    def root(self, text: str) -> str: ...

    @abstractmethod
    def overlined(self, text: str) -> str: ...

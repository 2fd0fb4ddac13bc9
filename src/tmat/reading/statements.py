"""A bracketed value with its name before and the operators after it; of a product, only the result is read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tmat.errors import InputError
from tmat.reading.bracketed import Value, after_bracket, in_shape, transposed, value_of
from tmat.reading.brackets import Brackets, Group
from tmat.reading.lexing import Token
from tmat.reading.naming import declared, name_of
from tmat.reading.openings import opening
from tmat.reading.rows import Mark, Problem, Row, Words
from tmat.visible import visible

_OPERATORS = frozenset("·×*@+-−/÷⊙∘⊗")
_ANEW = re.compile(r"\s*(?:([^\W\d][\w.]{0,60})\s*(?::=|=|<-|:)\s*(?:[\[({]|[\w.]+\(\[?)|#{2,6}\s)")
_FIELD = re.compile(r"\s*[\"']?[^\W\d][\w.\-]{0,60}[\"']?\s*:(?!:)")
_KEYWORDS = frozenset((
    "dtype", "device", "requires_grad", "grad_fn", "shape", "nrow", "ncol", "byrow", "dimnames", "columns", "index", "numpy",
))  # fmt: skip


@dataclass(slots=True)
class NamedValue:
    """A value, the name before it, and what ties them: an equals sign, a colon or nothing."""

    value: Value
    prefix: str
    relation: str
    raw: str
    column: int  # of its bracket, from 1

    def takes(self, other: NamedValue) -> bool:
        """Whether a value after it and a comma is one more row."""
        rows = self.value.rows
        beside = self.raw is other.raw and other.raw[: other.column - 1].rstrip().endswith(",")
        flat = other.value.depth == 1 and (len(rows) > 1 or self.value.depth == 1)
        return beside and flat and len(rows[0]) == len(other.value.rows[0])


Item = Words | Row | NamedValue | Mark | Problem
"""What a line of a text can be."""


class Statement:
    """Reads one statement: a name and a value, or a chain of operands that ends in one."""

    def __init__(self, origin: str, tokens: list[Token], at: tuple[int, int], text: str) -> None:
        first, bracket = at
        self.origin = origin
        self.prefix, self.relation = _named(tokens[:first], text)
        maker = tokens[first].text if bracket > first else ""
        self.operating = _calculates(tokens[:first]) or maker[:1] in ("-", "−")  # the value is an operand
        self.has_result = False
        self.rest: list[Token] = []  # what is left of the line
        self.brackets = Brackets(origin, tokens[bracket - 1] if bracket else None)
        self.goes_on = False

    @property
    def name(self) -> str:
        return name_of(self.prefix)

    def never_closed(self, text: str) -> bool:
        """Whether the next line begins another statement, so that the bracket was never closed."""
        stack = self.brackets.stack
        anew = _ANEW.match(text) if stack else None
        return anew is not None and not stack[-1].key and bool(stack[0].items) and anew[1] not in _KEYWORDS

    def is_object(self, text: str) -> bool:
        """Whether the next line is a field of an object, so that the bracket holds no matrix."""
        stack = self.brackets.stack
        alone = len(stack) == 1 and stack[0].opened.text == "{" and not stack[0].call and not stack[0].items
        return alone and _FIELD.match(text) is not None

    def unclosed(self) -> tuple[InputError, str]:
        """The error for a bracket that stays open."""
        opened = self.brackets.stack[-1]
        where = f"in {self.origin}, line {opened.line}, column {opened.opened.start + 1}"
        error = InputError(f"'{opened.opened.text}' is never closed", where, "expected rows of numbers, then the closing bracket")  # fmt: skip
        return error, self.name

    def closed(self, rest: list[Token], line: int, raw: str) -> NamedValue | None:
        """The value once the bracket has closed; None where the statement goes on."""
        group, error = self.brackets.done, self.brackets.error
        assert group is not None
        self.goes_on = False
        turned, shape, rest = after_bracket(rest)
        self.rest = rest
        if rest and rest[0].kind == "number" and not self.operating:
            what = f"'{visible(rest[0].text, 40)}' behind a closed bracket"
            where = f"in {self.origin}, line {line}, column {rest[0].start + 1}"
            self.rest = []
            raise InputError(what, where, "expected the numbers of a row in one bracket, or none in brackets")
        try:
            if error is not None:
                raise error
            value = value_of(group, self.origin)
            shape = shape or (declared(self.prefix) if value.depth == 1 else None)
            if shape:
                where = f"in {self.origin}, line {line}"
                rows = in_shape(
                    [token for row in value.rows for token in row], shape, lambda what: InputError(what, where)
                )
                value = Value(rows, [value.line] * len(rows), [], 2, value.line, value.notes)
            value = transposed(value) if turned else value
        except InputError:
            if self._operates(rest, 2) and self._onward(rest):
                return None
            raise
        if rest and self._is_changed(group, rest):
            self.rest = []
            raise _operation(self.origin, group.line)
        if self._operates(rest, value.depth):
            self.operating = True
            if not self._onward(rest):
                raise _operation(self.origin, value.line)
            return None
        if self.operating and rest and rest[0].kind == "assign" and self._onward(rest):
            self.operating = False
            return None
        if self.operating and not self.has_result:
            raise _operation(self.origin, value.line)
        return NamedValue(value, self.prefix, self.relation, raw, group.opened.start + 1)

    def _is_changed(self, group: Group, rest: list[Token]) -> bool:
        """Whether a method or an index after the bracket changes its numbers: array(…).sum(axis=1), array(…)[0]."""
        if len(rest) < 2:
            return False
        method = len(rest[0].text) > 1 and rest[0].text.startswith(".")
        call = method and rest[1].text == "(" and rest[0].end == rest[1].start
        return call or (bool(group.call) and rest[0].text == "[" and group.opened.text == "(" and not self.operating)

    def _operates(self, rest: list[Token], depth: int) -> bool:
        """Whether an operator follows, or another matrix to be multiplied with this one."""
        if not rest or rest[0].kind == "number":
            return False
        if rest[0].kind == "open":
            return depth > 1
        times = rest[0].text in ("cdot", "times") or (rest[0].text == "x" and len(rest) > 1 and rest[1].kind == "open")
        return times or rest[0].text[:1] in _OPERATORS

    def _onward(self, rest: list[Token]) -> bool:
        """Go on behind the last equals sign, else at the next operand; False where there is neither."""
        last = max((n for n, token in enumerate(rest) if token.kind == "assign"), default=None)
        onward = rest if last is None else rest[last + 1 :]
        at = opening(onward)
        if at is None:
            return False
        self.has_result |= last is not None
        self.brackets = Brackets(self.origin, onward[at[1] - 1] if at[1] else None)
        self.goes_on = True
        self.rest = onward[at[1] :]
        return True


def _calculates(before: list[Token]) -> bool:
    """Whether what stands right before a bracket changes its numbers: 1/2 [[…]], 0.1 * [[…]], = -[[…]].

    A dash or star alone before it is a bullet, a number behind a word counts: head 1 [[…]].
    """
    if not before:
        return False
    last, tied = before[-1], len(before) > 1 and before[-2].kind == "assign"
    if last.kind == "number":
        return tied
    return (last.text in ("-", "−", "+") and tied) or (
        last.text in ("*", "·", "×", "/", "@") and len(before) > 1 and before[-2].kind in ("number", "close")
    )


def _operation(origin: str, line: int) -> InputError:
    return InputError("an operation where a matrix is due", f"in {origin}, line {line}", mend="write its result")


def _named(tokens: list[Token], text: str) -> tuple[str, str]:
    """The name before a bracket, and how it is tied to it; of a dictionary, the key."""
    braces = [n for n, token in enumerate(tokens) if token.text == "{"]
    tokens = tokens[braces[-1] + 1 :] if braces else tokens  # {Q: [[…]]}
    if not tokens:
        return "", ""
    relation = tokens[-1].kind if tokens[-1].kind in ("assign", "colon") else ""
    if len(tokens) > 1 and tokens[-2].kind == "quoted" and tokens[-1].kind in ("colon", "comma"):
        return tokens[-2].text.strip("\"'`"), "assign"
    prefix = text[tokens[0].start : tokens[-1].end].strip()
    return prefix if prefix.strip(" =≈:→") else "", relation

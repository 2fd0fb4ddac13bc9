"""A backward rule: from the gradient of a result to the gradients of its operands, as steps still to be computed.

A rule is a function of the operands and parameters of a step. It returns for each operand the step that makes its
gradient from the gradient of the result (SLOPE), the result (RESULT) and the operands, or None where an operand
has no gradient, as a mask or ids. Where a step needs another one first, that has a name (``called``).

>>> from tmat.operations import REGISTRY
>>> from tmat.operations.backward import RULES, SLOPE
>>> da, db = RULES["matmul"]("a", "b")
>>> (da.op.name, da.of), (db.op.name, db.of) == ("transposed_matmul", ("a", SLOPE))
(('matmul_transposed', (<Part: the gradient>, 'b')), True)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tmat.operations.operation import Operation


class Part:
    """A placeholder for a matrix that the rule is not handed: the result or its gradient."""

    def __init__(self, said: str) -> None:
        self.said = said

    def __repr__(self) -> str:
        return f"<Part: {self.said}>"


SLOPE = Part("the gradient")
RESULT = Part("the result")


@dataclass(frozen=True, eq=False)
class Made:
    """A step still to be computed: an operation of placeholders, operands and other such steps, and its name, if any."""

    op: Operation
    of: tuple[Any, ...]
    params: dict[str, Any] = field(default_factory=dict)
    called: str = ""


Rule: TypeAlias = Callable[..., Sequence[Made | Part | None]]
RULES: dict[str, Rule] = {}


FLAT: set[str] = set()
"""Operations whose derivative is 0 or that have no operands: no gradient passes through them."""


def backward(*ops: Operation | str) -> Callable[[Rule], Rule]:
    """Register the rule of some operations: ``(*operands, **params) -> a step, SLOPE or None for each operand``.

    A rule may ask operands for their ``height`` and ``width`` only.
    """

    def register(rule: Rule) -> Rule:
        RULES.update(dict.fromkeys((op if isinstance(op, str) else op.name for op in ops), rule))
        return rule

    return register


def made(op: Operation, *of: Any, called: str = "", **params: Any) -> Made:
    """A step still to be computed."""
    return Made(op, of, params, called)

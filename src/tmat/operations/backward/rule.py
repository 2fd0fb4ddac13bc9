"""A backward rule: from the gradient of a result to the gradients of its operands, as steps still to be computed.

A rule is a function of the operands and parameters of a step. It returns for each operand the step that makes its
gradient from the gradient of the result (GRADIENT), the result (RESULT) and the operands, or None where an operand
has no gradient, as a mask or ids. Where a step needs another one first, that has a name (``called``).

>>> from tmat.operations import REGISTRY
>>> from tmat.operations.backward import RULES, GRADIENT
>>> da, db = RULES["matmul"]("a", "b")
>>> (da.op.name, da.of), (db.op.name, db.of) == ("transposed_matmul", ("a", GRADIENT))
(('matmul_transposed', (<gradient of the result>, 'b')), True)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tmat.operations.operation import Operation


class Placeholder:
    """A matrix that the rule is not handed: the result or its gradient."""

    def __init__(self, meaning: str) -> None:
        self.meaning = meaning

    def __repr__(self) -> str:
        return f"<{self.meaning}>"


GRADIENT = Placeholder("gradient of the result")
RESULT = Placeholder("result")


@dataclass(frozen=True, eq=False)
class NewStep:
    """A step still to be computed: an operation of placeholders, operands and other such steps, and its name, if any."""

    op: Operation
    of: tuple[Any, ...]
    params: dict[str, Any] = field(default_factory=dict)
    called: str = ""


Rule: TypeAlias = Callable[..., Sequence[NewStep | Placeholder | None]]
RULES: dict[str, Rule] = {}

WITHOUT_GRADIENT: set[str] = set()
"""Operations whose derivative is 0 or that have no operands: no gradient passes through them."""


def backward(op: Operation) -> Callable[[Rule], Rule]:
    """Register the rule of an operation: ``(*operands, **params) -> a step, GRADIENT or None for each operand``.

    A rule may ask operands for their ``height`` and ``width`` only.
    """

    def register(rule: Rule) -> Rule:
        RULES[op.name] = rule
        return rule

    return register


def step(op: Operation, *of: Any, called: str = "", **params: Any) -> NewStep:
    """A step still to be computed."""
    return NewStep(op, of, params, called)

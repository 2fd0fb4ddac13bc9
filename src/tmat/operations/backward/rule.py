"""A rule of the way back: from the gradient of a result to the gradients of its operands, as steps not yet done.

A rule is a function of the operands and parameters of a step. It answers for each operand the step that makes its
gradient, of the gradient of the result (SLOPE), the result (RESULT), and the operands; None where there is none: of
a mask, of ids. Some steps need one of their own before, which has a name.

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
    """Something of the step on whose way back a rule is."""

    def __init__(self, said: str) -> None:
        self.said = said

    def __repr__(self) -> str:
        return f"<Part: {self.said}>"


SLOPE = Part("the gradient")
RESULT = Part("the result")


@dataclass(frozen=True, eq=False)
class Made:
    """A step to be done: an operation of parts, of operands and of other such steps; ``called`` names one that comes before."""

    op: Operation
    of: tuple[Any, ...]
    params: dict[str, Any] = field(default_factory=dict)
    called: str = ""


Rule: TypeAlias = Callable[..., Sequence[Made | Part | None]]
RULES: dict[str, Rule] = {}


FLAT: set[str] = set()
"""Operations that do not move with a little of any operand, or have none: nothing leads back through them."""


def backward(*ops: Operation | str) -> Callable[[Rule], Rule]:
    """Register the way back of some operations: ``(*operands, **params) -> a step, SLOPE or None for each operand``.

    The operands know their ``height`` and ``width``, and no more is asked of them.
    """

    def register(rule: Rule) -> Rule:
        RULES.update(dict.fromkeys((op if isinstance(op, str) else op.name for op in ops), rule))
        return rule

    return register


def made(op: Operation, *of: Any, called: str = "", **params: Any) -> Made:
    """A step to be done."""
    return Made(op, of, params, called)

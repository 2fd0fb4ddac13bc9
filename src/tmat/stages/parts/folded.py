"""The parts of a step that a worksheet hides by default, as steps of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tmat.late import late

if TYPE_CHECKING:
    from tmat.engine.builder import Sheet
    from tmat.engine.node import Node
    from tmat.operations import detail, operation
    from tmat.operations.operation import Operation
else:
    detail, operation = late("tmat.operations.detail"), late("tmat.operations.operation")


def in_parts(sheet: Sheet, name: str, op: Operation, of: tuple[Node, ...], params: dict[str, Any]) -> Node:
    """A step preceded by its parts: a softmax by the exponentials and their row sums."""
    if sheet.has(name):
        return sheet.step(name, op, *of, **params)
    known = {node.name: node for node in of}
    for part, made, taken, how in detail.parts_of(op.name, name, list(known), params):
        known[part] = sheet.step(part, operation.REGISTRY[made], *(known[one] for one in taken), **how)
    return known[name]

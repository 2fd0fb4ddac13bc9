"""The values of steps, whole or in blocks of rows.

A node is *streamed* where it is too large to hold and nobody keeps it: only the rows that a later block needs are computed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from tmat.engine.node import Node
from tmat.numbers import round_half_away
from tmat.operations.operation import Array
from tmat.operations.ties import rounded


def ancestors(targets: Iterable[Node]) -> set[Node]:
    """The targets and every node that they depend on."""
    found: set[Node] = set()
    waiting = list(targets)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(node.of)
    return found


def only_by_rows(node: Node, needed: list[Node]) -> bool:
    """Whether every step that uses the node computes row i from row i of it alone."""
    for user in needed:
        if user.op is None or node not in user.of:
            continue
        axes = user.op.axes_of(len(user.of))
        for operand, names in zip(user.of, axes, strict=True):
            if operand is node and (not user.op.by_rows or names[0] != user.op.result[0]):
                return False
    return True


def streamed_operands(node: Node, streamed: set[Node]) -> list[Node]:
    """The streamed operands of a node, and the streamed operands of these."""
    found: dict[Node, None] = {}
    waiting = list(node.of)
    while waiting:
        operand = waiting.pop()
        if operand in streamed and operand not in found:
            found[operand] = None
            waiting.extend(operand.of)
    return list(found)


def whole(node: Node) -> Array:
    """All values of a step."""
    assert node.op is not None
    return _finished(node, [_taken(operand) for operand in node.of], node.params)


def rows(node: Node, start: int, stop: int, streamed: set[Node]) -> Array:
    """Rows start to stop of a node, and of the streamed nodes that it is made of."""
    if node.make is not None:
        return node.make(start, stop)
    assert node.op is not None
    arrays = []
    for operand, names in zip(node.of, node.op.axes_of(len(node.of)), strict=True):
        same_rows = names[0] == node.op.result[0]
        if operand in streamed:
            part = rows(operand, start, stop, streamed)
            arrays.append(part if operand.used is None else round_half_away(part, operand.used))
        else:
            arrays.append(_taken(operand)[start:stop] if same_rows else _taken(operand))
    return _finished(node, arrays, node.op.from_row(start, node.params))


def _taken(node: Node) -> Array:
    """A node's values as later steps use them."""
    assert node.values is not None, f"{node.name} was freed too early"
    return node.values if node.used is None else round_half_away(node.values, node.used)


def _finished(node: Node, arrays: list[Array], params: dict[str, Any]) -> Array:
    assert node.op is not None
    values = node.op.evaluate(*arrays, **params)
    return values if node.decimals is None else rounded(node.op, arrays, params, values, node.decimals)


def in_dtype(node: Node, values: Array, dtype: np.dtype[np.floating]) -> Array:
    """Values of a step without operands (positions) in the sheet's type; others have the type of their operands."""
    return values if node.of else values.astype(dtype, copy=False)

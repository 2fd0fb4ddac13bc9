"""Values of steps: whole, or block by block of rows where a step is too large to hold."""

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
    """Whether every step that takes the node needs only the same rows of it."""
    for user in needed:
        if user.op is None or node not in user.of:
            continue
        axes = user.op.axes_of(len(user.of))
        for operand, names in zip(user.of, axes, strict=True):
            if operand is node and (not user.op.by_rows or names[0] != user.op.result[0]):
                return False
    return True


def unseen(node: Node, passing: set[Node]) -> list[Node]:
    """The passing nodes that a node is made of by way of no other."""
    found: dict[Node, None] = {}
    waiting = list(node.of)
    while waiting:
        operand = waiting.pop()
        if operand in passing and operand not in found:
            found[operand] = None
            waiting.extend(operand.of)
    return list(found)


def whole(node: Node) -> Array:
    """A whole step's values."""
    assert node.op is not None
    return _finished(node, [_taken(operand) for operand in node.of], node.params)


def rows(node: Node, start: int, stop: int, passing: set[Node]) -> Array:
    """Rows start to stop of a node; a passing node is not stored, so only these rows of it are computed."""
    if node.make is not None:
        return node.make(start, stop)
    assert node.op is not None
    arrays = []
    for operand, names in zip(node.of, node.op.axes_of(len(node.of)), strict=True):
        same_rows = names[0] == node.op.result[0]
        if operand in passing:
            part = rows(operand, start, stop, passing)
            arrays.append(part if operand.used is None else round_half_away(part, operand.used))
        else:
            arrays.append(_taken(operand)[start:stop] if same_rows else _taken(operand))
    return _finished(node, arrays, node.op.from_row(start, node.params))


def _taken(node: Node) -> Array:
    """A node's values as later steps take them."""
    assert node.values is not None, f"{node.name} was let go too early"
    return node.values if node.used is None else round_half_away(node.values, node.used)


def _finished(node: Node, arrays: list[Array], params: dict[str, Any]) -> Array:
    assert node.op is not None
    values = node.op.evaluate(*arrays, **params)
    return values if node.decimals is None else rounded(node.op, arrays, params, values, node.decimals)


def brought(node: Node, values: Array, dtype: np.dtype[np.floating]) -> Array:
    """What is made of nothing (positions) in the type that drawn and given matrices have."""
    return values if node.of else values.astype(dtype, copy=False)

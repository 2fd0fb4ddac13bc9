"""The numbers of a stage's nodes: in order, only what is needed, and by blocks of rows where a whole would be too large."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from tmat.limits import refuse_total
from tmat.operations.operation import Array
from tmat.precision import round_half_away
from tmat.stages.node import Node

LARGE = 1 << 23  # cells: a matrix beyond this is made by blocks of rows where nobody keeps it
BLOCK = 1 << 21  # cells of one block


def ancestors(targets: Iterable[Node]) -> set[Node]:
    """The targets and all they are made of."""
    found: set[Node] = set()
    waiting = list(targets)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(node.of)
    return found


def compute(order: list[Node], kept: set[Node], draw: Callable[[Node], Array], dtype: Any = np.float64) -> None:
    """Fill in the values of every kept node, each node at most once, in the order they were written down.

    A node that is not kept is let go after its last use; one that is large besides is never held
    whole where the steps after it go by rows: softmax(Q·Kᵀ)·V needs one row of weights at a time.
    What a step makes of nothing (positions) is brought to ``dtype``, as drawn and given matrices are.
    """
    line = ancestors(kept)
    needed = [node for node in order if node in line]
    passing = {
        node
        for node in needed
        if node not in kept and node.height * node.width > LARGE and (node.of or node.make)
        if _only_by_rows(node, needed)
    }
    held = [node for node in needed if node in kept and node not in passing]
    if held:
        largest = max(held, key=lambda node: node.height * node.width)
        size = sum(node.height * node.width for node in held) * np.dtype(dtype).itemsize
        refuse_total(size, f"{largest.name}, {largest.size}")
    for node in needed:
        if node.values is None and node.op is None and node not in passing:
            node.values = node.make(0, node.height) if node.make else draw(node)
    total = sum(node.height * node.width for node in needed)
    with np.errstate(all="ignore"):
        if total <= LARGE:
            _work_out(needed, kept, passing, dtype, lambda done: None)
            return
        from tmat.progress import working

        with working("computing", total) as step:
            _work_out(needed, kept, passing, dtype, step)


def _work_out(needed: list[Node], kept: set[Node], passing: set[Node], dtype: Any, step: Callable[[int], None]) -> None:
    """The steps in order; ``step`` is told how many cells are done."""
    uses = dict.fromkeys(needed, 0)
    for node in needed:
        for operand in node.of:
            uses[operand] += 1
    done = 0
    for node in needed:
        done += node.height * node.width
        if node in passing:
            continue
        if node.values is None:
            if any(operand in passing for operand in node.of):
                node.values = _by_blocks(node, passing, done, step)
            else:
                node.values = _whole(node)
                if not node.of:
                    node.values = node.values.astype(dtype, copy=False)
        step(done)
        for operand in node.of:
            uses[operand] -= 1
            if uses[operand] == 0 and operand not in kept and operand.op is not None:
                operand.values = None


def _only_by_rows(node: Node, needed: list[Node]) -> bool:
    """Whether every step that takes the node needs only the same rows of it."""
    for user in needed:
        if user.op is None or node not in user.of:
            continue
        axes = user.op.axes_of(len(user.of))
        for operand, names in zip(user.of, axes, strict=True):
            if operand is node and (not user.op.by_rows or names[0] != user.op.result[0]):
                return False
    return True


def taken(node: Node) -> Array:
    """A node's values as later steps take them."""
    assert node.values is not None, f"{node.name} was let go too early"
    return node.values if node.used is None else round_half_away(node.values, node.used)


def _whole(node: Node) -> Array:
    assert node.op is not None
    return _finished(node, node.op.evaluate(*(taken(operand) for operand in node.of), **node.params))


def _finished(node: Node, values: Array) -> Array:
    return values if node.decimals is None else round_half_away(values, node.decimals)


def _by_blocks(node: Node, passing: set[Node], done: int, step: Callable[[int], None]) -> Array:
    unseen = [other for other in ancestors([node]) if other in passing]
    height = max(1, BLOCK // max(*(other.width for other in unseen), 1))
    work = sum(other.height * other.width for other in unseen)
    blocks = []
    for start in range(0, node.height, height):
        blocks.append(_rows(node, start, min(start + height, node.height), passing))
        step(done - work + work * start // node.height)
    return np.concatenate(blocks, axis=0)


def _rows(node: Node, start: int, stop: int, passing: set[Node]) -> Array:
    """Rows start to stop of a node, made of the same rows of what it is made of."""
    if node.make is not None:
        return node.make(start, stop)
    assert node.op is not None
    arrays = []
    for operand, names in zip(node.of, node.op.axes_of(len(node.of)), strict=True):
        same_rows = names[0] == node.op.result[0]
        if operand in passing:
            rows = _rows(operand, start, stop, passing)
            arrays.append(rows if operand.used is None else round_half_away(rows, operand.used))
        else:
            arrays.append(taken(operand)[start:stop] if same_rows else taken(operand))
    return _finished(node, node.op.evaluate(*arrays, **node.params))

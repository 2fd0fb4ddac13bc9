"""Computing the nodes of a stage: only those needed, in order; in parallel and by blocks of rows where they are large."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tmat.engine.limits import refuse_total
from tmat.engine.node import Node, ancestors, in_dtype, only_by_rows, whole
from tmat.operations.operation import Array

LARGE = 1 << 23  # cells: a larger matrix that nobody keeps is streamed
BLOCK = 1 << 19  # cells of one block


def compute(order: list[Node], kept: set[Node], draw: Callable[[Node], Array], dtype: Any = np.float64) -> None:
    """Compute the values of every kept node, each node at most once, in the order they were written.

    A node that is not kept is freed after its last use. A large one is streamed, where the steps that use it work row by
    row: softmax(Q·Kᵀ)·V needs one row of weights at a time. All values have the type ``dtype``.
    """
    line = ancestors(kept)
    needed = [node for node in order if node in line]
    total = sum(node.height * node.width for node in needed)
    if total <= LARGE:
        _in_order(needed, kept, draw, dtype)
        return
    streamed = {
        node
        for node in needed
        if node not in kept and node.height * node.width > LARGE and (node.of or node.make)
        if only_by_rows(node, needed)
    }
    kept_whole = [node for node in needed if node in kept and node not in streamed]
    if kept_whole:
        largest = max(kept_whole, key=lambda node: node.height * node.width)
        size = sum(node.height * node.width for node in kept_whole) * np.dtype(dtype).itemsize
        refuse_total(size, f"{largest.name}, {largest.size}")
    for node in needed:
        if node.values is None and node.op is None and node not in streamed:
            node.values = node.make(0, node.height) if node.make else draw(node)
    from tmat.engine.parallel import work_out
    from tmat.progress import working

    with working("computing", total) as step:
        work_out(needed, kept, streamed, np.dtype(dtype), BLOCK, step)


def _in_order(needed: list[Node], kept: set[Node], draw: Callable[[Node], Array], dtype: Any) -> None:
    """Small steps one after another; values that no later step needs are freed."""
    uses = dict.fromkeys(needed, 0)
    for node in needed:
        for operand in node.of:
            uses[operand] += 1
    with np.errstate(all="ignore"):
        for node in needed:
            if node.values is None and node.op is None:
                node.values = node.make(0, node.height) if node.make else draw(node)
            elif node.values is None:
                node.values = in_dtype(node, whole(node), dtype)
            for operand in node.of:
                uses[operand] -= 1
                if uses[operand] == 0 and operand not in kept and operand.op is not None:
                    operand.values = None

"""Large steps in parallel, as many as there are processors: those whose operands are ready, in order.

NumPy lets other threads run while it works, and a BLAS of one thread leaves the processors to us: heads, and blocks
of rows of one head, then go side by side, softmax and all. What the numbers are does not depend on how many do.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from heapq import heappop, heappush
from typing import Any

import numpy as np

from tmat.engine.blocks import brought, rows, unseen, whole
from tmat.engine.node import Node
from tmat.operations.operation import Array

MOST_WORKERS = 8  # each holds blocks of its own


def workers() -> int:
    """One where the BLAS has threads of its own; else a thread a processor, or as many as OMP_NUM_THREADS says."""
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        return 1
    said = os.environ.get("OMP_NUM_THREADS", "")
    allowed = int(said) if said.isdecimal() and len(said) < 4 else _processors()
    return max(1, min(allowed, MOST_WORKERS))


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Plan:
    """Which nodes wait for which, and the blocks of rows that each is computed in."""

    def __init__(self, needed: list[Node], kept: set[Node], passing: set[Node], block: int) -> None:
        self.kept, self.passing, self.block = kept, passing, block
        self.line = [node for node in needed if node.values is None and node not in passing]
        self.place = {node: n for n, node in enumerate(self.line)}
        self.sources = {node: self._sources(node) for node in self.line}
        self.users: dict[Node, list[Node]] = {}
        for node, sources in self.sources.items():
            for source in sources:
                self.users.setdefault(source, []).append(node)
        self.awaited = {node: sum(source.values is None for source in own) for node, own in self.sources.items()}
        self.unused = {source: len(users) for source, users in self.users.items()}

    def _sources(self, node: Node) -> set[Node]:
        """The nodes whose values it takes, by way of passing ones too."""
        through = [node, *unseen(node, self.passing)]
        return {operand for one in through for operand in one.of if operand not in self.passing}

    def pieces(self, node: Node) -> list[tuple[int, int]]:
        """The rows that the node is made in at once."""
        width = max((other.width for other in unseen(node, self.passing)), default=0)
        if not width:
            return [(0, node.height)]
        height = max(1, self.block // width)
        return [(start, min(start + height, node.height)) for start in range(0, node.height, height)]

    def size(self, node: Node) -> int:
        return sum(one.height * one.width for one in (node, *unseen(node, self.passing)))

    def done(self, node: Node) -> list[Node]:
        """The nodes that waited for this one alone; values that no later step needs are freed."""
        for source in self.sources[node]:
            self.unused[source] -= 1
            if not self.unused[source] and source not in self.kept and source.op is not None:
                source.values = None
        free = []
        for user in self.users.get(node, ()):
            self.awaited[user] -= 1
            if not self.awaited[user]:
                free.append(user)
        return free


def work_out(
    needed: list[Node],
    kept: set[Node],
    passing: set[Node],
    dtype: np.dtype[np.floating],
    block: int,
    step: Callable[[int], None],
) -> None:
    """Fill in the values of all needed nodes that do not pass; ``step`` is told how many cells are done."""
    plan = _Plan(needed, kept, passing, block)
    ready: list[tuple[int, int, int]] = []
    parts: dict[Node, list[Array | None]] = {}

    def prepare(node: Node) -> None:
        pieces = plan.pieces(node)
        parts[node] = [None] * len(pieces)
        for start, stop in pieces:
            heappush(ready, (plan.place[node], start, stop))

    for node in plan.line:
        if not plan.awaited[node]:
            prepare(node)
    most = workers()
    done: float = sum(node.height * node.width for node in needed if node.values is not None)
    running: dict[Future[Array], tuple[Node, int]] = {}
    pool = ThreadPoolExecutor(most)
    try:
        while ready or running:
            while ready and len(running) < most:
                place, start, stop = heappop(ready)
                node = plan.line[place]
                number = start // (stop - start) if stop < node.height else len(parts[node]) - 1
                running[pool.submit(_piece, node, start, stop, passing, dtype)] = node, number
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                node, number = running.pop(future)
                own = parts[node]
                own[number] = future.result()
                done += plan.size(node) / len(own)
                step(round(done))
                if all(part is not None for part in own):
                    node.values = own[0] if len(own) == 1 else np.concatenate(own, axis=0)  # type: ignore[arg-type]
                    del parts[node]
                    for user in plan.done(node):
                        prepare(user)
    finally:
        pool.shutdown(cancel_futures=True)


def _piece(node: Node, start: int, stop: int, passing: set[Node], dtype: Any) -> Array:
    with np.errstate(all="ignore"):
        if any(operand in passing for operand in node.of):
            return rows(node, start, stop, passing)
        return brought(node, whole(node), dtype)

"""Large steps in parallel, one thread for each processor: those whose operands are ready, in order.

NumPy releases the GIL while it works, and a BLAS of one thread leaves the other processors free: heads, and blocks of
rows of one head, run side by side. The numbers do not depend on the number of threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from heapq import heappop, heappush
from typing import Any

import numpy as np

from tmat.engine.node import Node, in_dtype, rows, streamed_operands, whole
from tmat.operations.operation import Array

MOST_WORKERS = 8  # each holds blocks of its own


def workers() -> int:
    """The number of threads: 1 where the BLAS has its own, else OMP_NUM_THREADS, else a thread for each processor."""
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        return 1
    threads = os.environ.get("OMP_NUM_THREADS", "")
    allowed = int(threads) if threads.isdecimal() and len(threads) < 4 else _processors()
    return max(1, min(allowed, MOST_WORKERS))


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Plan:
    """Which nodes wait for which, and the blocks of rows in which each is computed."""

    def __init__(self, needed: list[Node], kept: set[Node], streamed: set[Node], block: int) -> None:
        self.kept, self.streamed, self.block = kept, streamed, block
        self.line = [node for node in needed if node.values is None and node not in streamed]
        self.place = {node: n for n, node in enumerate(self.line)}
        self.sources = {node: self._sources(node) for node in self.line}
        self.users: dict[Node, list[Node]] = {}
        for node, sources in self.sources.items():
            for source in sources:
                self.users.setdefault(source, []).append(node)
        self.awaited = {node: sum(source.values is None for source in own) for node, own in self.sources.items()}
        self.unused = {source: len(users) for source, users in self.users.items()}

    def _sources(self, node: Node) -> set[Node]:
        """The stored nodes that a node is computed from, through streamed ones too."""
        through = [node, *streamed_operands(node, self.streamed)]
        return {operand for one in through for operand in one.of if operand not in self.streamed}

    def pieces(self, node: Node) -> list[tuple[int, int]]:
        """The first and last row of each block of the node."""
        width = max((other.width for other in streamed_operands(node, self.streamed)), default=0)
        if not width:
            return [(0, node.height)]
        height = max(1, self.block // width)
        return [(start, min(start + height, node.height)) for start in range(0, node.height, height)]

    def size(self, node: Node) -> int:
        return sum(one.height * one.width for one in (node, *streamed_operands(node, self.streamed)))

    def done(self, node: Node) -> list[Node]:
        """Free the operands that no later step needs, and return the nodes that are now ready."""
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
    streamed: set[Node],
    dtype: np.dtype[np.floating],
    block: int,
    step: Callable[[int], None],
) -> None:
    """Compute the values of all needed nodes that are not streamed; ``step`` is called with the number of cells done."""
    plan = _Plan(needed, kept, streamed, block)
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
                running[pool.submit(_piece, node, start, stop, streamed, dtype)] = node, number
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


def _piece(node: Node, start: int, stop: int, streamed: set[Node], dtype: Any) -> Array:
    with np.errstate(all="ignore"):
        if any(operand in streamed for operand in node.of):
            return rows(node, start, stop, streamed)
        return in_dtype(node, whole(node), dtype)

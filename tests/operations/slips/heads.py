"""What the slips in cutting projections into heads, joining heads, and choosing rows yield."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import numpy as np
from tests.operations.slips.oracle import Array, Case, Expect, oracle, random, tried_on


def cut(n: int, width: int, start: int, stop: int) -> Case:
    return Case("columns", {"Q": random(n, n, width)}, {"start": start, "stop": stop})


def joined(n: int, *widths: int) -> Case:
    return Case("concat", {f"Z{h}": random(h, n, width) for h, width in enumerate(widths, start=1)})


tried_on(cut(3, 10, 3, 4), cut(5, 9, 7, 9), cut(2, 6, 1, 3))
tried_on(joined(3, 2, 2), joined(5, 3, 3, 3), joined(3, 2, 5), joined(2, 2, 2, 2, 2, 2))
tried_on(*(Case("one_row", {"logits": random(n, n, m)}, {"row": row}) for n, m, row in ((3, 5, 3), (7, 11, 2))))
tried_on(*(Case("flatten", {"Z": random(n, n, m)}) for n, m in ((3, 5), (7, 2))))


def taken(case: Case, numbers: range) -> Array:
    """Columns of Q, counted from 1."""
    return np.array([[row[n - 1] for n in numbers] for row in case["Q"]])


@oracle("columns", "another-heads-columns")
def another_head(case: Case) -> Iterator[Expect]:
    width = case["stop"] - case["start"] + 1
    for start in range(1, case["Q"].shape[1], width):
        if start != case["start"]:
            yield Expect(taken(case, range(start, start + width)), f"columns {start} to {start + width - 1} of Q")


@oracle("columns", "columns-dealt-out")
def dealt_out(case: Case) -> Array:
    heads = case["Q"].shape[1] // (case["stop"] - case["start"] + 1)
    head = case["stop"] // (case["stop"] - case["start"] + 1)
    return taken(case, range(head, case["Q"].shape[1] + 1, heads))


@oracle("columns", "columns-off-by-one")
def off_by_one(case: Case) -> Iterator[Expect]:
    if case["stop"] < case["Q"].shape[1]:
        yield Expect(taken(case, range(case["start"] + 1, case["stop"] + 2)))
    if case["start"] > 1:
        yield Expect(taken(case, range(case["start"] - 1, case["stop"])))


def heads(case: Case) -> list[Array]:
    return [case[name] for name in case.names]


def beside(*parts: Array) -> Array:
    return np.array([[x for part in rows for x in part] for rows in zip(*parts, strict=True)])


def alike(case: Case) -> bool:
    return len({one.shape for one in heads(case)}) == 1


@oracle("concat", "heads-in-wrong-order")
def wrong_order(case: Case) -> Iterator[Expect]:
    names = case.names
    for order in permutations(names) if len(names) <= 4 else [names[::-1]]:
        if order != names:
            yield Expect(beside(*(case[name] for name in order)), f"wrong order: {', '.join(order)}")


@oracle("concat", "heads-added")
def heads_added(case: Case) -> Iterator[Expect]:
    if alike(case):
        yield Expect(np.sum(heads(case), axis=0))


@oracle("concat", "heads-averaged")
def heads_averaged(case: Case) -> Iterator[Expect]:
    if alike(case):
        yield Expect(np.mean(heads(case), axis=0))


@oracle("concat", "heads-stacked")
def heads_stacked(case: Case) -> Iterator[Expect]:
    if alike(case):
        yield Expect(np.array([row for one in heads(case) for row in one]))


@oracle("concat", "heads-interleaved")
def heads_interleaved(case: Case) -> Iterator[Expect]:
    if alike(case):
        columns = [one[:, j] for j in range(heads(case)[0].shape[1]) for one in heads(case)]
        yield Expect(np.array(columns).T)


@oracle("concat", "one-head-repeated")
def one_head_repeated(case: Case) -> Iterator[Expect]:
    for name in case.names:
        yield Expect(beside(*[case[name]] * len(case.names)), f"{name} stands in every place")


@oracle("one_row", "another-row")
def another_row(case: Case) -> Iterator[Expect]:
    for n, row in enumerate(case["logits"], start=1):
        if n != case["row"]:
            yield Expect(row.reshape(1, -1), f"row {n} of")


@oracle("flatten", "flattened-by-columns")
def by_columns(case: Case) -> Array:
    return np.array([[x for column in case["Z"].T for x in column]])


@oracle("columns", "heads-by-view")
def by_view(case: Case) -> Array:
    width = case["stop"] - case["start"] + 1
    numbers = list(case["Q"].flatten())[case["stop"] // width * width * len(case["Q"]) - width * len(case["Q"]) :]
    return np.array([numbers[n * width : (n + 1) * width] for n in range(len(case["Q"]))])


@oracle("concat", "heads-merged-without-permute")
def merged(case: Case) -> Iterator[Expect]:
    if alike(case):
        numbers = [x for head in heads(case) for row in head for x in row]
        width = len(heads(case)) * heads(case)[0].shape[1]
        yield Expect(np.array([numbers[n : n + width] for n in range(0, len(numbers), width)]))

"""What the slips on the way to the next word yield."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from tests.operations.slips.oracle import Array, Before, Case, Expect, oracle, random, tried_on

INF = math.inf


def chances(seed: int, n: int, m: int) -> Array:
    values = np.abs(random(seed, n, m)) + 0.2
    return (values / values.sum(axis=1, keepdims=True)).round(4)


def mapped(case: Case, name: str, function: object) -> Array:
    return np.array([[function(x) for x in row] for row in case[name]])  # type: ignore[operator]


def penalised(n: int, m: int, penalty: float) -> Case:
    said = (np.random.RandomState(n).rand(n, m) < 0.6).astype(float)
    return Case(
        "repetition_penalty", {"logits": random(m, n, m), "said": said}, {"penalty": penalty}, result="penalized"
    )


tried_on(penalised(1, 7, 1.2), penalised(3, 5, 2.0))


def where_said(case: Case, function: object, everywhere: bool = False) -> Array:
    pairs = [zip(*rows, strict=True) for rows in zip(case["logits"], case["said"], strict=True)]
    return np.array([[function(x) if said or everywhere else x for x, said in row] for row in pairs])  # type: ignore[operator]


@oracle("repetition_penalty", "penalty-left-out")
def no_penalty(case: Case) -> Array:
    return case["logits"]


@oracle("repetition_penalty", "penalty-divided")
def any_sign(case: Case) -> Iterator[Expect]:
    yield Expect(where_said(case, lambda x: x / case["penalty"]), "was divided")
    yield Expect(where_said(case, lambda x: x * case["penalty"]), "was multiplied", "penalty-multiplied")


@oracle("repetition_penalty", "penalty-by-wrong-sign")
def wrong_sign(case: Case) -> Array:
    return where_said(case, lambda x: x * case["penalty"] if x > 0 else x / case["penalty"])


@oracle("repetition_penalty", "penalty-subtracted")
def subtracted(case: Case) -> Array:
    return where_said(case, lambda x: x - case["penalty"])


@oracle("repetition_penalty", "penalty-on-all")
def on_all(case: Case) -> Array:
    return where_said(case, lambda x: x / case["penalty"] if x > 0 else x * case["penalty"], everywhere=True)


tried_on(*(Case("keep_largest", {"logits": random(m, n, m)}, {"k": k}, result="shortlist") for n, m, k in ((1, 7, 3), (3, 5, 2))))  # fmt: skip


def kept(row: Array, k: int, largest: bool = True) -> list[bool]:
    best = sorted(row, reverse=largest)[:k]
    return [x in best for x in row]


def cut(case: Case, k: int, otherwise: float = -INF, largest: bool = True) -> Array:
    return np.array([np.where(kept(row, k, largest), row, otherwise) for row in case["logits"]])


@oracle("keep_largest", "all-kept")
def all_kept(case: Case) -> Array:
    return case["logits"]


@oracle("keep_largest", "another-number-kept")
def another_number(case: Case) -> Iterator[Expect]:
    for k in (case["k"] - 1, case["k"] + 1):
        yield Expect(cut(case, k), f"the {k} largest")


@oracle("keep_largest", "zero-for-the-others")
def zeros(case: Case) -> Array:
    return cut(case, case["k"], 0.0)


@oracle("keep_largest", "smallest-kept")
def smallest(case: Case) -> Array:
    return cut(case, case["k"], largest=False)


tried_on(*(Case("nucleus", {"probabilities": chances(m, n, m)}, {"p": p}) for n, m, p in ((1, 7, 0.6), (3, 5, 0.5))))


def likeliest(row: Array, p: float, crossing: bool) -> Array:
    found, total = np.zeros(len(row)), 0.0
    for n in sorted(range(len(row)), key=lambda n: -row[n]):
        total += row[n]
        if not crossing and total > p:
            break
        found[n] = row[n]
        if total >= p:
            break
    return found


@oracle("nucleus", "all-kept")
def whole(case: Case) -> Array:
    return case["probabilities"]


@oracle("nucleus", "crossing-word-left-out")
def no_crossing(case: Case) -> Array:
    return np.array([likeliest(row, case["p"], False) for row in case["probabilities"]])


@oracle("nucleus", "words-not-sorted")
def unsorted(case: Case) -> Array:
    rows = []
    for row in case["probabilities"]:
        rows.append([x if sum(row[:n]) < case["p"] else 0.0 for n, x in enumerate(row)])
    return np.array(rows)


@oracle(
    "nucleus",
    "p-as-least-probability",
    *(Case("nucleus", {"probabilities": chances(m, 2, m)}, {"p": 0.2}) for m in (5, 6)),
)
def least(case: Case) -> Array:
    return mapped(case, "probabilities", lambda x: x if x >= case["p"] else 0.0)


tried_on(*(Case("running_sums", {"probabilities": chances(m, n, m)}, result="ranges") for n, m in ((1, 7), (3, 5))))


@oracle("running_sums", "not-summed")
def not_summed(case: Case) -> Array:
    return case["probabilities"]


@oracle("running_sums", "sums-before")
def sums_before(case: Case) -> Array:
    return np.array([[sum(row[:n]) for n in range(len(row))] for row in case["probabilities"]])


@oracle("running_sums", "summed-from-the-end")
def from_the_end(case: Case) -> Array:
    return np.array([[sum(row[n:]) for n in range(len(row))] for row in case["probabilities"]])


def drawn(m: int, draws: list[float], first: int) -> Case:
    own = chances(m, len(draws), m)
    ends = Before(np.cumsum(own, axis=1), "running_sums", ("probabilities",))
    page = {"probabilities": own, "ranges": ends, "draw": np.array([draws]).T}
    return Case("range_of_draw", page, {"first": first}, of=("ranges", "draw"), result="predicted")


tried_on(drawn(17, [0.4, 0.62, 0.3, 0.71, 0.55], 1), drawn(14, [0.6, 0.35, 0.48, 0.52, 0.23, 0.77], 0))


def places(case: Case) -> list[int]:
    pairs = zip(case["ranges"], case["draw"][:, 0], strict=True)
    return [next(n for n, end in enumerate(ends) if end > draw) for ends, draw in pairs]


def column(values: list[int]) -> Array:
    return np.array([values], dtype=float).T


@oracle("range_of_draw", "one-range-off")
def one_off(case: Case) -> Iterator[Expect]:
    for by, side in ((-1, "before"), (1, "after")):
        yield Expect(column([case["first"] + n + by for n in places(case)]), f"the range {side}", alike=True)


@oracle("range_of_draw", "likeliest-taken")
def likeliest_taken(case: Case) -> Array:
    rows = case["probabilities"].tolist()
    return column([case["first"] + row.index(max(row)) for row in rows])


tried_on(*(Case("log_softmax", {"logits": random(m, n, m)}, result="log_probabilities") for n, m in ((1, 7), (3, 5))))
tried_on(*(Case("surprise", {"probabilities": chances(m, n, m)}, result="costs") for n, m in ((1, 7), (3, 5))))


def shares(case: Case) -> Array:
    return np.array([[math.exp(x) / sum(map(math.exp, row)) for x in row] for row in case["logits"]])


@oracle("log_softmax", "logarithm-left-out")
def no_logarithm(case: Case) -> Array:
    return shares(case)


@oracle("log_softmax", "sign-left-out")
def no_sign(case: Case) -> Array:
    return -np.log(shares(case))


@oracle("log_softmax", "another-logarithm")
def another_base(case: Case) -> Iterator[Expect]:
    yield Expect(np.log2(shares(case)), "to base 2")
    yield Expect(np.log10(shares(case)), "to base 10")


@oracle("surprise", "another-logarithm")
def another_base_of_costs(case: Case) -> Iterator[Expect]:
    yield Expect(-np.log2(case["probabilities"]), "to base 2")
    yield Expect(-np.log10(case["probabilities"]), "to base 10")


@oracle("surprise", "sign-left-out")
def no_minus(case: Case) -> Array:
    return mapped(case, "probabilities", math.log)


@oracle("surprise", "logarithm-left-out")
def plain(case: Case) -> Array:
    return case["probabilities"]


tried_on(*(Case("add_column", {"costs": np.abs(random(m, n, m)), "so_far": np.abs(random(n, n, 1))}, result="sums") for n, m in ((2, 7), (3, 5))))  # fmt: skip
tried_on(
    *(
        Case("keep_smallest", {"sums": np.abs(random(m, n, m))}, {"k": k}, result="kept")
        for n, m, k in ((5, 7, 5), (4, 6, 4))
    )
)


@oracle("add_column", "sum-so-far-left-out")
def no_sum(case: Case) -> Array:
    return case["costs"]


@oracle("add_column", "multiplied-not-added")
def products(case: Case) -> Array:
    return np.array([row * own for row, own in zip(case["costs"], case["so_far"][:, 0], strict=True)])


@oracle("keep_smallest", "all-kept")
def none_left_out(case: Case) -> Array:
    return case["sums"]


@oracle("keep_smallest", "one-of-each-beam")
def one_each(case: Case) -> Array:
    return np.array([[x if x == min(row) else INF for x in row] for row in case["sums"]])


@oracle("keep_smallest", "largest-kept")
def worst(case: Case) -> Array:
    best = sorted(case["sums"].ravel())[-case["k"] :]
    return mapped(case, "sums", lambda x: x if x in best else INF)

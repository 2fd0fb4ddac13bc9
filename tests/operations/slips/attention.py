"""What the slips from scores to weights yield."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from tests.operations.slips.masks import CACHED, CAUSAL, PADDED, filled, wrong_masks
from tests.operations.slips.oracle import Array, Before, Case, Expect, oracle, random, tried_on

HIDDEN = np.array([[1.0, 0, 1, 1, 0, 1, 0], [0, 1, 1, 0, 1, 1, 1], [1, 1, 0, 1, 1, 0, 0]])
SOFTMAX = ("softmax", "softmax_tempered")


def weighed(op: str, scores: Array, d: int, mask: Array | None = None, value: float = -np.inf, **params: float) -> Case:
    """Scores, divided by √d, masked where there is a mask, and their softmax."""
    scaled = scores / math.sqrt(d)
    page: dict[str, Any] = {"scores": scores} if mask is None else {"scores": scores, "mask": mask}
    page["scaled"] = Before(scaled, "divide_by_root", ("scores",), {"d": d})
    if mask is not None:
        page["masked"] = Before(filled(scaled, mask, value), "mask_fill", ("scaled", "mask"), {"value": value})
    return Case(op, page, params, of=("scaled",) if mask is None else ("masked",), result="weights")


def divided(op: str, scores: Array, by: float, mask: Array, **params: float) -> Case:
    """Scores, divided by a number, masked with a number, and their softmax."""
    scaled = scores / by
    page: dict[str, Any] = {"scores": scores, "mask": mask, "scaled": Before(scaled, "divide", ("scores",), {"by": by})}
    page["masked"] = Before(filled(scaled, mask, -1000.0), "mask_fill", ("scaled", "mask"), {"value": -1000.0})
    return Case(op, page, params, of=("masked",), result="weights")


for name, more in (("softmax", {}), ("softmax_tempered", {"temperature": 0.7})):
    tried_on(
        weighed(name, random(1, 3, 5), 7, **more),
        weighed(name, random(2, 5, 5), 3, CAUSAL, **more),
        divided(name, random(3, 3, 7), 2.5, HIDDEN, **more),
        weighed(name, random(5, 5, 5), 3, PADDED, **more),
        weighed(name, random(6, 3, 7), 2, CACHED, **more),
        Case(name, {"logits": random(4, 2, 11)}, more),
        Case(
            name, {"logits": random(13, 24, 2, 0.0, 2.0)}, more
        ),  # near e, a base shows in shares that are not extreme
        Case(name, {"logits": 4 * random(7, 6, 9)}, more),  # where 2.718 shows in four decimals
    )


def logits(case: Case, a: Array | None = None) -> Array:
    """What the exponentials are taken of, here or of other numbers."""
    own = case[case.names[0]] if a is None else a
    return own / case["temperature"] if "temperature" in case else own


def share(row: Array, power: Callable[[float], float] = math.exp) -> Array:
    """One row's softmax; +∞ takes everything, shared among its equals; a row without a score has no weights."""
    if np.isposinf(row).any():
        return np.isposinf(row) / np.isposinf(row).sum()
    if np.isneginf(row).all():
        return np.zeros(len(row))
    powers = np.array([power(x - max(row)) for x in row])
    return powers / powers.sum()


def soft(a: Array) -> Array:
    return np.array([share(row) for row in a])


@oracle(SOFTMAX, "softmax-down-columns")
def down_columns(case: Case) -> Array:
    a = logits(case)
    return np.array([share(a[:, j]) for j in range(a.shape[1])]).T


@oracle(SOFTMAX, "softmax-of-whole-matrix")
def whole_matrix(case: Case) -> Array:
    return np.exp(logits(case)) / sum(math.exp(x) for x in logits(case).flat)


@oracle(SOFTMAX, "softmax-without-exp")
def without_exp(case: Case) -> Iterator[Expect]:
    a = logits(case)
    unseen = np.isneginf(a).any()
    yield Expect(np.array([[x / sum(row) for x in row] for row in a]))
    if unseen:  # people take the hidden cells for nothing
        seen = filled(a, case["mask"], 0.0)
        yield Expect(np.array([[x / sum(row) for x in row] for row in seen]))


@oracle(SOFTMAX, "softmax-without-sum")
def without_sum(case: Case) -> Array:
    return np.array([[math.exp(x) for x in row] for row in logits(case)])


@oracle(SOFTMAX, "softmax-of-opposite")
def opposite(case: Case) -> Array:
    return soft(0.0 - logits(case))


@oracle(SOFTMAX, "softmax-with-another-base")
def another_base(case: Case) -> Iterator[Expect]:
    for base in (2.0, 10.0, 3.0, 2.7, 2.71, 2.72, 2.718):
        values = np.array([share(row, lambda x, base=base: base**x) for row in logits(case)])
        yield Expect(values, f"{base:g} was raised")


@oracle(SOFTMAX, "softmax-twice")
def twice(case: Case) -> Array:
    return soft(soft(logits(case)))


@oracle(SOFTMAX, "largest-only")
def largest_only(case: Case) -> Array:
    return np.array([[1.0 if x == max(row) else 0.0 for x in row] for row in logits(case)])


@oracle(SOFTMAX, "divided-by-largest")
def divided_by_largest(case: Case) -> Array:
    return np.array([[math.exp(x) / math.exp(max(row)) for x in row] for row in logits(case)])


@oracle(SOFTMAX, "softmax-not-taken")
def not_taken(case: Case) -> Iterator[Expect]:
    a = case[case.names[0]]
    yield Expect(a)
    if (a == -np.inf).any():
        yield Expect(np.array([[0.0 if x == -np.inf else x for x in row] for row in a]))


@oracle(SOFTMAX, "logarithm-of-softmax")
def logarithm(case: Case) -> Array:
    return np.log(soft(logits(case)))


@oracle(SOFTMAX, "exponentials-rounded-early")
def exponentials_rounded(case: Case) -> Iterator[Expect]:
    for decimals in (0, 1, 2, 3):
        powers = [[math.floor(math.exp(x) * 10**decimals + 0.5) for x in row] for row in logits(case)]
        values = np.array([[x / sum(row) if sum(row) else math.nan for x in row] for row in powers])
        yield Expect(values, f"to {decimals} decimals")


@oracle(SOFTMAX, "sigmoid-for-softmax")
def sigmoid(case: Case) -> Array:
    return np.array([[math.exp(x) / (1 + math.exp(x)) for x in row] for row in logits(case)])


@oracle(SOFTMAX, "min-max")
def min_max(case: Case) -> Iterator[Expect]:
    rows = [[x for x in row if x > -math.inf] for row in logits(case)]
    for which, sources in (("each row", rows), ("the whole matrix", [[x for row in rows for x in row]] * len(rows))):
        with np.errstate(all="ignore"):
            yield Expect(
                np.array([
                    [(x - min(seen)) / np.float64(max(seen) - min(seen)) if x > -math.inf else 0.0 for x in row]
                    for row, seen in zip(logits(case), sources, strict=True)
                ]),
                which,
            )  # fmt: skip


@oracle(SOFTMAX, "dropout-left-on")
def dropout_left_on(case: Case) -> Iterator[Expect]:
    for p in (0.1, 0.2, 0.3, 0.5):
        yield Expect(soft(logits(case)) * (1 / (1 - p)), f"by 1 − {p}")
    weights = soft(logits(case)) / 0.8
    thinned = np.array([[0.0 if (i + j) % 4 == 0 else x for j, x in enumerate(row)] for i, row in enumerate(weights)])
    yield Expect(np.zeros(weights.shape), "0 stands here", shown=thinned)


@oracle("softmax_tempered", "temperature-left-out")
def temperature_left_out(case: Case) -> Array:
    return soft(case[case.names[0]])


@oracle("softmax_tempered", "temperature-multiplied")
def temperature_multiplied(case: Case) -> Array:
    return soft(case[case.names[0]] * case["temperature"])


def fill(case: Case) -> float:
    """What stands in the cells that the mask hides."""
    return float(case.matrices["masked"].params["value"])  # type: ignore[union-attr]


@oracle(SOFTMAX, "softmax-before-scale")
def before_scale(case: Case) -> Iterator[Expect]:
    if "scaled" not in case:
        return
    made = case.matrices["scaled"].params  # type: ignore[union-attr]
    scale = made["by"] if "by" in made else math.sqrt(made["d"])
    scores = filled(case["scores"], case["mask"], fill(case)) if "mask" in case else case["scores"]
    weights = soft(logits(case, scores))
    yield Expect(weights, "the scores were not divided", "scale-left-out")
    yield Expect(weights / scale, "before they were divided")


@oracle(SOFTMAX, "softmax-before-mask")
def before_mask(case: Case) -> Iterator[Expect]:
    if "mask" in case:
        weights = soft(logits(case, case["scaled"]))
        yield Expect(filled(weights, case["mask"], 0.0))
        yield Expect(filled(weights, case["mask"], -np.inf))


@oracle(SOFTMAX, "mask-not-applied")
def mask_not_applied(case: Case) -> Iterator[Expect]:
    if "mask" in case:
        yield Expect(soft(logits(case, case["scaled"])))


@oracle(SOFTMAX, "zero-for-infinity")
def zero_for_infinity(case: Case) -> Iterator[Expect]:
    if "mask" in case:
        yield Expect(soft(logits(case, filled(case["scaled"], case["mask"], 0.0))))


@oracle(SOFTMAX, "wrong-mask")
def wrong_mask(case: Case) -> Iterator[Expect]:
    for name, said, mask in wrong_masks(case["mask"]) if "mask" in case else ():
        yield Expect(soft(logits(case, filled(case["scaled"], mask, fill(case)))), said, name)
        values = filled(soft(logits(case, case["scaled"])), mask, 0.0)
        if name == "future-seen":
            continue  # in the columns that are seen it is no mask at all
        yield Expect(values, said, f"{name}+softmax-before-mask")


# -- weights that were thinned


def thinned(n: int, m: int) -> Case:
    return Case("renormalize", {"masked": random(n, n, m, 0.05, 1) * (random(m, n, m) < 1.5)}, result="renormalized")


tried_on(thinned(3, 5), thinned(7, 2))


@oracle("renormalize", "not-renormalised")
def not_renormalised(case: Case) -> Array:
    return case["masked"]


@oracle("renormalize", "renormalised-down-columns")
def renormalised_columns(case: Case) -> Array:
    return np.array([column / (sum(column) or 1.0) for column in case["masked"].T]).T


@oracle("renormalize", "renormalised-by-whole")
def renormalised_whole(case: Case) -> Array:
    return case["masked"] / sum(case["masked"].flat)


@oracle("renormalize", "softmax-again")
def softmax_again(case: Case) -> Iterator[Expect]:
    yield Expect(soft(case["masked"]))
    powers = [[math.exp(x) if x else 0.0 for x in row] for row in case["masked"]]
    yield Expect(np.array([[x / (sum(row) or 1.0) for x in row] for row in powers]))

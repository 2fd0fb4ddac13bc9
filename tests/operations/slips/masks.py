"""What the slips with masks yield."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from tests.operations.slips.oracle import Array, Before, Case, Expect, oracle, random, tried_on

CAUSAL = np.array([[1.0 if j <= i else 0.0 for j in range(5)] for i in range(5)])
PADDING = np.array([[1.0] * 3 + [0.0] * 4] * 3)
PADDED = np.array([[1.0, 0, 0, 0, 0], [1, 1, 0, 0, 0], [1, 1, 1, 0, 0], [1, 1, 1, 0, 0], [1, 1, 1, 0, 0]])
CACHED = np.array([[1.0 if j <= i + 4 else 0.0 for j in range(7)] for i in range(3)])
WINDOW = np.array([[1.0 if 0 <= i - j <= 2 else 0.0 for j in range(6)] for i in range(6)])
BOTH = np.array([[1.0 if abs(i - j) <= 1 else 0.0 for j in range(5)] for i in range(5)])
PATTERN = np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0], [1.0, 1.0, 1.0]])


def masked(mask: Array, value: float) -> Case:
    scaled = random(len(mask), *mask.shape)
    return Case("mask_fill", {"scaled": scaled, "mask": mask}, {"value": value}, result="masked")


def multiplied(mask: Array) -> Case:
    weights = random(len(mask), *mask.shape, 0.05, 1)
    return Case("multiply", {"weights": weights, "mask": mask}, result="masked")


def dropped(n: int, m: int, p: float) -> Case:
    keep = (np.random.RandomState(n).rand(n, m) < 0.6).astype(float)
    return Case("dropout", {"weights": random(n, n, m, 0.05, 1), "keep": keep}, {"p": p}, result="dropped")


tried_on(masked(CAUSAL, -np.inf), masked(PADDING, -1000.0), masked(PATTERN, -np.inf), masked(PADDING, 0.0))
tried_on(*(masked(mask, -np.inf) for mask in (PADDED, CACHED, WINDOW, BOTH)))
tried_on(*map(multiplied, (CAUSAL, PADDING, PATTERN, PADDED, CACHED, WINDOW, BOTH)))
tried_on(dropped(3, 5, 0.25), dropped(7, 5, 0.5), dropped(5, 2, 0.8))


def wrong_masks(mask: Array) -> Iterator[tuple[str, str, Array]]:
    """The masks that people take for this one: their name, what is said, the mask; each once."""
    n, m = mask.shape
    cells = [(i, j) for i in range(n) for j in range(m)]
    causal = n == m and all(mask[i, j] == (j <= i) for i, j in cells)
    wrong = []
    if n == m:
        said = "the past is hidden" if causal else "the mask is transposed"
        wrong.append(("wrong-triangle", said, lambda i, j: mask[j, i]))
    wrong.append(("mask-off-by-one", "one column too many", lambda i, j: mask[i, j - 1] if j > 0 else 1.0))
    said = "the diagonal is hidden too" if causal else "off by one column"
    wrong.append(("mask-off-by-one", said, lambda i, j: mask[i, j + 1] if j + 1 < m else 0.0))
    wrong.append(("mask-inverted", "what should be seen is hidden", lambda i, j: 0.0 if mask[i, j] else 1.0))
    shifts = [r for r in range(-n, m) if all(mask[i, j] == (j <= i + r) for i, j in cells)]
    for by in (-shifts[0], 2, -2, 3, -3) if shifts and not mask.all() else ():
        said = f"sees {abs(by)} columns too {'many' if by > 0 else 'few'}"
        wrong.append(("mask-shifted", said, lambda i, j, r=shifts[0] + by: float(j <= i + r)))
    columns = [j for j in range(m) if mask[:, j].any()]
    future = [(i, j) for i, j in cells if j > i + m - n]
    both = all(mask[i, j] == (j in columns and (i, j) not in future) for i, j in cells)
    if both and len(columns) < m and any(j in columns for _, j in future):
        wrong.append(("padding-seen", "only the future is hidden", lambda i, j: float((i, j) not in future)))
        wrong.append(("future-seen", "only the padding is hidden", lambda i, j: float(j in columns)))
    back = [i - j for i, j in cells if mask[i, j]]
    most, least = max(back), min(back)
    if most < n - 1 and all(mask[i, j] == (least <= i - j <= most) for i, j in cells):
        both = least == -most
        for by, said in ((1, "one place too far"), (-1, "one place too short")):
            end = least - by if both else least
            wrong.append(("window-off-by-one", said, lambda i, j, r=most + by, e=end: float(e <= i - j <= r)))
        if not both:
            wrong.append(("window-left-out", "only the future is hidden", lambda i, j: float(i - j >= least)))
            wrong.append(("future-seen", "too far back", lambda i, j: float(i - j <= most)))
            wrong.append(("window-on-both-sides", "into the future", lambda i, j: float(abs(i - j) <= most)))
    known = [mask.tolist()]
    for name, said, cell in wrong:
        values = np.array([[cell(i, j) for j in range(m)] for i in range(n)])
        if values.tolist() not in known:
            known.append(values.tolist())
            yield name, said, values


def filled(a: Array, mask: Array, value: float) -> Array:
    """The numbers that the mask lets be seen, and the value in the other cells."""
    result = a.copy()
    for i, j in np.argwhere(mask == 0.0):
        result[i, j] = value
    return result


@oracle("mask_fill", "mask-not-applied")
def not_applied(case: Case) -> Array:
    return case["scaled"]


@oracle("mask_fill", "zero-for-infinity")
def zero_for_infinity(case: Case) -> Iterator[Expect]:
    if case["value"] != 0.0:
        yield Expect(filled(case["scaled"], case["mask"], 0.0))
        yield Expect(filled(case["scaled"], case["mask"], 1e-9), "hold 1e-9")


@oracle("mask_fill", "wrong-mask")
def wrong_mask(case: Case) -> Iterator[Expect]:
    for name, said, mask in wrong_masks(case["mask"]):
        yield Expect(filled(case["scaled"], mask, case["value"]), said, name)
        if case["value"] != 0.0:
            values = filled(case["scaled"], mask, 0.0)
            yield Expect(values, said, f"{name}+zero-for-infinity")


@oracle("mask_fill", "another-number-for-infinity")
def another_number(case: Case) -> Iterator[Expect]:
    for value, said in (
        (-np.inf, "−∞"), (-1e9, "−1e+09"), (-1e10, "−1e+10"), (-1e20, "−1e+20"), (-1e6, "−1e+06"), (-1e5, "−100000"),
        (-1e4, "−10000"), (-1000, "−1000"), (-100, "−100"), (-999, "−999"), (-9999, "−9999"), (-1, "−1"), (1, "1"),
        (np.inf, "∞"),
    ):  # fmt: skip
        if value != case["value"]:
            yield Expect(filled(case["scaled"], case["mask"], value), f"hold {said}, not")


def capped(mask: Array, cap: float) -> Case:
    scaled = random(len(mask), *mask.shape)
    page = {"scaled": scaled, "capped": Before(cap * np.tanh(scaled / cap), "soft_cap", ("scaled",), {"cap": cap})}
    return Case("mask_fill", {**page, "mask": mask}, {"value": -np.inf}, ("capped", "mask"), "masked")


@oracle("mask_fill", "cap-after-mask", capped(CAUSAL, 2.0), capped(WINDOW, 5.0))
def cap_after_mask(case: Case) -> Array:
    cap = case.matrices["capped"].params["cap"]  # type: ignore[union-attr]
    return cap * np.tanh(filled(case["scaled"], case["mask"], -1e9) / cap)


@oracle("mask_fill", "mask-added")
def mask_added(case: Case) -> Iterator[Expect]:
    scaled, mask = case["scaled"], case["mask"]
    yield Expect(np.where(mask == 1.0, scaled + 1.0, scaled))
    yield Expect(np.where(mask == 0.0, scaled + 1.0, scaled))
    yield Expect(filled(np.ones(mask.shape), mask, case["value"]))


@oracle("multiply", "mask-not-applied")
def factor_not_applied(case: Case) -> Array:
    return case["weights"]


@oracle("multiply", "wrong-mask")
def wrong_factor(case: Case) -> Iterator[Expect]:
    for name, said, mask in wrong_masks(case["mask"]):
        yield Expect(filled(case["weights"], mask, 0.0), said, name)


@oracle("dropout", "dropout-scale-left-out")
def unscaled(case: Case) -> Array:
    return filled(case["weights"], case["keep"], 0.0)


@oracle("dropout", "dropout-wrong-scale")
def wrong_scale(case: Case) -> Iterator[Expect]:
    kept, p = filled(case["weights"], case["keep"], 0.0), case["p"]
    if p != 0.5:  # one half is as good as the other
        yield Expect(kept / p, "divided by p")
    yield Expect(kept * (1 - p), "multiplied by 1 − p")


@oracle("dropout", "dropout-inverted")
def inverted(case: Case) -> Array:
    return filled(case["weights"] / (1 - case["p"]), 1 - case["keep"], 0.0)


@oracle("dropout", "dropout-not-applied")
def dropout_not_applied(case: Case) -> Array:
    return case["weights"]


@oracle("dropout", "dropout-only-scaled")
def only_scaled(case: Case) -> Array:
    return case["weights"] / (1 - case["p"])

"""What the slips with soft caps, sinks, softmax to another base, and shared keys yield."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from tests.operations.slips.oracle import Array, Before, Case, Expect, oracle, random, tried_on

tried_on(
    *(
        Case("soft_cap", {"scaled": random(n, n, m)}, {"cap": cap}, result="capped")
        for n, m, cap in ((3, 5, 2.5), (5, 2, 1.5))
    )
)
tried_on(
    *(
        Case("softmax_sink", {"scaled": random(n, n, m), "sinks": random(m, 1, 3, 0.2, 2)}, {"head": h}, result="weights")
        for n, m, h in ((3, 5, 2), (5, 2, 1))
    )
)  # fmt: skip
tried_on(
    *(
        Case("softmax_based", {"scaled": random(n, n, m)}, {"base": b}, result="weights")
        for n, m, b in ((3, 5, 3.0), (5, 3, 1.5))
    )
)
tried_on(*(Case("row_length", {"Q": random(n, n, m)}, result="Q_length") for n, m in ((3, 5), (5, 2))))
tried_on(
    *(
        Case("over_rows", {"Q": random(n, n, m), "Q_length": random(m, n, 1, 1, 3)}, result="Q_normed")
        for n, m in ((3, 5), (5, 2))
    )
)
tried_on(
    *(
        Case("append_rows", {"K_cached": random(n, n, m), "K": random(m, k, m)}, result="K_all")
        for n, k, m in ((3, 1, 5), (2, 4, 3))
    )
)


@oracle("soft_cap", "cap-left-out")
def left_out(case: Case) -> Array:
    return case["scaled"]


@oracle("soft_cap", "cap-not-multiplied-back")
def not_back(case: Case) -> Array:
    return np.tanh(case["scaled"] / case["cap"])


@oracle("soft_cap", "not-divided-by-cap")
def not_divided(case: Case) -> Array:
    return np.tanh(case["scaled"]) * case["cap"]


@oracle("soft_cap", "cut-off-at-cap")
def cut_off(case: Case) -> Array:
    return np.minimum(np.maximum(case["scaled"], -case["cap"]), case["cap"])


def powers(case: Case, base: float = np.e) -> Array:
    return base ** case["scaled"]


def shares(a: Array, more: float = 0.0) -> Array:
    return np.array([[x / (sum(row) + more) for x in row] for row in a])


@oracle("softmax_sink", "sink-left-out")
def no_sink(case: Case) -> Array:
    return shares(powers(case))


@oracle("softmax_sink", "sink-without-exp")
def bare_sink(case: Case) -> Array:
    return shares(powers(case), case["sinks"][0, case["head"] - 1])


@oracle("softmax_sink", "sink-of-another-head")
def other_sink(case: Case) -> Iterator[Expect]:
    for head, sink in enumerate(case["sinks"][0], start=1):
        if head != case["head"]:
            yield Expect(shares(powers(case), np.exp(sink)), f"head {head} was")


@oracle("softmax_based", "e-for-the-base")
def by_e(case: Case) -> Array:
    return shares(powers(case))


@oracle("softmax_based", "multiplied-by-base")
def multiplied(case: Case) -> Array:
    return shares(np.exp(case["scaled"] * case["base"]))


@oracle("softmax_based", "powers-not-divided")
def not_shared(case: Case) -> Array:
    return powers(case, case["base"])


@oracle("softmax_based", "softmax-down-columns")
def down_columns(case: Case) -> Array:
    return shares(powers(case, case["base"]).T).T


@oracle("row_length", "root-left-out")
def squares(case: Case) -> Array:
    return np.array([[sum(x * x for x in row)] for row in case["Q"]])


@oracle("row_length", "root-of-mean")
def root_of_mean(case: Case) -> Array:
    return np.array([[(sum(x * x for x in row) / len(row)) ** 0.5] for row in case["Q"]])


@oracle("row_length", "sum-of-sizes")
def sizes(case: Case) -> Array:
    return np.array([[sum(abs(x) for x in row)] for row in case["Q"]])


@oracle("over_rows", "not-divided")
def not_over(case: Case) -> Array:
    return case["Q"]


@oracle("over_rows", "multiplied-by-length")
def times_length(case: Case) -> Array:
    return np.array([row * size for row, size in zip(case["Q"], case["Q_length"][:, 0], strict=True)])


@oracle("append_rows", "new-rows-first")
def new_first(case: Case) -> Array:
    return np.array([*case["K"], *case["K_cached"]])


@oracle("append_rows", "old-rows-left-out")
def no_old(case: Case) -> Array:
    return case["K"]


@oracle("append_rows", "new-rows-left-out")
def no_new(case: Case) -> Array:
    return case["K_cached"]


def shared(op: str, n: int, width: int, heads: int, g: int) -> Case:
    """A product with head g's part, counted from 0, of keys or values."""
    whole = random(n + heads, n, width * heads)
    part = Before(
        whole[:, g * width : (g + 1) * width], "columns", ("K",), {"start": g * width + 1, "stop": (g + 1) * width}
    )
    left = random(n, n + 1, width) if op == "matmul_transposed" else random(n, n + 1, n, 0.1, 0.9)
    return Case(op, {"A": left, "K": whole, "K1": part}, {}, ("A", "K1"), "result")


CUT = [(3, 5, 2, 0), (4, 2, 3, 1)]


def others(case: Case) -> Iterator[tuple[Array, str]]:
    width = case["K1"].shape[1]
    for start in range(1, case["K"].shape[1], width):
        if start != case.matrices["K1"].params["start"]:  # type: ignore[union-attr]
            yield case["K"][:, start - 1 : start - 1 + width], f"columns {start} to {start + width - 1} of K"


@oracle("matmul_transposed", "another-heads-keys", *(shared("matmul_transposed", *sizes) for sizes in CUT))
def other_keys(case: Case) -> Iterator[Expect]:
    for keys, said in others(case):
        yield Expect(case["A"] @ keys.T, said)


@oracle("matmul", "another-heads-keys", *(shared("matmul", *sizes) for sizes in CUT))
def other_values(case: Case) -> Iterator[Expect]:
    for values, said in others(case):
        yield Expect(case["A"] @ values, said)


def grouped(n: int, width: int, heads: int, groups: int) -> Case:
    """Heads that share keys and values, side by side."""
    page: dict[str, Array | Before] = {}
    for g in range(1, groups + 1):
        page |= {f"K{g}": random(10 + g, n, width), f"V{g}": random(20 + g, n, width)}
    for h in range(1, heads + 1):
        g = (h - 1) // (heads // groups) + 1
        q, k, v = random(h, n, width), page[f"K{g}"], page[f"V{g}"]
        assert isinstance(k, np.ndarray)
        assert isinstance(v, np.ndarray)
        weights = shares(np.exp(q @ k.T))
        page |= {
            f"Q{h}": q,
            f"scores{h}": Before(q @ k.T, "matmul_transposed", (f"Q{h}", f"K{g}")),
            f"weights{h}": Before(weights, "softmax", (f"scores{h}",)),
            f"Z{h}": Before(weights @ v, "matmul", (f"weights{h}", f"V{g}")),
        }
    return Case("concat", page, {}, tuple(f"Z{h}" for h in range(1, heads + 1)), "concat")


@oracle("concat", "keys-of-one-group", grouped(3, 2, 4, 2), grouped(5, 3, 6, 3))
def of_one_group(case: Case) -> Array:
    heads = range(1, len(case.names) + 1)
    return np.hstack([shares(np.exp(case[f"Q{h}"] @ case["K1"].T)) @ case["V1"] for h in heads])


@oracle("concat", "softmax-over-heads", grouped(3, 2, 4, 2), grouped(5, 3, 6, 3))
def over_heads(case: Case) -> Array:
    heads = range(1, len(case.names) + 1)
    powers = {h: np.exp(case[f"scores{h}"]) for h in heads}
    whole = sum(powers.values())
    values = {h: case[case.matrices[f"Z{h}"].of[1]] for h in heads}  # type: ignore[union-attr]
    return np.hstack([powers[h] / whole @ values[h] for h in heads])


def capped(n: int, m: int, cap: float) -> Case:
    scaled = random(n, n, m)
    page = {"scaled": scaled, "capped": Before(cap * np.tanh(scaled / cap), "soft_cap", ("scaled",), {"cap": cap})}
    return Case("softmax", page, of=("capped",), result="weights")


@oracle("softmax", "cap-after-softmax", capped(3, 5, 0.5), capped(4, 4, 0.2))
def cap_after_softmax(case: Case) -> Array:
    cap = case.matrices["capped"].params["cap"]  # type: ignore[union-attr]
    return cap * np.tanh(shares(np.exp(case["scaled"])) / cap)


@oracle("concat", "keys-shared-in-turn", grouped(3, 2, 4, 2), grouped(5, 3, 6, 3))
def in_turn(case: Case) -> Array:
    groups = sum(name.startswith("K") for name in case.matrices)
    found = []
    for h in range(len(case.names)):
        g = h % groups + 1
        found.append(shares(np.exp(case[f"Q{h + 1}"] @ case[f"K{g}"].T)) @ case[f"V{g}"])
    return np.hstack(found)

"""What the slips with positions yield: the embeddings' scale, the angles, the turned pairs, the slopes."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from tests.operations.slips.oracle import Array, Before, Case, Expect, oracle, random, tried_on


def scaled(n: int, m: int) -> Case:
    return Case("multiply_by_root", {"E": random(n, n, m)}, {"d": m}, result="E_scaled")


def embedded(n: int, m: int) -> Case:
    e = random(n, n, m)
    page = {
        "E": e,
        "PE": random(m + 7, n, m, -1, 1),
        "E_scaled": Before(e * math.sqrt(m), "multiply_by_root", ("E",), {"d": m}),
    }
    return Case("add", page, of=("E_scaled", "PE"), result="X")


def angled(n: int, width: int, base: float, start: int, factor: float) -> Case:
    params = {"positions": n, "width": width, "base": base, "start": start, "factor": factor}
    return Case("rotary_angles", {}, params, result="angles")


def angles_of(n: int, width: int, start: int) -> Array:
    return np.array([[(p + start) / 10.0 ** (4 * 2 * k / width) for k in range(width // 2)] for p in range(n)])


def rotated(n: int, width: int, layout: str) -> Case:
    page = {"Q": random(n + width, n, width), "angles": angles_of(n, width, 1)}
    return Case("rotate", page, {"layout": layout}, result="Q_rotated")


def cut(n: int, width: int, heads: int, h: int, layout: str) -> Case:
    """Head h, counted from 0, of a Q that is turned after it was cut."""
    whole = random(n + heads, n, width * heads)
    params = {"positions": n, "width": width, "base": 10000.0, "start": 1, "factor": 1.0}
    page = {
        "Q": whole,
        "Q1": Before(whole[:, h * width : (h + 1) * width], "columns", ("Q",), {"start": h * width + 1, "stop": (h + 1) * width}),
        "angles": Before(angles_of(n, width, 1), "rotary_angles", (), params),
    }  # fmt: skip
    return Case("rotate", page, {"layout": layout}, ("Q1", "angles"), "Q_rotated1")


tried_on(scaled(3, 5), scaled(7, 2))
tried_on(angled(5, 6, 10000.0, 0, 1.0), angled(3, 8, 500.0, 2, 1.0), angled(4, 10, 10000.0, 1, 2.0))
tried_on(rotated(3, 4, "adjacent"), rotated(5, 6, "halves"))
tried_on(*(Case("alibi_slopes", {}, {"heads": heads}, result="slopes") for heads in (4, 8)))
tried_on(
    *(
        Case("alibi", {"scaled": random(n, n, m), "slopes": random(m, 1, 3, 0.1, 0.9)}, {"head": h, "first": f}, result="biased")
        for n, m, h, f in ((3, 5, 2, 3), (4, 4, 1, 1))
    )
)  # fmt: skip


@oracle("multiply_by_root", "embeddings-not-scaled")
def not_scaled(case: Case) -> Array:
    return case["E"]


@oracle("multiply_by_root", "multiplied-by-width")
def by_width(case: Case) -> Array:
    return case["E"] * case["d"]


@oracle("multiply_by_root", "divided-by-root")
def divided(case: Case) -> Array:
    return case["E"] / case["d"] ** 0.5


@oracle("add", "positions-scaled-too", embedded(3, 5), embedded(5, 2))
def scaled_too(case: Case) -> Iterator[Expect]:
    yield Expect(case["E_scaled"] + case["PE"] * case["E"].shape[1] ** 0.5, "PE was multiplied by √")


def table(
    case: Case, power: object, start: int | None = None, base: float | None = None, factor: float | None = None
) -> Array:
    """Angles whose exponent is ``power`` of the pair."""
    own = case["base"] if base is None else base
    first = case["start"] if start is None else start
    less = case["factor"] if factor is None else factor
    return np.array(
        [[(p + first) / less / own ** power(k) for k in range(case["width"] // 2)] for p in range(case["positions"])]  # type: ignore[operator]
    )


def right_power(case: Case) -> object:
    return lambda k: 2 * k / case["width"]


@oracle("rotary_angles", "positions-counted-from")
def other_start(case: Case) -> Iterator[Expect]:
    for start in {1 if case["start"] == 0 else 0, case["start"] - 1}:
        yield Expect(table(case, right_power(case), start=start), "counted from")


@oracle("rotary_angles", "another-base", angled(9, 4, 2000.0, 100000, 1.0), angled(7, 4, 300.0, 517, 1.0))
def other_base(case: Case) -> Iterator[Expect]:
    for base in {1e4, 5e5, 1e6, 1e3} - {case["base"]}:
        yield Expect(table(case, right_power(case), base=base), f"base {base:.0f} was")


@oracle("rotary_angles", "exponent")
def exponents(case: Case) -> Iterator[Expect]:
    d = case["width"]
    yield Expect(table(case, lambda k: k / d), name="exponent-i")
    yield Expect(table(case, lambda k: (2 * k + 2) / d), name="columns-from-1")
    yield Expect(table(case, lambda k: 4 * k / d), name="exponent-doubled")


@oracle("rotary_angles", "positions-not-divided", angled(4, 10, 10000.0, 1, 2.0), angled(3, 6, 10000.0, 5, 4.0))
def factor(case: Case) -> Iterator[Expect]:
    yield Expect(table(case, right_power(case), factor=1.0), "not divided")
    yield Expect(table(case, right_power(case), factor=1 / case["factor"]), "multiplied")


def complex_pairs(case: Case, layout: str | None = None) -> tuple[Array, list[tuple[int, int]]]:
    """Each pair of columns as complex numbers, and which columns they are."""
    a = case[case.names[0]]
    half = a.shape[1] // 2
    adjacent = (layout or case["layout"]) == "adjacent"
    places = [(2 * k, 2 * k + 1) if adjacent else (k, k + half) for k in range(half)]
    return np.array([[complex(row[i], row[j]) for i, j in places] for row in a]), places


def back(numbers: Array, places: list[tuple[int, int]]) -> Array:
    result = np.empty((len(numbers), 2 * len(places)))
    for k, (i, j) in enumerate(places):
        result[:, i], result[:, j] = numbers[:, k].real, numbers[:, k].imag
    return result


def stretched(n: int, width: int, times: float) -> Case:
    case = rotated(n, width, "halves")
    return Case("rotate", case.matrices, {"layout": "halves", "times": times}, result="Q_rotated")


@oracle("rotate", "factor-left-out", stretched(3, 4, 1.2), stretched(5, 6, 0.7))
def no_factor(case: Case) -> Array:
    return case.right() / case["times"]


@oracle("rotate", "other-pairs")
def other_pairs(case: Case) -> Array:
    numbers, places = complex_pairs(case, "halves" if case["layout"] == "adjacent" else "adjacent")
    return back(numbers * np.exp(1j * case["angles"]), places)


@oracle("rotate", "angle-sign-reversed")
def reversed_(case: Case) -> Array:
    numbers, places = complex_pairs(case)
    return back(numbers * np.exp(-1j * case["angles"]), places)


@oracle("rotate", "sine-and-cosine-exchanged")
def exchanged(case: Case) -> Array:
    numbers, places = complex_pairs(case)
    return back(numbers * (np.sin(case["angles"]) + 1j * np.cos(case["angles"])), places)


@oracle("rotate", "not-turned")
def not_turned(case: Case) -> Array:
    return case["Q"]


@oracle("rotate", "turned-twice")
def twice(case: Case) -> Array:
    numbers, places = complex_pairs(case)
    return back(numbers * np.exp(2j * case["angles"]), places)


@oracle("rotate", "turned-before-the-split", cut(3, 4, 2, 1, "halves"), cut(5, 2, 3, 1, "adjacent"))
def before_the_split(case: Case) -> Iterator[Expect]:
    whole, n = case["Q"], len(case["Q"])
    wide = Case("rotate", {"Q": whole, "angles": angles_of(n, whole.shape[1], 1)}, case.params)
    numbers, places = complex_pairs(wide)
    first = case.matrices["Q1"].params["start"] - 1  # type: ignore[union-attr]
    turned = back(numbers * np.exp(1j * wide["angles"]), places)
    yield Expect(turned[:, first : first + case["Q1"].shape[1]], "Q was turned as a whole")


def from_another(n: int, width: int, layout: str) -> Case:
    return Case("rotate", {"Q": random(n, n, width), **{"angles": cut(n, width, 2, 0, layout).matrices["angles"]}},
                {"layout": layout}, result="Q_rotated")  # fmt: skip


@oracle("rotate", "positions-counted-from", from_another(3, 4, "halves"), from_another(5, 2, "adjacent"))
def counted_from(case: Case) -> Iterator[Expect]:
    numbers, places = complex_pairs(case)
    turn = angles_of(len(numbers), len(places) * 2, 1) - angles_of(len(numbers), len(places) * 2, 0)
    yield Expect(back(numbers * np.exp(1j * (case["angles"] - turn)), places), "counted from 0")


def attended(n: int, width: int, layout: str) -> Case:
    """A weighted sum whose scores are of turned queries and keys."""
    q, k, angles, v = random(n, n, width), random(n + 1, n, width), angles_of(n, width, 1), random(n + 2, n, width)
    turned = [Case("rotate", {"Q": a, "angles": angles}, {"layout": layout}).right() for a in (q, k)]
    scores = turned[0] @ turned[1].T
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    page = {
        "Q": q, "K": k, "angles": angles, "V": v,
        "Q_rotated": Before(turned[0], "rotate", ("Q", "angles"), {"layout": layout}),
        "K_rotated": Before(turned[1], "rotate", ("K", "angles"), {"layout": layout}),
        "scores": Before(scores, "matmul_transposed", ("Q_rotated", "K_rotated")),
        "weights": Before(weights / weights.sum(axis=1, keepdims=True), "softmax", ("scores",)),
    }  # fmt: skip
    return Case("matmul", page, {}, ("weights", "V"), "Z")


@oracle("matmul", "values-turned-too", attended(3, 4, "halves"), attended(5, 2, "adjacent"))
def values_too(case: Case) -> Array:
    layout = case.matrices["Q_rotated"].params["layout"]  # type: ignore[union-attr]
    numbers, places = complex_pairs(Case("rotate", {"V": case["V"]}, {"layout": layout}))
    return np.asarray(case["weights"] @ back(numbers * np.exp(1j * case["angles"]), places))


def away(case: Case) -> Array:
    n, m = case["scaled"].shape
    return np.array([[i + case["first"] - 1 - j for j in range(m)] for i in range(n)])


@oracle("alibi", "slope-of-another-head")
def other_head(case: Case) -> Iterator[Expect]:
    for head, slope in enumerate(case["slopes"][0], start=1):
        if head != case["head"]:
            yield Expect(case["scaled"] - slope * abs(away(case)), f"head {head} was")


def slope(case: Case) -> float:
    return float(case["slopes"][0, case["head"] - 1])


@oracle("alibi", "distance-added")
def added(case: Case) -> Array:
    return case["scaled"] + slope(case) * abs(away(case))


@oracle("alibi", "slope-left-out")
def no_slope(case: Case) -> Array:
    return case["scaled"] - abs(away(case))


@oracle("alibi", "distances-left-out")
def no_distance(case: Case) -> Array:
    return case["scaled"]


@oracle("alibi", "distance-with-its-sign")
def signed(case: Case) -> Array:
    return case["scaled"] - slope(case) * away(case)


@oracle("alibi_slopes", "heads-from-0")
def from_zero(case: Case) -> Array:
    return np.array([[2 ** (-8 * h / case["heads"]) for h in range(case["heads"])]])


@oracle("alibi_slopes", "slopes-in-reverse")
def in_reverse(case: Case) -> Array:
    return np.array([[2 ** (-8 * (case["heads"] - h) / case["heads"]) for h in range(case["heads"])]])

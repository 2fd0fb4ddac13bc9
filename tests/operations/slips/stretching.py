"""Slips in the stretched rates of rotary positions."""

from __future__ import annotations

import math

import numpy as np
from tests.operations.slips.oracle import Array, Case, oracle, tried_on


def fresh(width: int, base: float) -> Array:
    return np.array([[base ** (-2 * i / width) for i in range(width // 2)]])


def by_turns(width: int, length: float, factor: float) -> Case:
    params = {"factor": factor, "low": 1.0, "high": 4.0, "length": length}
    return Case("stretch_by_turns", {"rates": fresh(width, 100.0)}, params, result="stretched")


def by_place(width: int, first: float, last: float, factor: float) -> Case:
    params = {"factor": factor, "first": first, "last": last}
    return Case("stretch_by_place", {"rates": fresh(width, 20.0)}, params, result="stretched")


tried_on(by_turns(12, 32.0, 4.0), by_turns(16, 40.0, 8.0))
tried_on(by_place(12, 1.0, 5.0, 4.0), by_place(16, 0.0, 5.0, 2.0))
tried_on(*(Case("rotary_rates", {}, {"width": w, "base": b}, result="rates") for w, b in ((8, 10.0), (6, 20.0))))
tried_on(
    *(Case("angles_at", {"rates": fresh(w, 20.0)}, {"positions": n, "start": s}, result="angles") for w, n, s in ((8, 3, 0), (6, 5, 2)))
)  # fmt: skip


def kept(case: Case, *, turn: float = 2 * math.pi) -> list[float]:
    """The share of each rate that stays."""
    found = []
    for i, rate in enumerate(case["rates"][0].tolist()):
        if "length" in case:
            share = (case["length"] * rate / turn - case["low"]) / (case["high"] - case["low"])
        else:
            share = 1 - (i - case["first"]) / (case["last"] - case["first"])
        found.append(min(1.0, max(0.0, share)))
    return found


def mixed(case: Case, shares: list[float]) -> Array:
    rates, factor = case["rates"][0].tolist(), case["factor"]
    return np.array([[rate * k + rate / factor * (1 - k) for rate, k in zip(rates, shares, strict=True)]])


@oracle("rotary_rates", "rates-turned-over")
def turned_over(case: Case) -> Array:
    return np.array([[case["base"] ** (2 * i / case["width"]) for i in range(case["width"] // 2)]])


@oracle(("stretch_by_turns", "stretch_by_place"), "not-stretched")
def as_they_were(case: Case) -> Array:
    return case["rates"]


@oracle(("stretch_by_turns", "stretch_by_place"), "all-stretched")
def all_divided(case: Case) -> Array:
    return mixed(case, [0.0] * case["rates"].shape[1])


@oracle(("stretch_by_turns", "stretch_by_place"), "shares-exchanged")
def exchanged(case: Case) -> Array:
    return mixed(case, [k if k in (0.0, 1.0) else 1 - k for k in kept(case)])


@oracle("stretch_by_turns", "two-pi-left-out")
def no_two_pi(case: Case) -> Array:
    return mixed(case, kept(case, turn=1.0))


@oracle("angles_at", "positions-counted-from-another")
def other_start(case: Case) -> Array:
    first = 1 if case["start"] == 0 else case["start"] - 1
    return np.array([[(p + first) * rate for rate in case["rates"][0]] for p in range(case["positions"])])

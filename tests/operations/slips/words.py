"""What the slips with ids, tables of words, and positions yield."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from tests.operations.slips.means import column
from tests.operations.slips.oracle import Array, Case, Expect, oracle, random, tried_on


def tokens(*ids: int) -> Case:
    return Case("token_ids", {}, {"ids": list(ids), "words": [f"w{n}" for n in ids]}, result="ids")


def looked_up(ids: list[int], rows: int, d: int, first: int) -> Case:
    return Case("lookup", {"ids": column(*ids), "W_E": random(rows, rows, d)}, {"first": first}, result="E")


def positions(n: int, d: int, base: float, start: int, exponent: str, layout: str = "adjacent") -> Case:
    params = {"positions": n, "d_model": d, "base": base, "start": start, "exponent": exponent}
    if layout != "adjacent":
        params["layout"] = layout
    return Case("sinusoid", {}, params, result="PE")


tried_on(tokens(7, 3, 11, 19, 2), tokens(13, 5, 17, 2, 23, 29, 7))
tried_on(*(Case("largest", {"p": random(n, n, m)}, {"first": f}, result="ids") for n, m, f in ((5, 17, 0), (7, 11, 1))))
tried_on(looked_up([7, 3, 1], 11, 5, 1), looked_up([4, 0, 2, 6, 1], 7, 3, 0))
tried_on(
    positions(5, 7, 10000.0, 0, "paired"), positions(3, 11, 100.0, 2, "column"), positions(7, 4, 1000.0, 1, "paired"),
    positions(4, 6, 2000.0, 0, "paired", "halves"),
)  # fmt: skip


def ids_of(case: Case) -> Array:
    if case.op == "token_ids":
        return column(*case["ids"])
    return column(*(list(row).index(max(row)) + case["first"] for row in case["p"]))


@oracle(("token_ids", "largest"), "ids-off-by-one")
def ids_off_by_one(case: Case) -> Iterator[Expect]:
    yield Expect(ids_of(case) - 1, "one too low")
    yield Expect(ids_of(case) + 1, "one too high")


@oracle("token_ids", "position-for-id")
def position_for_id(case: Case) -> Iterator[Expect]:
    count = len(case["ids"])
    yield Expect(column(*range(count)))
    yield Expect(column(*range(1, count + 1)))


@oracle("largest", "smallest-for-largest")
def smallest(case: Case) -> Array:
    return column(*(list(row).index(min(row)) + case["first"] for row in case["p"]))


@oracle("lookup", "ids-off-by-one")
def row_off_by_one(case: Case) -> Iterator[Expect]:
    table, rows = case["W_E"], [int(id) - case["first"] for id in case["ids"][:, 0]]
    for by, said in ((1, "low"), (-1, "high")):
        chosen = [table[n + by] if 0 <= n + by < len(table) else None for n in rows]
        values = [np.full(table.shape[1], np.nan) if row is None else row for row in chosen]
        shown = [table[n] if row is None else row for n, row in zip(rows, chosen, strict=True)]
        yield Expect(np.array(values), f"one row too {said}", shown=np.array(shown))


@oracle("lookup", "rows-in-order")
def rows_in_order(case: Case) -> Array:
    return np.array([case["W_E"][n] for n in range(len(case["ids"]))])


@dataclass(frozen=True)
class Waves:
    """The rules by which a table of positions is made, each of which people get wrong."""

    positions: int
    d_model: int
    base: float
    start: int
    exponent: str
    layout: str = "adjacent"
    trig: str = "in turn"
    degrees: bool = False
    width: int | None = None

    @classmethod
    def of(cls, case: Case) -> Waves:
        return cls(**case.params)

    def power(self, i: int) -> float:
        kind, _, changed = self.exponent.partition(", ")
        pair = (lambda n: n // 2) if kind == "paired" else (lambda n: n)
        e = {
            "": 2 * pair(i), "plain": i, "not doubled": i // 2, "from one": 2 * pair(i + 1), "doubled": 4 * pair(i),
            "unpaired from one": 2 * (i + 1), "plain from one": i + 1,
        }[changed]  # fmt: skip
        return e / (self.width or self.d_model)

    def cell(self, row: int, i: int) -> float:
        angle = (row + self.start) / self.base ** self.power(i)
        angle = math.radians(angle) if self.degrees else angle
        sine = {"in turn": i % 2 == 0, "sin": True, "cos": False, "exchanged": i % 2 == 1}[self.trig]
        return math.sin(angle) if sine else math.cos(angle)

    def table(self) -> Array:
        columns = range(self.d_model)
        if self.trig == "other layout":
            other = "halves" if self.layout == "adjacent" else "adjacent"
            return replace(self, trig="in turn", layout=other).table()
        return self._table(columns if self.layout == "adjacent" else [*columns[0::2], *columns[1::2]])

    def _table(self, columns: object) -> Array:
        return np.array([[self.cell(row, i) for i in columns] for row in range(self.positions)])  # type: ignore[attr-defined]


def single(right: Waves) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Each rule changed alone: which rule, its name, what is changed."""
    kind = right.exponent
    other = ("column", "exponent-2i") if kind == "paired" else ("paired", "exponent-paired")
    for exponent, name in (
        other, (f"{kind}, plain", "exponent-i"), (f"{kind}, not doubled", "exponent-not-doubled"),
        (f"{kind}, from one", "columns-from-1"), (f"{kind}, doubled", "exponent-doubled"),
        *([(f"{kind}, unpaired from one", "exponent-2i+columns-from-1")] if kind == "paired" else []),
        (f"{kind}, plain from one", "exponent-i+columns-from-1"),
    ):  # fmt: skip
        yield "exponent", name, {"exponent": exponent}
    for trig, name in (
        ("sin", "sin-for-cos"), ("cos", "cos-for-sin"), ("exchanged", "sin-and-cos-exchanged"),
        ("other layout", "sines-before-cosines" if right.layout == "adjacent" else "sines-and-cosines-in-turn"),
    ):  # fmt: skip
        yield "trig", name, {"trig": trig}
    for start in {1 if right.start == 0 else 0, right.start - 1}:
        yield "start", f"positions-from-{start}", {"start": start}
    yield "degrees", "degrees-for-radians", {"degrees": True}


@oracle("sinusoid", "positions")
def other_rules(case: Case) -> Iterator[Expect]:
    right = Waves.of(case)
    rules = list(single(right))
    for _, name, change in rules:
        yield Expect(replace(right, **change).table(), name=name)  # type: ignore[arg-type]
    for (one, first, a), (two, second, b) in combinations(rules, 2):
        if one != two and not ("other layout" in b.values() and one == "exponent"):
            yield Expect(replace(right, **a, **b).table(), name=f"{first}+{second}")  # type: ignore[arg-type]


@oracle("sinusoid", "another-base")
def another_base(case: Case) -> Iterator[Expect]:
    for base in {10.0, 100.0, 1000.0, 10000.0, 100000.0} - {case["base"]}:
        yield Expect(replace(Waves.of(case), base=base).table(), f"base {base:g} was")


@oracle("sinusoid", "another-width")
def another_width(case: Case) -> Iterator[Expect]:
    d = case["d_model"]
    for width in {512, d // 2, d - 1, d + 1, 2 * d, case["positions"]}:
        alike = case["base"] in (100.0, 10000.0) and width == 2 * d  # 10000^(e/2d) is 100^(e/d)
        yield Expect(replace(Waves.of(case), width=width).table(), f"by {width}", alike=alike)


@oracle("sinusoid", "base-left-out")
def base_left_out(case: Case) -> Array:
    return replace(Waves.of(case), base=1.0).table()


@oracle("sinusoid", "base-multiplied")
def base_multiplied(case: Case) -> Array:
    return replace(Waves.of(case), base=1 / case["base"]).table()


@oracle("sinusoid", "position-and-dimension-exchanged")
def exchanged(case: Case) -> Iterator[Expect]:
    if "layout" in case:
        return
    n, d, base = case["positions"], case["d_model"], case["base"]
    angles = [[(i + case["start"]) / base ** Waves.of(case).power(row) for i in range(d)] for row in range(n)]
    by_column = [[math.cos(x) if i % 2 else math.sin(x) for i, x in enumerate(row)] for row in angles]
    by_row = [[math.cos(x) if n % 2 else math.sin(x) for x in row] for n, row in enumerate(angles)]
    yield Expect(np.array(by_column))
    yield Expect(np.array(by_row))

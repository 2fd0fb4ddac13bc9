"""Sheets made without doing the work, and honest ones in many habits: what marking gives for them.

``python -m tests.marking.cheats [KEYS] [HONEST]`` marks every cheat on so many keys, and so many honest sheets, and prints
the share of the points that each cheat earns, and the honest sheets that lose by what is done against cheats.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import numpy as np
from tests.marking.by_hand import WAYS
from tests.marking.injected import sheet_of

from tmat.marking import Answers, mark
from tmat.marking.findings import Remark
from tmat.marking.verdicts import Report
from tmat.numbers import round_half_away
from tmat.operations import REGISTRY
from tmat.sheet.worksheet import Worksheet
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention
from tmat.stages.ffn import ffn

Values = dict[str, np.ndarray]
Change = Callable[[str, np.ndarray], np.ndarray | None]
Random = np.random.RandomState
KINDS = ("attention", "causal", "heads", "addnorm", "ffn", "two decimals", "stack", "stack at two decimals", "toy")


def key_of(n: int, r: Random) -> Worksheet:
    """A key of one stage or of several, exact or rounded."""
    kind = KINDS[n % len(KINDS)]
    if kind == "toy":
        return toy(r)
    if kind not in ("two decimals", "stack", "stack at two decimals"):
        return sheet_of(kind, r)
    x = (r.rand(r.randint(2, 7), 2 * r.randint(1, 4)) * 2).round(2)
    how = {} if kind == "stack" else {"round": 2}
    first = attention(x, d_k=int(r.randint(2, 5)), seed=int(r.randint(10**6)), **how)
    return first if kind == "two decimals" else addnorm(ffn(addnorm(first, **how), d_ff=4, seed=1, **how), **how)


def toy(r: Random) -> Worksheet:
    """A sheet of zeros and ones, as on pages: every number of X and of the weights."""
    n, d, d_k = int(r.randint(3, 5)), int(r.randint(3, 5)), int(r.randint(2, 4))
    given = {name: r.randint(0, 2, (d, d_k)) * 1.0 for name in ("W_Q", "W_K", "W_V")}
    return attention(r.randint(0, 2, (n, d)) * 1.0, matrices=given)


def worked(
    key: Worksheet, change: Change, take: Callable[[str], int | None], shown: int | None, given: Change | None = None
) -> Values:
    """The steps of a key worked through with changed numbers: what is written, rounded to ``shown`` decimals.

    ``change`` answers a step's own numbers by its place and its right ones, or None; ``take`` the decimals with which
    it is taken on; ``given`` the numbers of a given matrix, which are handed in too then.
    """
    found: Values = {}
    made: dict[bytes, np.ndarray] = {}  # by the right numbers of the key: what flowed from stage to stage
    for stage in key.stages:
        own: Values = {}
        for name, matrix in stage.given.items():
            flowed = made.get(matrix.values.tobytes())
            own[name] = matrix.values if flowed is None else flowed
            if given is not None and flowed is None:
                mine = given(name, matrix.values)
                if mine is not None:
                    own[name] = found[f"{stage.id}.{name}"] = mine
                    made[matrix.values.tobytes()] = mine
        for step in stage.steps:
            mine = change(f"{stage.id}.{step.name}", step.values)
            with np.errstate(all="ignore"):
                done = (
                    REGISTRY[step.op].evaluate(*(own[name] for name in step.of), **step.params)
                    if mine is None
                    else mine
                )
            decimals = take(step.name)
            own[step.name] = done if decimals is None else round_half_away(done, decimals)
            made[step.values.tobytes()] = own[step.name]
            found[f"{stage.id}.{step.name}"] = (
                own[step.name] if shown is None else round_half_away(own[step.name], shown)
            )
    return found


def first_steps(key: Worksheet, make: Callable[[np.ndarray], np.ndarray]) -> Change:
    """New numbers for the steps that are made of given matrices alone."""
    makers = {f"{stage.id}.{step.name}": step.of for stage in key.stages[:1] for step in stage.steps}
    given = set(key.stages[0].given)
    return lambda place, due: make(due) if place in makers and set(makers[place]) <= given else None


def filled(key: Worksheet, make: Callable[[str, np.ndarray], np.ndarray]) -> Values:
    return {f"{s.id}.{step.name}": make(step.name, step.values) for s in key.stages for step in s.steps}


def typed(values: Values, spell: Callable[[float], str]) -> Answers:
    return Answers.of_text(
        "\n\n".join(
            "\n".join([name, *(" ".join(map(spell, row)) for row in own.tolist())]) for name, own in values.items()
        )
        + "\n"
    )


def one_1(due: np.ndarray) -> np.ndarray:
    values = np.zeros(due.shape)
    values[0, 0] = 1.0
    return values


def cut(source: np.ndarray, due: np.ndarray) -> np.ndarray:
    """A matrix brought to the size of another."""
    return np.resize(source, due.shape)


def other(key: Worksheet, r: Random) -> Callable[[np.ndarray], np.ndarray]:
    """Someone else's numbers for a given matrix: of the same size and range; what is one number throughout, as a mask, stays."""

    def drawn(due: np.ndarray) -> np.ndarray:
        if due.min() == due.max() or (
            due.shape[0] == due.shape[1] and np.array_equal(due, np.tril(np.ones(due.shape)))
        ):
            return due
        if np.isin(due, (0, 1)).all():
            return r.randint(0, 2, due.shape) * 1.0
        return r.uniform(due.min(), due.max(), due.shape).round(2)

    return drawn


def likely(name: str, due: np.ndarray) -> np.ndarray:
    """What a blind writer knows of a step: weights alike, means of a half, deviations of 0.3, the rest 1."""
    value = {"weights": 1 / due.shape[1], "mean": 0.5, "std": 0.3, "normalized": 0.0}.get(
        name.rstrip("0123456789"), 1.0
    )
    return np.full(due.shape, value)


def triangle(name: str, due: np.ndarray) -> np.ndarray:
    n, m = due.shape
    lower = np.tril(np.ones((n, m)))
    if name.startswith("weights") and n == m:
        return lower / lower.sum(axis=1, keepdims=True)
    return np.where(lower > 0, 1.0, -np.inf) if name.startswith("masked") and n == m else np.ones((n, m))


two = "{:.2f}".format
none: Change = lambda place, due: None  # noqa: E731
exact: Callable[[str], int | None] = lambda name: None  # noqa: E731
rounded: Callable[[str], int | None] = lambda name: 2  # noqa: E731

CHEATS: dict[str, Callable[[Worksheet, Random], Answers]] = {
    "ones, and weights of 0": lambda k, r: typed(filled(k, lambda n, d: np.full(d.shape, float(not n.startswith("weights")))), "{:.0f}".format),
    "ones": lambda k, r: typed(filled(k, lambda n, d: np.ones(d.shape)), "{:.0f}".format),
    "zeros": lambda k, r: typed(filled(k, lambda n, d: np.zeros(d.shape)), "{:.0f}".format),
    "zeros, as floats": lambda k, r: Answers.of(filled(k, lambda n, d: np.zeros(d.shape))),
    "0.50": lambda k, r: typed(filled(k, lambda n, d: np.full(d.shape, 0.5)), two),
    "2, one digit": lambda k, r: typed(filled(k, lambda n, d: np.full(d.shape, 2.0)), "{:.0e}".format),
    "1/2": lambda k, r: typed(filled(k, lambda n, d: np.full(d.shape, 0.5)), lambda x: "1/2"),
    "9e99": lambda k, r: typed(filled(k, lambda n, d: np.full(d.shape, 9e99)), lambda x: "9e99"),
    "9e99 and 8e99": lambda k, r: typed(filled(k, lambda n, d: r.choice([8e99, 9e99], d.shape)), "{:.0e}".format),
    "infinity": lambda k, r: typed(filled(k, lambda n, d: np.full(d.shape, np.inf)), lambda x: "inf"),
    "not a number": lambda k, r: typed(filled(k, lambda n, d: np.full(d.shape, np.nan)), lambda x: "nan"),
    "0 and 1 by chance": lambda k, r: typed(filled(k, lambda n, d: r.randint(0, 2, d.shape) * 1.0), "{:.0f}".format),
    "0 to 3 by chance": lambda k, r: typed(filled(k, lambda n, d: r.randint(0, 4, d.shape) * 1.0), "{:.0f}".format),
    "one decimal by chance": lambda k, r: typed(filled(k, lambda n, d: r.rand(*d.shape) * 2), "{:.1f}".format),
    "two decimals by chance": lambda k, r: typed(filled(k, lambda n, d: r.rand(*d.shape)), two),
    "normal by chance": lambda k, r: typed(filled(k, lambda n, d: r.randn(*d.shape)), two),
    "counted": lambda k, r: typed(filled(k, lambda n, d: np.arange(d.size).reshape(d.shape) * 1.0), "{:.0f}".format),
    "identities": lambda k, r: typed(filled(k, lambda n, d: np.eye(*d.shape)), "{:.0f}".format),
    "what is likely": lambda k, r: typed(filled(k, likely), two),
    "what is likely, one decimal": lambda k, r: typed(filled(k, likely), "{:.1f}".format),
    "triangles": lambda k, r: typed(filled(k, triangle), lambda x: "-inf" if x == -np.inf else two(x)),
    "rows that sum to 1": lambda k, r: typed(filled(k, lambda n, d: r.dirichlet(np.ones(d.shape[1]), d.shape[0])), two),
    "the first given everywhere": lambda k, r: typed(filled(k, lambda n, d: cut(next(iter(k.stages[0].given.values())).values, d)), two),
    "a given each": lambda k, r: typed(filled(k, lambda n, d: cut(list(k.stages[0].given.values())[r.randint(len(k.stages[0].given))].values, d)), two),
    "a given of its size each": lambda k, r: typed(filled(k, lambda n, d: next((m.values for s in k.stages for m in s.given.values() if m.values.shape == d.shape), np.zeros(d.shape))), two),
    "one 1, then followed": lambda k, r: typed(worked(k, first_steps(k, one_1), rounded, 2), two),
    "one 1, then followed exactly": lambda k, r: Answers.of(worked(k, first_steps(k, one_1), exact, None)),
    "ones, then followed": lambda k, r: typed(worked(k, first_steps(k, lambda d: np.ones(d.shape)), rounded, 2), two),
    "chance, then followed": lambda k, r: typed(worked(k, first_steps(k, lambda d: r.rand(*d.shape).round(2)), rounded, 2), two),
    "chance, then followed exactly": lambda k, r: Answers.of(worked(k, first_steps(k, lambda d: r.rand(*d.shape)), exact, None)),
    "a given, then followed": lambda k, r: typed(worked(k, first_steps(k, lambda d: cut(next(iter(k.stages[0].given.values())).values, d)), rounded, 2), two),
    "whole numbers, then followed": lambda k, r: typed(worked(k, first_steps(k, lambda d: r.randint(0, 3, d.shape) * 1.0), rounded, 0), "{:.0f}".format),
    "someone else's sheet": lambda k, r: foreign(k, r, givens=True),
    "someone else's sheet, exact": lambda k, r: foreign(k, r, givens=True, decimals=None),
    "someone else's steps": lambda k, r: foreign(k, r, givens=False),
    "someone else's steps, exact": lambda k, r: foreign(k, r, givens=False, decimals=None),
    "someone else's weights": lambda k, r: foreign(k, r, givens=True, only="W"),
    "givens of zeros": lambda k, r: typed(worked(k, none, rounded, 2, lambda n, v: np.zeros(v.shape)), two),
    "givens of ones": lambda k, r: typed(worked(k, none, rounded, 2, lambda n, v: np.ones(v.shape)), two),
    "givens of chance": lambda k, r: typed(worked(k, none, rounded, 2, lambda n, v: r.rand(*v.shape).round(2)), two),
}  # fmt: skip


def foreign(key: Worksheet, r: Random, *, givens: bool, only: str = "", decimals: int | None = 2) -> Answers:
    """The sheet of someone with other numbers, handed in with their givens or without."""
    new = other(key, r)
    only = only if any(name.startswith(only) for name in key.stages[0].given) else ""
    values = worked(
        key, none, lambda name: decimals, decimals,
        lambda name, due: new(due) if name.startswith(only) else None,
    )  # fmt: skip
    steps = {f"{stage.id}.{step.name}" for stage in key.stages for step in stage.steps}
    if not givens:
        values = {name: own for name, own in values.items() if name in steps}
    return Answers.of(values) if decimals is None else typed(values, two)


def honest(n: int, key: Worksheet, r: Random) -> tuple[str, Answers]:
    """A sheet that someone worked through: right, or with one step done by a rule of their own and rightly gone on with."""
    least = max((step.decimals or 0 for stage in key.stages for step in stage.steps), default=0)
    decimals = int(r.choice([d for d in (1, 2, 2, 2, 3, 4) if d >= least]))
    way = list(WAYS)[r.randint(len(WAYS))]
    take = (lambda name: decimals) if least else (lambda name: decimals if WAYS[way](name) else None)
    places = [f"{stage.id}.{step.name}" for stage in key.stages for step in stage.steps]
    wrong = places[r.randint(len(places))] if n % 2 else ""
    rule = RULES[list(RULES)[r.randint(len(RULES))]]
    values = worked(key, lambda place, due: rule(due, r) if place == wrong else None, take, decimals)
    habit = ("all", "some left out", "a row wrong")[r.randint(3)]
    if habit == "some left out":
        values = {name: own for name, own in values.items() if r.rand() < 0.7 or name in (wrong, places[0])}
    return f"{way}, {habit}", typed(values, lambda x: "-inf" if x == -np.inf else f"{x:.{decimals}f}")


RULES: dict[str, Callable[[np.ndarray, Random], np.ndarray]] = {
    "a third more": lambda d, r: d * 1.37,
    "a constant more": lambda d, r: d + 0.31,
    "squared": lambda d, r: d * np.abs(d),
    "a row by chance": lambda d, r: np.vstack([d[:-1], r.rand(1, d.shape[1])]),
    "one cell": lambda d, r: d + np.pad([[0.77]], ((0, d.shape[0] - 1), (0, d.shape[1] - 1))),
    "blunders": lambda d, r: d + r.choice([-0.1, 0.1, 0.2], d.shape),
}


def share(report: Report) -> float:
    return report.earned / report.points


def cheated(keys: int, seed: int = 1, *, slips: bool = False) -> Iterator[tuple[str, float]]:
    """Each cheat, and the mean share of the points that it earns."""
    for name, make in CHEATS.items() if keys else ():
        r = Random(seed)
        sheets = [key_of(n, r) for n in range(keys)]
        yield name, float(np.mean([share(mark(make(key, r), key, slips=slips)) for key in sheets]))


def touched(sheets: int, seed: int = 2) -> list[str]:
    """The honest sheets that earn less, or a given matrix of which is refused, by what is done against cheats."""
    r = Random(seed)
    found = []
    for n in range(sheets):
        key = key_of(n, r)
        habit, answers = honest(n, key, r)
        report = mark(answers, key, slips=False)
        remarks = {one.remark for one in report.remarks} | {one.remark for step in report.steps for one in step.notes}
        if remarks & {Remark.BLIND, Remark.NO_WORK, Remark.TOO_WIDE, Remark.FOREIGN, Remark.ON_FOREIGN}:
            found.append(f"{KINDS[n % len(KINDS)]}: {habit}")
    return found


def main(keys: int = 60, sheets: int = 2000, slips: int = 0) -> None:
    earned = []
    for name, mean in cheated(keys, slips=bool(slips)):
        earned.append(mean)
        print(f"{100 * mean:6.2f} %  {name}", flush=True)
    if earned:
        print(f"{100 * np.mean(earned):6.2f} %  mean of {len(earned)} kinds; most {100 * max(earned):.2f} %")
    lost = touched(sheets)
    print("\n".join([*lost, f"{len(lost)} of {sheets} honest sheets touched"]))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

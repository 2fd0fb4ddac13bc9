"""Sheets as writers hand them in: worked step by step in a habit of rounding, with slips and invented numbers put in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from tests.marking.by_hand import typed
from tests.marking.injected import Injected, sheet_of, single

from tmat.marking import Answers
from tmat.numbers import round_half_away, truncate
from tmat.operations import REGISTRY
from tmat.sheet.worksheet import Worksheet

Matrices = dict[str, np.ndarray]
Random = np.random.RandomState

Habit = Callable[[int, Random], int | None]
"""The decimals with which later steps take a matrix that is written to so many; None: all of them."""

HABITS: dict[str, Habit] = {
    "rounded at each step": lambda written, r: written,
    "carried in full": lambda written, r: None,
    "two guard digits": lambda written, r: written + 2,
    "some steps rounded": lambda written, r: (written, None, written + 1, written + 2)[r.randint(4)],
}

MOST_WRITTEN = 4


@dataclass
class HandedIn:
    """One submission and what is true of it: which steps hold a slip (by its right names) or invented numbers, and where."""

    key: Worksheet
    shown: Matrices
    decimals: Mapping[str, int]
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by step: the right names of its slip
    slipped: dict[str, np.ndarray] = field(default_factory=dict)  # by step: the cells that its slip made
    first: str | None = None  # the first step with something wrong
    carried: dict[str, int | None] = field(default_factory=dict)  # the decimals with which each step was carried on

    def answers(self) -> Answers:
        """The matrices as typed, each with its decimals."""
        return Answers.of_text("\n".join(typed({name: m}, self.decimals[name]) for name, m in self.shown.items()))


def work(
    key: Worksheet,
    habit: str,
    r: Random,
    slips: Mapping[str, Injected] | None = None,
    *,
    vary: bool = False,
    rows: Callable[[int], np.ndarray] | None = None,
    invented: Mapping[str, str] | None = None,
    cells: Callable[[int], int] | None = None,
) -> HandedIn | None:
    """The first stage worked in a habit, with a slip in some steps (or in some rows of them) and invented rows in some.

    ``cells``: of so many numbers so many are invented, in place of rows.

    None where a slip cannot be made here, or changes no written digit.
    """
    stage, slips, invented = key.stages[0], slips or {}, invented or {}
    usual = int(r.randint(2, MOST_WRITTEN + 1))
    taken: Matrices = {name: m.values for name, m in stage.given.items()}
    one = HandedIn(key, {}, {})
    decimals: dict[str, int] = {}
    for step in stage.steps:
        right = REGISTRY[step.op].evaluate(*(taken[name] for name in step.of), **step.params)
        written = decimals[step.name] = int(r.randint(2, MOST_WRITTEN + 1)) if vary else usual
        carried = one.carried[step.name] = HABITS[habit](written, r)
        values, shown = right, round_half_away(right, written)
        if step.name in slips:
            made = _slipped(slips[step.name], {**taken, step.name: right}, written, r)
            if made is None:
                return None
            wrong, said = made
            if said.shape != shown.shape:
                return None
            mask = np.ones(shown.shape, dtype=bool) if rows is None else rows(len(shown))[:, None] & (shown == shown)
            said = np.where(mask, said, shown)
            with np.errstate(invalid="ignore"):
                changed = (said != shown) & ~(np.isnan(said) & np.isnan(shown))
            if not changed.any():
                return None
            values, shown = np.where(mask, wrong, right), said
            one.names[step.name], one.slipped[step.name] = slips[step.name].names, changed
            one.first = one.first or step.name
        if step.name in invented:
            free = np.repeat(some_rows(len(shown), r)[:, None], shown.shape[1], axis=1)
            if cells is not None:
                free = some_cells(shown, cells, r)
            if step.name in slips:
                free &= ~one.slipped[step.name].any(axis=1, keepdims=True)
            said = _invented(shown, 10.0**-written, NOISE[invented[step.name]], free, r)
            one.first = one.first or (step.name if not np.array_equal(said, shown) else None)
            values, shown = np.where(said == shown, values, said), said
        one.shown[step.name] = shown
        taken[step.name] = (
            values if carried is None else shown if carried == written else round_half_away(values, carried)
        )
    one.decimals = decimals
    return one if len(one.names) == len(slips) else None


def _slipped(slip: Injected, known: Matrices, decimals: int, r: Random) -> tuple[np.ndarray, np.ndarray] | None:
    """What a slip makes of a step, as carried on and as written."""
    right = known[slip.step]
    if slip.make == "cut":
        return right, truncate(right, decimals)
    if isinstance(slip.make, str):
        values = None if slip.make == "unseen concat" else single(slip.make, right, decimals, r)
        return None if values is None else (np.where(values == round_half_away(right, decimals), right, values), values)
    try:
        with np.errstate(all="ignore"):
            values = slip.make(known, r)
    except KeyError:
        return None
    return None if values is None else (values, round_half_away(values, decimals))


def leave_out(one: HandedIn, r: Random, share: float = 0.4) -> None:
    """Some steps are not handed in; the last is, and those with a slip are."""
    for name in list(one.shown)[:-1]:
        if name not in one.names and r.rand() < share:
            del one.shown[name]


Noise = Callable[[np.ndarray, float, Random], np.ndarray]

NOISE: dict[str, Noise] = {
    "one unit": lambda due, unit, r: due + unit * r.choice([-1, 1], due.shape),
    "some units": lambda due, unit, r: due + unit * r.choice([-1, 1], due.shape) * r.randint(2, 9, due.shape),
    "a tenth of the spread": lambda due, unit, r: due + r.normal(0, 0.1 * _spread(due), due.shape),
    "the spread": lambda due, unit, r: r.normal(due[np.isfinite(due)].mean(), _spread(due), due.shape),
    "anywhere in the range": lambda due, unit, r: r.uniform(
        due[np.isfinite(due)].min(), due[np.isfinite(due)].max() + unit, due.shape
    ),
}


def _spread(due: np.ndarray) -> float:
    return float(due[np.isfinite(due)].std()) + 0.01


def _invented(shown: np.ndarray, unit: float, noise: Noise, free: np.ndarray, r: Random) -> np.ndarray:
    """Some cells of a step in numbers that follow from nothing."""
    finite = np.where(np.isfinite(shown), shown, 0.0)
    made = round_half_away(noise(finite, unit, r), round(-np.log10(unit)))
    return np.where(free & np.isfinite(shown), made, shown)


def some_rows(n: int, r: Random) -> np.ndarray:
    """A row or more, up to all."""
    chosen = np.zeros(n, dtype=bool)
    chosen[r.choice(n, r.randint(1, n + 1), replace=False)] = True
    return chosen


def some_cells(shown: np.ndarray, count: Callable[[int], int], r: Random) -> np.ndarray:
    """So many of the cells that hold a number, or all of them."""
    chosen = np.zeros(shown.shape, dtype=bool)
    places = np.flatnonzero(np.isfinite(shown))
    chosen.flat[r.choice(places, min(count(len(places)), len(places)), replace=False)] = True
    return chosen


SHEETS = ("attention", "causal", "heads", "addnorm", "epsilon", "sample", "outside", "ffn", "posenc")


def any_sheet(r: Random) -> Worksheet:
    return sheet_of(SHEETS[r.randint(len(SHEETS))], r)

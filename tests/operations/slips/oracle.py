"""The steps that slips are tried on, and what each slip should yield there, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from tmat.marking import mark
from tmat.marking.candidates import of_slip
from tmat.marking.reports.words import said_of
from tmat.operations import REGISTRY
from tmat.operations.slips import EVERYWHERE, Redo, Slip
from tmat.operations.slips.cells import cell_slips
from tmat.sheet.worksheet import Matrix, Stage, Step, Worksheet

Array: TypeAlias = np.ndarray

DECIMALS = 4
"""To which answers are printed."""

ANYWHERE = "anywhere"
"""Stands for the operation of a slip that belongs to none."""


@dataclass(frozen=True)
class Before:
    """An earlier step of the page: its numbers, the operation and what that took."""

    values: Array
    op: str
    of: tuple[str, ...]
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One step of a small page. ``case["X"]`` is a matrix of the page or a parameter of the step."""

    op: str
    matrices: Mapping[str, Array | Before]
    params: Mapping[str, Any] = field(default_factory=dict)
    of: tuple[str, ...] | None = None  # without it: every matrix of the page, in order
    result: str = "result"
    widths: tuple[int, ...] = ()  # widths of the page that could be taken for d_k

    def __getitem__(self, name: str) -> Any:
        found = self.params[name] if name in self.params else self.matrices[name]
        return found.values if isinstance(found, Before) else found

    def __contains__(self, name: str) -> bool:
        return name in self.params or name in self.matrices

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.matrices) if self.of is None else self.of

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """What tells two cases apart: the sizes of the operands and of the result."""
        return (*(self[name].shape for name in self.names), self.right().shape)

    def right(self) -> Array:
        return np.asarray(REGISTRY[self.op](*(self[name] for name in self.names), **self.params))

    def redo(self) -> Redo:
        """The step as a slip is given it."""
        made = Before(np.empty(0), self.op, self.names, self.params)
        found = self._redo(self.result, made)
        assert found is not None
        return found

    def _redo(self, name: str, made: Array | Before) -> Redo | None:
        if not isinstance(made, Before):
            return None
        makers = tuple(self._redo(one, self.matrices[one]) for one in made.of)
        operands = tuple(self[one] for one in made.of)
        return Redo(
            REGISTRY[made.op], operands, dict(made.params), made.of, name, makers, dict.fromkeys(self.widths, "a width")
        )

    def key(self) -> Worksheet:
        """The page as a key to mark by."""
        stage = Stage("page", "page")
        for name, made in self.matrices.items():
            if isinstance(made, Before):
                stage.steps.append(Step(Matrix.of(name, made.values), made.op, made.of, dict(made.params)))
            else:
                stage.given[name] = Matrix.of(name, made)
        stage.steps.append(Step(Matrix.of(self.result, self.right()), self.op, self.names, dict(self.params)))
        return Worksheet([stage])

    def named(self, shown: Array) -> tuple[str, ...]:
        """What marking calls these numbers in the place of the step's, all before them being right."""
        answers = {
            name: printed(made.values) for name, made in self.matrices.items() if isinstance(made, Before)
        }  # fmt: skip
        report = mark({**answers, self.result: printed(shown)}, self.key())
        findings = report[self.result].findings
        return findings[0].names if findings else ()


def printed(values: Array) -> Array:
    return np.round(values, DECIMALS) + 0.0


@dataclass(frozen=True)
class Expect:
    """Numbers that a slip yields, words that its sentence holds, the name where it has one of its own.

    ``shown`` is what somebody with this slip writes where that is more than the slip alone tells. ``alike`` says that
    another slip yields the same numbers here, so that marking names both.
    """

    values: Array
    said: str = ""
    name: str = ""
    shown: Array | None = None
    alike: bool = False


Formula: TypeAlias = "Callable[[Case], Array | Iterable[Expect]]"


@dataclass(frozen=True)
class Oracle:
    """What a slip of an operation should yield, and on which steps to ask."""

    op: str
    name: str
    formula: Formula
    own_cases: tuple[Case, ...]

    def cases(self) -> tuple[Case, ...]:
        return self.own_cases or CASES[self.op]

    def expected(self, case: Case) -> list[Expect]:
        with np.errstate(all="ignore"):
            found = self.formula(case)
            return [Expect(found)] if isinstance(found, np.ndarray) else list(found)


CASES: dict[str, tuple[Case, ...]] = {}
ORACLES: dict[tuple[str, str], Oracle] = {}


def tried_on(*cases: Case) -> None:
    """The cases of an operation, for its slips without cases of their own."""
    for case in cases:
        CASES[case.op] = (*CASES.get(case.op, ()), case)


def oracle(ops: str | tuple[str, ...], name: str, *cases: Case) -> Callable[[Formula], Formula]:
    """Register what a slip should yield."""

    def register(formula: Formula) -> Formula:
        for op in (ops,) if isinstance(ops, str) else ops:
            assert (op, name) not in ORACLES, f"{op} {name} has an oracle already"
            ORACLES[op, name] = Oracle(op, name, formula, cases)
        return formula

    return register


def home(op: str) -> list[Slip]:
    """Where the slips of an operation are registered."""
    return EVERYWHERE if op == ANYWHERE else REGISTRY[op].slips


def registered() -> Iterator[tuple[str, Slip]]:
    """Every slip with its operation."""
    yield from ((op, slip) for op in (*REGISTRY, ANYWHERE) for slip in home(op))


def check_numbers(op: str, slip: Slip) -> None:
    """The slip yields what its oracle expects in every case: no number, no variant more or less."""
    told = ORACLES[op, slip.name]
    for case in told.cases():
        found = [(one.mistake.name, said_of(one.mistake), one.values) for one in of_slip(slip, case.redo())]
        for expect in told.expected(case):
            name = expect.name or slip.name
            fitting = [n for n, (own, said, _) in enumerate(found) if own == name and expect.said in said]
            equal = [n for n in fitting if same(found[n][2], expect.values)]
            assert equal, f"{op}: {name} ({expect.said}): {expect.values}\nis none of {[found[n][2] for n in fitting]}"
            del found[equal[0]]
        assert not found, f"{op}: not expected {[one[:2] for one in found]}"


def check_marking(op: str, slip: Slip) -> None:
    """In some case at least, marking names the slip first: each of its names, and each that its sentence tells apart."""
    told = ORACLES[op, slip.name]
    missed: dict[tuple[str, str], object] = {}
    names: set[str] = set()
    named: set[tuple[str, str]] = set()
    for case in told.cases():
        for expect in told.expected(case):
            name = expect.name or slip.name
            names.add(name)
            if (name, expect.said) not in named:
                found = case.named(expect.values if expect.shown is None else expect.shown)
                if found[:1] == (name,) or (expect.alike and name in found):
                    named.add((name, expect.said))
                else:
                    missed[name, expect.said] = case.shapes, found
    unnamed = {key: found for key, found in missed.items() if key not in named}
    assert not unnamed, f"{op}: {unnamed}"
    assert named and names == {name for name, _ in named}, f"{op}: {names}"


def check_cell(case: Case, i: int, j: int, decimals: int, expected: Mapping[str, list[float]]) -> None:
    """One cell goes wrong in the ways expected and no other."""
    found: dict[str, list[float]] = {}
    for slip in cell_slips(case.redo(), case.right(), i, j, decimals):
        found.setdefault(slip.name, []).append(slip.value)
    assert set(found) == set(expected)
    for name, values in expected.items():
        assert same(np.array(sorted(found[name])), np.array(values)), f"{name}: {sorted(found[name])}, not {values}"


def same(found: Array, expected: Array) -> bool:
    return found.shape == expected.shape and np.allclose(found, expected, rtol=1e-9, atol=1e-12, equal_nan=True)


def random(seed: int, height: int, width: int, low: float = -3.0, high: float = 3.0) -> Array:
    """Numbers of two decimals, none of them 0."""
    values = np.random.RandomState(seed).uniform(low, high, (height, width)).round(2)
    return np.where(values == 0.0, 0.01, values)

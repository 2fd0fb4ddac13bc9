"""Norms in the wrong order: before each sublayer where the sheet norms after each residual, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from tmat.marking.findings import Mistake, Scope
from tmat.marking.key import KeyMatrix
from tmat.marking.programs.bugs import Bug, Bugs
from tmat.marking.programs.chain import Chain, Held

FIRST = ("row_mean", "row_rms")
GAINS = ("scale_and_shift", "scale_columns")


@dataclass(frozen=True, slots=True)
class Norm:
    """The steps of one norm, in order, and the matrix that they norm."""

    source: int
    steps: tuple[int, ...]

    @property
    def result(self) -> int:
        return self.steps[-1]


def of_norms(bugs: Bugs) -> Iterator[Bug]:
    """The bug that all norms of a sheet stand in the other place; none where it has no residual."""
    norms = list(norms_of(bugs))
    chain = bugs.chain
    before: dict[int, tuple[Norm, int]] = {}  # what a sublayer takes directly: the norm of its residual, and its input
    after: dict[int, Norm] = {}  # a sum: the norm of its sublayer's input
    for index in bugs.steps:
        parts = _residual(chain, index)
        if parts is None:
            continue
        given, sublayer = parts
        takes = [step for step in [*chain.before(sublayer), sublayer] if given in (chain.key.matrices[step].of or ())]
        inner = next((norm for norm in norms if norm.source == given and norm.result in chain.before(sublayer)), None)
        outer = next((norm for norm in norms if norm.source == index), None)
        if inner is not None:
            after[index] = inner
        elif outer is not None:
            before |= dict.fromkeys(takes, (outer, given))
    if before and not after:
        results = {norm.result: norm for norm, _ in before.values()}
        yield _bug(
            (*before, *results), partial(_normed_before, before, results), "norm-before-sublayer",
            "what goes into a sublayer was normed, not the sum after it: this is pre-norm",
            "norm the sum of residual and sublayer",
        )  # fmt: skip
    if after and not before:
        results = {norm.result: norm for norm in after.values()}
        yield _bug(
            (*after, *results), partial(_normed_after, after, results), "norm-after-residual",
            "the sums were normed, not what goes into a sublayer: this is post-norm",
            "norm what goes into each sublayer, and leave the sum as it is",
        )  # fmt: skip


def norms_of(bugs: Bugs) -> Iterator[Norm]:
    """The norms among the steps of a target."""
    matrices = bugs.chain.key.matrices
    made = [matrices[index] for index in bugs.steps]
    for first in made:
        if first.op is None or first.op.name not in FIRST or not first.of:
            continue
        source, steps = first.of[0], [first.index]
        for step in made:
            of = step.of or ()
            norms = of[:1] == (source,) or (of[:1] == (steps[-1],) and step.op is not None and step.op.name in GAINS)
            if step.index > first.index and steps[-1] in of and norms:
                steps.append(step.index)
        yield Norm(source, tuple(steps))


def _bug(starts: tuple[int, ...], made: partial[Held | None], name: str, said: str, mend: str) -> Bug:
    return Bug(tuple(sorted({*starts})), Mistake(name, said, mend), 0, Scope.STEP, made, whole=True)


def _residual(chain: Chain, index: int) -> tuple[int, int] | None:
    """The input of a sublayer and its output, where a step adds the two."""
    matrix = chain.key.matrices[index]
    if matrix.op is None or matrix.op.name != "add":
        return None
    for given, sublayer in (matrix.of or ())[:2], (matrix.of or ())[1::-1]:
        if given in chain.key.before(chain.key.matrices[sublayer]):
            return given, sublayer
    return None


def _normed_before(
    before: Mapping[int, tuple[Norm, int]],
    results: Mapping[int, Norm],
    bugs: Bugs,
    matrix: KeyMatrix,
    now: dict[int, Held],
) -> Held | None:
    """What a sublayer takes is normed; what was the norm's result is its sum as it stands."""
    held = {**bugs.held, **now}
    if matrix.index in results:
        return held[results[matrix.index].source]
    norm, given = before[matrix.index]
    normed = _normed(bugs, norm, held[given])
    return None if normed is None else bugs.chain.again(matrix, {**held, given: normed}, bugs.held[matrix.index])


def _normed_after(
    after: Mapping[int, Norm], results: Mapping[int, Norm], bugs: Bugs, matrix: KeyMatrix, now: dict[int, Held]
) -> Held | None:
    """What was normed stands as it is; a sum is normed."""
    held = {**bugs.held, **now}
    if matrix.index in results:
        return held[results[matrix.index].source]
    total = bugs.chain.again(matrix, held, bugs.held[matrix.index])
    return None if total is None else _normed(bugs, after[matrix.index], total)


def _normed(bugs: Bugs, norm: Norm, source: Held) -> Held | None:
    """Another matrix normed with the same γ and β."""
    held = {**bugs.held, norm.source: source}
    for index in norm.steps:
        found = bugs.chain.again(bugs.chain.key.matrices[index], held, bugs.held[index])
        if found is None:
            return None
        held[index] = found
    return held[norm.result]

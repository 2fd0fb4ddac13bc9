"""Candidates for a step: every slip, from every set of numbers that it could have been made with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from tmat.marking.findings import Cells, Kind, Mistake, Numbers
from tmat.numbers import round_half_away, truncate
from tmat.operations.attention import mask_fill, softmax, softmax_tempered
from tmat.operations.operation import Array
from tmat.operations.products import linear, matmul, matmul_transposed
from tmat.operations.slips import EVERYWHERE, Redo, Slip, Variant
from tmat.operations.slips.cells import TO_ONE

LARGE = 1 << 16  # products of one matrix that are rounded one by one
MORE_DECIMALS = "take the numbers with all the decimals you have"

Make: TypeAlias = "Callable[[Redo, OtherMatrices], Iterable[Candidate]]"


@dataclass(slots=True, eq=False)
class Candidate:
    """The numbers that a mistake yields, and its prior cost."""

    values: Array
    mistake: Mistake
    rare: int
    among: int = 1
    kind: Kind = Kind.SLIP
    numbers: Numbers = Numbers.RIGHT  # of the operands that it was made from
    make: Make | None = None  # makes it again, from other numbers
    slip: Slip | None = None  # which alone makes it again, where it is one of the step's own
    again: bool = False  # tried before from other numbers: no other mechanism, so it is not counted as one
    unrounded: Array | None = None  # behind values that are no plain rounding

    def after(self, first: Mistake, among: int = 1) -> Candidate:
        """The same with another mistake before it."""
        self.mistake.first = first
        self.among *= among
        self.slip = None
        return self


@dataclass(slots=True, eq=False)
class Fit:
    """A candidate and the cells where it fits what is printed."""

    candidate: Candidate
    cells: Cells
    near: Cells  # and where it nearly does, and far from what is due
    cost: float
    tier: int = 0  # in which it was tried, the likelier first


@dataclass(frozen=True, slots=True, eq=False)
class OtherMatrices:
    """The other matrices of the answers and the key, which could have been taken for the right one."""

    matrices: tuple[tuple[str, Array], ...] = ()
    makers: Mapping[str, tuple[str, ...]] | None = None  # of each: its operation, then its operands
    held: Collection[tuple[str, str]] = ()  # (operand, other): the operand was written with the other's numbers

    def fitting(self, shape: tuple[int, ...], but: str) -> list[tuple[str, Array]]:
        """Those of a shape, but for one name."""
        return [(name, values) for name, values in self.matrices if name != but and values.shape == shape]

    def made_with(self, name: str, step: Redo) -> str | None:
        """The operand by which another matrix differs from this step, where it is one operand."""
        made = (self.makers or {}).get(name)
        if made is None or made[0] != step.op.name or len(made) != len(step.names) + 1:
            return None
        differ = [other for own, other in zip(step.names, made[1:], strict=True) if own != other]
        return differ[0] if len(differ) == 1 else None


def mistake(step: Redo, name: str, said: str, mend: str, **details: object) -> Mistake:
    """A mistake in a step."""
    return Mistake(name, said, mend, step.result, step.names, step.params, details)


def mistake_of(slip: Slip, step: Redo, variant: Variant) -> Mistake:
    """The mistake in a step that one variant of a slip is; what the variant does not say, the slip does."""
    name, said, mend = variant.name or slip.name, variant.said or slip.said, variant.mend or slip.mend
    return Mistake(name, said, mend, step.result, step.names, step.params, variant.details)


# -- the slips that are declared beside the operations


def of_slip(slip: Slip, step: Redo, *, rarer: int = 0) -> Iterator[Candidate]:
    """The candidates of one slip."""
    found = slip.variants(step)
    common = sum(variant.rare == 0 for variant in found)
    for variant in found:
        yield _candidate(slip, step, variant, rarer, common if variant.rare == 0 else len(found))


def one_by_one(slip: Slip, step: Redo) -> Iterator[Candidate]:
    """The same, each made when it is asked for; what it costs is not told."""
    return (_candidate(slip, step, variant, 0, 1) for variant in slip.each(step))


def _candidate(slip: Slip, step: Redo, variant: Variant, rarer: int, among: int) -> Candidate:
    made = mistake_of(slip, step, variant)
    return Candidate(variant.values, made, slip.rare + variant.rare + rarer, among, slip=slip)


def own(step: Redo) -> Iterator[Candidate]:
    """The slips of the step's own operation."""
    for slip in step.op.slips:
        yield from of_slip(slip, step)


def everywhere(step: Redo) -> Iterator[Candidate]:
    """The slips that any step can have."""
    for slip in EVERYWHERE:
        yield from of_slip(slip, step, rarer=1)


def common_after(first: Mistake, changed: Redo, among: int = 1) -> Iterator[Candidate]:
    """The common slips of a step that already has another mistake in an operand."""
    for slip in changed.op.slips:
        if slip.rare == 0:
            for found in of_slip(slip, changed, rarer=2):
                yield found.after(first, among)


def truncated(step: Redo, decimals: int) -> Iterator[Candidate]:
    """Numbers truncated in place of rounded."""
    said, mend = "the numbers were cut off, not rounded", "round: from 5 on, the last digit goes up"
    yield Candidate(truncate(step(), decimals), mistake(step, "truncated", said, mend), 0, unrounded=step())


def products_rounded(step: Redo, decimals: int) -> Iterator[Candidate]:
    """A product of matrices with each product rounded before they are added: Σₖ round(aᵢₖ·bₖⱼ), and the bias."""
    if step.op not in (matmul, matmul_transposed, linear):
        return
    a, b, *bias = step.operands
    factors = b.T if step.op is matmul_transposed else b
    if a.shape[0] * factors.size > LARGE:
        return
    with np.errstate(all="ignore"):
        terms = np.round(a[:, :, None] * factors[None, :, :], 12)  # 0.3 · 2.15 is 0.645, which a float falls short of
        for places in range(decimals, 0, -1):
            values = sum(bias, round_half_away(terms, places).sum(axis=1))
            said = "each product was rounded to {decimals:decimals} before they were added"
            made = mistake(step, "products-rounded", said, "round the sum, not its terms", decimals=places)
            yield Candidate(values, made, 0 if places == decimals else 2, decimals, Kind.CLOSE)


def made_to_sum_to_one(step: Redo, decimals: int) -> Iterator[Candidate]:
    """Shares changed so that each row sums to 1 as written: the largest, the first or the last of the row takes what is left."""
    if step.op not in (softmax, softmax_tempered):
        return
    rounded = round_half_away(step(), decimals)
    left = round_half_away(1.0 - rounded.sum(axis=1), decimals)
    rows = np.arange(len(rounded))
    for which, columns in (
        ("largest", rounded.argmax(axis=1)), ("last", np.full(rows.shape, -1)), ("first", np.zeros(rows.shape, dtype=int)),
    ):  # fmt: skip
        values = rounded.copy()
        values[rows, columns] += left
        said = "the {which} share of the row was changed so that the row sums to 1"
        mend = "leave each share as it rounds: a sum of 0.99 or 1.01 is right"
        yield Candidate(values, mistake(step, TO_ONE, said, mend, which=which), 0, 3, unrounded=step())


# -- another matrix of the sheet


def another_matrix(step: Redo, others: OtherMatrices, shape: tuple[int, int]) -> Iterator[Candidate]:
    """Another matrix in this one's place, as it stands or transposed."""
    formula = _formula(step)
    for name, values in others.matrices:
        # to leave the step undone is likelier than to copy some other matrix that happens to hold the same
        among = len(step.names) if name in step.names else max(len(others.matrices), 1)
        if values.shape == shape:
            yield Candidate(values, _taken_whole(step, others, name, formula), 0, among)
        if values.T.shape == shape:
            said = "{every} {other}'s, turned on its side"
            made = mistake(
                step, "another-matrix-transposed", said, "do the step: {formula}", other=name, formula=formula
            )
            yield Candidate(values.T, made, 1, among)


def _taken_whole(step: Redo, others: OtherMatrices, name: str, formula: str) -> Mistake:
    """Another matrix as it stands: the step was not done, was done with another operand, or was copied."""
    details: dict[str, object] = {"other": name, "formula": formula}
    if name in step.names:
        said, mend = "{every} {other}'s: the step was not done", "do the step: {formula}"
    else:
        said, mend = "{every} {other}'s: {other} was copied", "make {result} anew: {formula}"
        operand = others.made_with(name, step)
        if operand:
            said = "{every} {other}'s: {result} was made with {operand}, or {other} was copied"
            details["operand"] = operand
    return mistake(step, "another-matrix", said, mend, **details)


def another_operand(step: Redo, others: OtherMatrices, *, deep: bool = False) -> Iterator[Candidate]:
    """The step with another matrix for one of its operands; ``deep``: with its own common slips besides."""
    formula = _formula(step)
    for n, due in enumerate(step.names):
        fitting = [
            pair for pair in others.fitting(step.operands[n].shape, but=due) if (due, pair[0]) not in others.held
        ]  # where it was written so, the step follows
        if step.op is mask_fill and n:  # where a matrix is 0 says nothing of whether it was the mask
            fitting = [each for each in fitting if np.isin(each[1], (0, 1)).all()]
        label = "wrong-residual" if due == "residual" else "another-operand"
        for name, values in fitting:
            said, mend = "{other} taken in place of {due}", "take {due}: {formula}"
            made = mistake(step, label, said, mend, other=name, due=due, formula=formula)
            changed = step.taking(n, values, name)
            if deep:
                yield from common_after(made, changed, len(fitting))
            else:
                yield Candidate(changed(), made, 1, len(fitting))


def operand_transposed(step: Redo) -> Iterator[Candidate]:
    """The step with one square operand transposed, alone and with its own common slips."""
    for n, name in enumerate(step.names):
        values = step.operands[n]
        if values.shape[0] != values.shape[1] or np.array_equal(values, values.T):
            continue
        changed = step.taking(n, values.T)
        made = mistake(
            step, "operand-transposed", "{operand} transposed first", "take {operand} as it stands", operand=name
        )
        yield Candidate(changed(), made, 1, len(step.names))
        right = step()  # which transposing twice makes
        yield from (found for found in common_after(made, changed) if not np.array_equal(found.values, right))


def _formula(step: Redo) -> str:
    return step.op.formula_text(step.names, dict(step.params))


# -- roundings on the way


def rounded_early(step: Redo, claimed: Sequence[int | None], printed: int) -> Iterator[Candidate]:
    """The step from operands rounded more than they need be: to fewer decimals than they show."""
    for n, name in enumerate(step.names):
        most = claimed[n]
        values = step.operands[n]
        for decimals in range(min(printed + 2, 5) if most is None else min(most, 6)):
            rounded = round_half_away(values, decimals)
            if np.array_equal(rounded, values):
                break
            if rounded.size > 1 and np.ptp(rounded) == 0.0:
                continue  # that is to leave it out
            rare = 1 if most is not None and decimals in (1, 2, 3) else 2
            said = "{operand} rounded to {decimals:decimals} before this step"
            yield _rounded(step.taking(n, rounded)(), step, said, name, decimals, rare)
            said = "{operand} cut off after {decimals:decimals} before this step"
            yield _rounded(step.taking(n, truncate(values, decimals))(), step, said, name, decimals, 3)
    if len(step.names) > 1:
        for decimals in range(4):
            every = tuple(round_half_away(values, decimals) for values in step.operands)
            made = mistake(
                step, "rounded-too-early", "{every: and } rounded to {decimals:decimals} before this step", MORE_DECIMALS,
                every=step.names, decimals=decimals,
            )  # fmt: skip
            values = Redo(step.op, every, step.params, step.names, step.result)()
            yield Candidate(values, made, 2, 3, Kind.CLOSE)


def _rounded(values: Array, step: Redo, said: str, operand: str, decimals: int, rare: int) -> Candidate:
    mend = "take {operand} with all the decimals you have"
    made = mistake(step, "rounded-too-early", said, mend, operand=operand, decimals=decimals)
    return Candidate(values, made, rare, 3, Kind.CLOSE)


def rounded_further_back(step: Redo, unseen: Sequence[bool]) -> Iterator[Candidate]:
    """An operand of a step that was not handed in rounded, and that step rounded too, or not."""
    for n, maker in enumerate(step.makers):
        if maker is None or not unseen[n]:
            continue
        for m, values in enumerate(maker.operands):
            for decimals in (2, 1, 3, 0, 4):
                rounded = round_half_away(values, decimals)
                if np.array_equal(rounded, values):
                    continue
                between = maker.taking(m, rounded)()
                details: dict[str, object] = {"operand": maker.names[m], "decimals": decimals, "between": maker.result}
                for then in (None, 2, 3, 4, 5, 6):
                    said = "{operand} rounded to {decimals:decimals} before this step"
                    if then is not None:
                        said = (
                            "{operand} rounded to {decimals:decimals} and {between} to {then:decimals} before this step"
                        )
                        details = {**details, "then": then}
                    made = mistake(step, "rounded-too-early", said, MORE_DECIMALS, **details)
                    values_ = step.taking(n, between if then is None else round_half_away(between, then))()
                    yield Candidate(values_, made, 3, 4, Kind.CLOSE)

"""What could have happened in a step: every slip, from every set of numbers that it could have been made with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter
from typing import Any

import numpy as np

from tmat.numbers import format_number, round_half_away, truncate
from tmat.operations.operation import Array
from tmat.operations.slips import EVERYWHERE, Redo, Slip, Variant


@dataclass(slots=True, eq=False)
class Candidate:
    """Numbers that a slip would have yielded, its name and what it costs to believe in it.

    The sentences are patterns, filled in only for the few candidates that fit.
    """

    values: Array
    kind: str
    name: str
    pattern: str
    remedy: str
    rare: int
    among: int = 1
    step: Redo | None = None
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def said(self) -> str:
        return self.pattern if self.step is None else sentence(self.pattern, self.step, self.details)

    @property
    def mend(self) -> str:
        return self.remedy if self.step is None else sentence(self.remedy, self.step, self.details)

    def after(self, name: str, said: str, mend: str, among: int = 1) -> Candidate:
        """The same with another slip before it."""
        self.name = f"{name}+{self.name}"
        self.pattern = f"{_plain(said)}, and {self.pattern}"
        self.remedy = f"{_plain(mend)}; {self.remedy}"
        self.among *= among
        return self


def _plain(text: str) -> str:
    """A finished sentence as a pattern."""
    return text.replace("{", "{{").replace("}", "}}")


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """What else is on the page: matrices that could have been taken for another, by name."""

    others: tuple[tuple[str, Array], ...] = ()
    makers: Mapping[str, tuple[str, ...]] | None = None  # what each was made of, and by which operation

    def made_with(self, name: str, step: Redo) -> str | None:
        """The operand by which another matrix of the page differs from this step, where it is one."""
        made = (self.makers or {}).get(name)
        if made is None or made[0] != step.op.name or len(made) != len(step.names) + 1:
            return None
        differ = [other for own, other in zip(step.names, made[1:], strict=True) if own != other]
        return differ[0] if len(differ) == 1 else None


def sentence(text: str, step: Redo, details: Mapping[str, str]) -> str:
    """A slip's sentence with the names of this step in it."""
    if "{" not in text:
        return text
    own = {key: format_number(value) if isinstance(value, float) else str(value) for key, value in step.params.items()}
    known = {**own, "result": step.result, **details}
    for _ in range(2):  # a detail may itself name another
        text = _NAMES.vformat(text, step.names, known)
    return text


class _Names(Formatter):
    """{0} is an operand, {result} a name; what has none is left as "it"."""

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        if isinstance(key, int):
            return args[key] if key < len(args) else "it"
        return kwargs.get(key, "it")


_NAMES = _Names()


def of_slip(slip: Slip, step: Redo, *, rarer: int = 0) -> Iterator[Candidate]:
    """The candidates of one slip."""
    found = list(slip.variants(step))
    common = sum(variant.rare == 0 for variant in found)
    for variant in found:
        yield _candidate(slip, step, variant, rarer, common if variant.rare == 0 else len(found))


def _candidate(slip: Slip, step: Redo, variant: Variant, rarer: int, among: int) -> Candidate:
    return Candidate(
        variant.values,
        "slip",
        variant.name or slip.name,
        variant.said or slip.said,
        variant.mend or slip.mend,
        slip.rare + variant.rare + rarer,
        among,
        step,
        variant.details,
    )


def own(step: Redo) -> Iterator[Candidate]:
    """The slips of the step's own operation."""
    for slip in step.op.slips:
        yield from of_slip(slip, step)


def everywhere(step: Redo) -> Iterator[Candidate]:
    """The slips that any step can have."""
    for slip in EVERYWHERE:
        yield from of_slip(slip, step, rarer=1)


def cut_off(step: Redo, decimals: int) -> Iterator[Candidate]:
    """Numbers truncated in place of rounded."""
    values = step()
    yield Candidate(
        truncate(values, decimals),
        "slip",
        "truncated",
        "the numbers were cut off, not rounded",
        "round: from 5 on, the last digit goes up",
        0,
    )


def another_matrix(step: Redo, page: Page, shape: tuple[int, int]) -> Iterator[Candidate]:
    """Another matrix of the page in this one's place, as it stands or turned on its side."""
    for name, values in page.others:
        # to leave the step undone is likelier than to copy some other matrix that happens to hold the same
        among = len(step.names) if name in step.names else max(len(page.others), 1)
        if values.shape == shape:
            made = page.made_with(name, step)
            if name in step.names:
                said = f"every number is {name}'s: the step was not done"
                mend = f"do the step: {step.op.said(step.names, dict(step.params))}"
            elif made:
                said = f"every number is {name}'s: {step.result} was made with {made}, or {name} was copied"
                mend = f"make {step.result} anew: {step.op.said(step.names, dict(step.params))}"
            else:
                said = f"every number is {name}'s: {name} was copied"
                mend = f"make {step.result} anew: {step.op.said(step.names, dict(step.params))}"
            yield Candidate(values, "slip", "another-matrix", said, mend, 0, among)
        if values.T.shape == shape:
            said = f"every number is {name}'s, turned on its side"
            mend = f"do the step: {step.op.said(step.names, dict(step.params))}"
            yield Candidate(values.T, "slip", "another-matrix-transposed", said, mend, 1, among)


def another_operand(step: Redo, page: Page, *, deep: bool = False) -> Iterator[Candidate]:
    """The step done with another matrix of the page for one of its operands; ``deep``: and its own slips besides."""
    for n, own_name in enumerate(step.names):
        fitting = [
            (name, values)
            for name, values in page.others
            if name != own_name and values.shape == step.operands[n].shape
        ]
        for name, values in fitting:
            changed = step.taking(n, values, name)
            said = f"{name} taken in place of {own_name}"
            mend = f"take {own_name}: {step.op.said(step.names, dict(step.params))}"
            if own_name == "residual":
                label = "wrong-residual"
            else:
                label = "another-operand"
            if not deep:
                yield Candidate(changed(), "slip", label, said, mend, 1, len(fitting))
                continue
            for slip in step.op.slips:
                if slip.rare == 0:
                    for found in of_slip(slip, changed, rarer=2):
                        yield found.after(label, said, mend, len(fitting))


def operand_transposed(step: Redo) -> Iterator[Candidate]:
    """The step with one square operand turned on its side, alone and with its own common slips."""
    for n, name in enumerate(step.names):
        values = step.operands[n]
        if values.shape[0] != values.shape[1] or np.array_equal(values, values.T):
            continue
        changed = step.taking(n, values.T)
        said, mend = f"{name} transposed first", f"take {name} as it stands"
        yield Candidate(changed(), "slip", "operand-transposed", said, mend, 1, len(step.names))
        for slip in step.op.slips:
            if slip.rare == 0:
                for found in of_slip(slip, changed, rarer=2):
                    yield found.after("operand-transposed", said, mend)


def in_unseen(step: Redo, unseen: Sequence[bool], decimals: int, depth: int = 3) -> Iterator[Candidate]:
    """A slip in a step that was not handed in, carried on to this one: as it is, and rounded as the writer rounds."""
    if depth == 0:
        return
    for n, maker in enumerate(step.makers):
        if maker is None or n >= len(unseen) or not unseen[n]:
            continue
        for found in (*own(maker), *in_unseen(maker, [True] * len(maker.makers), decimals, depth - 1)):
            if found.values.shape != step.operands[n].shape:
                continue
            said = found.pattern if found.pattern.startswith("in ") else f"in {maker.result}: {found.pattern}"
            for values in (found.values, round_half_away(found.values, decimals)):
                made = step.taking(n, values)()
                yield Candidate(
                    made, found.kind, found.name, said, found.remedy, found.rare + 1, found.among, found.step,
                    found.details,
                )  # fmt: skip


def rounded_early(step: Redo, claimed: Sequence[int | None], printed: int) -> Iterator[Candidate]:
    """The step from operands rounded more than they need be: to fewer decimals than they show."""
    for n, name in enumerate(step.names):
        most = claimed[n]
        values = step.operands[n]
        for decimals in range(0, 5 if most is None else min(most, 6)):
            if most is None and decimals > printed + 1:
                continue
            rounded = round_half_away(values, decimals)
            if np.array_equal(rounded, values):
                break
            yield Candidate(
                step.taking(n, rounded)(),
                "close",
                "rounded-too-early",
                f"{name} rounded to {_decimals(decimals)} before this step",
                f"take {name} with all the decimals you have",
                1 if most is not None and decimals in (1, 2, 3) else 2,
                3,
            )
            yield Candidate(
                step.taking(n, truncate(values, decimals))(),
                "close",
                "rounded-too-early",
                f"{name} cut off after {_decimals(decimals)} before this step",
                f"take {name} with all the decimals you have",
                3,
                3,
            )
    if len(step.names) > 1:
        for decimals in range(0, 4):
            every = tuple(round_half_away(values, decimals) for values in step.operands)
            yield Candidate(
                Redo(step.op, every, step.params, step.names, step.result)(),
                "close",
                "rounded-too-early",
                f"{' and '.join(step.names)} rounded to {_decimals(decimals)} before this step",
                "take the numbers with all the decimals you have",
                2,
                3,
            )


def rounded_further_back(step: Redo, unseen: Sequence[bool]) -> Iterator[Candidate]:
    """The same one step further back, where the step between was not handed in; that one rounded too, or not."""
    for n, maker in enumerate(step.makers):
        if maker is None or not unseen[n]:
            continue
        for m, values in enumerate(maker.operands):
            for decimals in (2, 1, 3, 0, 4):
                rounded = round_half_away(values, decimals)
                if np.array_equal(rounded, values):
                    continue
                between = maker.taking(m, rounded)()
                first = f"{maker.names[m]} rounded to {_decimals(decimals)}"
                for then in (None, 2, 3, 4, 5, 6):
                    made = between if then is None else round_half_away(between, then)
                    also = "" if then is None else f" and {maker.result} to {_decimals(then)}"
                    yield Candidate(
                        step.taking(n, made)(),
                        "close",
                        "rounded-too-early",
                        f"{first}{also} before this step",
                        "take the numbers with all the decimals you have",
                        3,
                        4,
                    )


def _decimals(count: int) -> str:
    return "whole numbers" if count == 0 else f"{count} decimal{'' if count == 1 else 's'}"
